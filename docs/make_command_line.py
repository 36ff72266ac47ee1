"""Makes docs/reference/command-line.md from the commands' own help: `python docs/make_command_line.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from integrity.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parent / "reference" / "command-line.md"
WIDTH = 110
HEAD = """\
# Command line

<!-- Made from the commands' own help by `python docs/make_command_line.py`. -->

`nox -s integrity -- ARGUMENTS` is `integrity run ARGUMENTS`. All other commands are `integrity …`, which `pip install nox-integrity` brings.
nox itself ends with 0, 1 or 130; the exit codes of `integrity` stand in [outcomes](../explanation/outcomes.md#exit-codes), the options' meaning and defaults
in [configuration](configuration.md).
"""


def page() -> str:
    """The page as it should be."""
    return "\n".join([HEAD, *_sections("integrity", cli)])


def _sections(name: str, command: click.Command) -> Iterator[str]:
    yield _section(name, command)
    if isinstance(command, click.Group):
        for below, other in sorted(command.commands.items()):
            yield from _sections(f"{name} {below}", other)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, terminal_width=WIDTH, help_option_names=["-h", "--help"])
    return f"## `{name}`\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
