"""Finds the line of a unit's manifest on which something is declared, by its usual spellings."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Sequence

from integrity.checks.model import Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit

MANIFEST = "pyproject.toml"
_TABLES = {"registry": ("registries",), "service": ("checks", "services")}  # what a subject's first word stands for


def places_of(unit: Unit, subject: str) -> tuple[Place, ...]:
    """Where a case's subject is declared, such as `registry:plans`; without a line where it is written otherwise.

    Nothing where the unit has no such manifest.
    """
    if not os.path.exists(os.path.join(unit.folder, MANIFEST)):
        return ()
    path = unit.sources.from_unit(MANIFEST)
    first, _, name = subject.partition(":")
    keys = (*_TABLES.get(first, ("checks", first)), *([name] if first in _TABLES and name else []))
    return (Place(path, line_of(unit.sources.text(path), keys)),)


def places_of_name(unit: Unit, subject: str, name: str) -> tuple[Place, ...]:
    """Where a name stands in what is declared of a subject; the subject's own place where it is written otherwise."""
    found = places_of(unit, subject)
    lines = unit.sources.text(found[0].path).splitlines() if found else []
    for number in range(found[0].line or 1, len(lines) + 1) if found else ():
        if names_it(lines[number - 1], name):
            return (found[0]._replace(line=number),)
        if lines[number - 1].startswith("[") and not lines[number - 1].lstrip("[ ").startswith("tool.integrity."):
            break
    return found


def names_it(line: str, name: str) -> bool:
    """Whether a line of a manifest has a name in quotes, or as a key."""
    return re.search(rf"[\"']{re.escape(name)}[\"']|(?:^|[{{,\s]){re.escape(name)}\s*=", line) is not None


def line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line on which `[tool.integrity.<keys>]` or its key stands, or a table below it; None where it is written otherwise."""
    wanted = ("tool", "integrity", *keys)
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
        if header is not None:
            table = _parts(header[1])
            if table[: len(wanted)] == wanted:
                return number
        elif table == wanted[: len(table)] and _holds(line, wanted[len(table) :]):
            return number
    return None


def _holds(line: str, keys: tuple[str, ...]) -> bool:
    """Whether a line of the table assigns the keys: dotted, or in inline tables."""
    assigned, equals, value = line.partition("=")
    parts = _parts(assigned)
    if not equals or not parts or parts[: len(keys)] != keys[: len(parts)]:
        return False
    return all(re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", value) for key in keys[len(parts) :])


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split(".")) if dotted.strip() else ()
