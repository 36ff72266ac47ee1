"""Where a live class stands in a unit's sources."""

from __future__ import annotations

import inspect
import os
import re
import traceback
from typing import TYPE_CHECKING, Any

from integrity.checks.model import Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit


def is_own(path: str, unit: Unit) -> bool:
    """Whether a path is in the unit, and not in an environment there."""
    real = os.path.realpath(path)
    return (real + os.sep).startswith(unit.folder + os.sep) and "site-packages" not in real


def raised_at(error: BaseException, unit: Unit) -> tuple[Place, ...]:
    """The last place in the unit's own code that an error went through, or that doesn't parse."""
    lines = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append((error.filename, error.lineno))
    own = [(path, line) for path, line in lines if is_own(path, unit)]
    return tuple(
        Place(os.path.relpath(os.path.realpath(path), unit.root).replace(os.sep, "/"), line) for path, line in own[-1:]
    )


def place_of(owner: Any, unit: Unit, name: str = "") -> Place | None:
    """Where a class, or the nearest class above it, binds a name; without one, where it stands. None for what is outside the unit."""
    for each in inspect.getmro(owner) if name and inspect.isclass(owner) else ():
        place, lines = _read(each, unit)
        offset = next(
            (index for index, line in enumerate(lines) if re.match(rf"\s*{re.escape(name)}\s*[:=]", line)), None
        )
        if place is not None and offset is not None:
            return place._replace(line=(place.line or 0) + offset)
    return _read(owner, unit)[0]


def _read(thing: Any, unit: Unit) -> tuple[Place | None, list[str]]:
    """Where a class stands in the unit, with its lines."""
    try:
        path, (lines, start) = inspect.getsourcefile(thing), inspect.getsourcelines(thing)
    except (OSError, TypeError):
        return None, []
    if path is None or not is_own(path, unit):
        return None, []
    return Place(os.path.relpath(os.path.realpath(path), unit.root).replace(os.sep, "/"), start), lines
