"""Options of the command line that several commands have, and those that come from the table of options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from integrity.planning.limits import MOST_SHARDS
from integrity.settings import OPTIONS, Type
from integrity.settings.patterns import FILE_OR_NONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from integrity.model.run import Shard
    from integrity.settings.option import Option

FORMAT = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Write text for people, or one JSON document, to stdout.",
)
ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work on the monorepo in this folder; default: the one around the current folder.",
)


def _shard(context: click.Context, parameter: click.Parameter, value: str | None) -> Shard | None:
    """`2/5`, the second of five. Its attempt is not ours to know here."""
    if value is None:
        return None
    from integrity.model.run import Shard  # noqa: PLC0415 - only who names a shard pays for it

    index, slash, total = value.partition("/")
    if not (slash and index.isdecimal() and total.isdecimal() and 1 <= int(index) <= int(total) <= MOST_SHARDS):
        raise click.BadParameter(
            f"{value!r} is no shard; the second of five is 2/5, and there are at most {MOST_SHARDS}",
            context,
            parameter,
        )
    return Shard(index=int(index), total=int(total))


QUIET = click.option("-q", "--quiet", is_flag=True, help="Show only what is not green, and the last line.")
VERBOSE = click.option(
    "-v",
    "--verbose",
    count=True,
    help="Show each test and the whole output of units that are not green; twice: each test of all units.",
)
CHANGED = click.option(
    "--changed",
    is_flag=False,
    flag_value="",
    metavar="[BASE]",
    help="Only units that a change since BASE can affect, uncommitted ones included; default: where the branch began, in CI the event's own base.",
)
PLAN = click.option(
    "--plan",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Do what this plan.json says.",
)
SHARD = click.option(
    "--shard",
    callback=_shard,
    metavar="I/N",
    envvar="INTEGRITY_SHARD",
    help="Run only this part of the plan, such as 2/5.",
)

_SHAPES: dict[Type, dict[str, Any]] = {
    Type.BOOLEAN: {"is_flag": True},
    Type.INTEGER: {"type": click.IntRange(min=0), "metavar": "N"},
    Type.SECONDS: {"type": float, "metavar": "S"},
    Type.PATH: {"metavar": "DIR"},
}


def flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of the table that have a flag, as options of the command; one that isn't given is left out."""
    return flags_of(*(option.name for option in OPTIONS if option.flag))(command)


def flags_of(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The flags of these options of the table, as options of the command."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed([option for option in OPTIONS if option.name in names]):
            command = click.option(str(option.flag), option.attribute, help=option.doc, default=None, **_shape(option))(
                command
            )
        return command

    return decorate


def _shape(option: Option) -> dict[str, Any]:
    if option.choices:
        return {"type": click.Choice(option.choices)}
    return {"metavar": "FILE"} if option.pattern is FILE_OR_NONE else _SHAPES[option.type]
