"""What the commands of the line share: the root's settings, the units that are named, and how text is printed.

With `cli` the only reader of `os.environ` and the only place that prints.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from integrity.discover import Globs, discover
from integrity.errors import IntegrityError
from integrity.settings import OPTIONS, RootSettings, find_root, load_root

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from integrity.model.run import Shard


def show(text: str) -> None:
    """Print what people read to stdout; no name in it is a command to a CI runner."""
    if "::" in text or "##" in text:
        from integrity.report.sanitise import for_ci_log  # noqa: PLC0415 - a listing must start cheaply

        text = "\n".join(map(for_ci_log, text.split("\n")))
    click.echo(text)


def show_json(value: Any) -> None:
    """Print one JSON document to stdout; nothing in it is a command to a CI runner."""
    from integrity.report.sanitise import json_for_stdout  # noqa: PLC0415 - a listing must start cheaply

    click.echo(json_for_stdout(json.dumps(value, indent=2)))


def say(*lines: str) -> None:
    """Print to stderr, as text only."""
    from integrity.report.sanitise import for_ci_log, for_terminal  # noqa: PLC0415 - only when there is something to say

    for line in "\n".join(lines).splitlines():
        click.echo(for_ci_log(for_terminal(line)), err=True)


def root_of(root: Path | None) -> Path:
    """The root that is given, else the one around the current folder. Raises UsageError where there is none."""
    return root.resolve() if root is not None else find_root(Path.cwd())


def settings_of(root: Path | None, given: dict[str, Any]) -> RootSettings:
    """The settings of the root around the current folder, or of the one that is given; `given` are the flags, by attribute."""
    named = {
        option.name: given[option.attribute]
        for option in OPTIONS
        if option.flag and given.get(option.attribute) is not None
    }
    return load_root(root_of(root), environ=os.environ, flags=named)


def shard_of(given: Shard | None) -> Shard | None:
    """The shard that is asked for, with the attempt that the CI system counts."""
    if given is None:
        return None
    import msgspec  # noqa: PLC0415 - only who names a shard pays for it

    attempt = os.environ.get("GITHUB_RUN_ATTEMPT", "")
    return msgspec.structs.replace(given, attempt=int(attempt)) if attempt.isdecimal() else given


def _complete_unit(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell that completes pays for it

    try:
        settings = settings_of(context.params.get("root"), {})
    except IntegrityError:
        return []
    units = discover(settings.root, Globs.of(settings)).units
    return [CompletionItem(unit.name, help=unit.path) for unit in units if unit.name.startswith(incomplete)]


UNITS = click.argument("units", nargs=-1, metavar="[UNIT]...", shell_complete=_complete_unit)
UNIT = click.argument("unit", metavar="UNIT", shell_complete=_complete_unit)
