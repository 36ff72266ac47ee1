"""Options of the command line that several commands have, and those that come from the table of options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from integrity.settings import OPTIONS, Type

if TYPE_CHECKING:
    from collections.abc import Callable

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
            shape = {"type": click.Choice(option.choices)} if option.choices else _SHAPES[option.type]
            command = click.option(str(option.flag), option.attribute, help=option.doc, default=None, **shape)(command)
        return command

    return decorate
