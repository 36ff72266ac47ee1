"""Makes docs/reference/command-line.md from the commands' own help: `python docs/make_command_line.py`."""

from __future__ import annotations

from pathlib import Path

import click

from integrity.cli import cli

PAGE = Path(__file__).parent / "reference" / "command-line.md"
WIDTH = 110
HEAD = """\
# Command line

<!-- Made from the commands' own help by `python docs/make_command_line.py`. -->

`nox -s integrity -- ARGUMENTS` is `integrity run ARGUMENTS`. nox itself ends with 0, 1 or 130; the exit codes of `integrity` stand in
[outcomes](../explanation/outcomes.md#exit-codes), the options' meaning and defaults in [configuration](configuration.md).
"""


def page() -> str:
    """The page as it should be."""
    parts = [HEAD, _section("integrity", cli)]
    parts += [_section(f"integrity {name}", command) for name, command in sorted(cli.commands.items())]
    return "\n".join(parts)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, terminal_width=WIDTH, help_option_names=["-h", "--help"])
    return f"## `{name}`\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
