"""Finds the live object of a target such as `billing.choices:PLANS`, in the unit's own env. Never used in the runner's process."""

from __future__ import annotations

import difflib
import importlib
import os
import traceback
from typing import TYPE_CHECKING, Any

from integrity.checks.model import CannotExamine, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit


def live(target: Any, unit: Unit, *, registry: str = "") -> Any:
    """The object of a target `module:attribute.path`, `module`, or the target itself where it is no string.

    Raises CannotExamine (REG002) with the original error, its last place in the unit's own code, and the nearest name.
    """
    if not isinstance(target, str):
        return target
    name, _, path = target.partition(":")
    try:
        found = importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001 - whatever a unit's import raises, SystemExit too, is told as its own
        if isinstance(error, KeyboardInterrupt):
            raise
        raise CannotExamine(_unimportable(target, unit, registry, error)) from error
    for part in path.split(".") if path else ():
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, dir(found), n=1)
            hint = f"Did you mean {near[0]!r}?" if near else ""
            message = f"{target}: {getattr(found, '__name__', type(found).__name__)} has no {part!r}."
            raise CannotExamine(Finding("REG002", target, message, hint, registry=registry))
        found = getattr(found, part)
    return found


def _unimportable(target: str, unit: Unit, registry: str, error: BaseException) -> Finding:
    inside = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.realpath(frame.filename).startswith(unit.folder + os.sep) and "site-packages" not in frame.filename
    ]
    places = tuple(
        Place(os.path.relpath(os.path.realpath(frame.filename), unit.root).replace(os.sep, "/"), frame.lineno)
        for frame in inside[-1:]
    )
    message = f"{target} can't be imported: {type(error).__name__}: {error}."
    return Finding("REG002", target, message, places=places, registry=registry)
