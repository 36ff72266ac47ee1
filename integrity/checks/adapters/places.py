"""Where a live class stands in a unit's sources."""

from __future__ import annotations

import inspect
import os
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


def place_of(thing: Any, unit: Unit, name: str = "") -> Place | None:
    """Where a class stands, or the line in it that binds a name; None for what is outside the unit."""
    try:
        path, (lines, start) = inspect.getsourcefile(thing), inspect.getsourcelines(thing)
    except (OSError, TypeError):
        return None
    if path is None or not is_own(path, unit):
        return None
    offset = next(
        (index for index, line in enumerate(lines) if name and line.split("=")[0].split(":")[0].strip() == name), 0
    )
    return Place(os.path.relpath(os.path.realpath(path), unit.root).replace(os.sep, "/"), start + offset)
