"""Finds the live object of a target such as `billing.choices:PLANS`, in the unit's own env. Never used in the runner's process."""

from __future__ import annotations

import difflib
import importlib
import inspect
import os
import pkgutil
import re
import sys
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from integrity.checks.model import CannotExamine, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit

RAISED = (Exception, SystemExit)  # whatever the unit's code raises when it is asked for something
_NUMBER = re.compile(r"-?\d+")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\[\]]+)\]")


def live(target: Any, unit: Unit, *, registry: str = "") -> Any:
    """The object of a target `module:attribute.path[key]`, `module`, or the target itself where it is no string.

    Raises CannotExamine (REG002) with the original error, its last place in the unit's own code, and the nearest name.
    """
    if not isinstance(target, str):
        return target
    name, _, path = target.partition(":")
    try:
        found = importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise CannotExamine(_unimportable(target, unit, registry, error)) from error
    try:
        for part, key in _STEP.findall(path):
            found = _item(target, found, key, registry) if key else _attribute(target, found, part, registry)
    except CannotExamine:
        raise
    except RAISED as error:
        raise CannotExamine(describe_error(f"{target} can't be read", error, unit, target, registry)) from error
    return found


def describe_error(what: str, error: BaseException, unit: Unit, entry: str, registry: str = "") -> Finding:
    """The finding (REG002) for an error that the unit's code raised, at its last place in the unit's own code."""
    inside = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.realpath(frame.filename).startswith(unit.folder + os.sep) and "site-packages" not in frame.filename
    ]
    places = tuple(
        Place(os.path.relpath(os.path.realpath(frame.filename), unit.root).replace(os.sep, "/"), frame.lineno)
        for frame in inside[-1:]
    )
    if (
        isinstance(error, SyntaxError)
        and error.filename
        and os.path.realpath(error.filename).startswith(unit.folder + os.sep)
    ):
        places = (
            Place(os.path.relpath(os.path.realpath(error.filename), unit.root).replace(os.sep, "/"), error.lineno),
        )
    reason = " ".join(str(error).split()) or "it gives no reason"
    return Finding("REG002", entry, f"{what}: {type(error).__name__}: {reason}.", places=places, registry=registry)


def _attribute(target: str, found: Any, part: str, registry: str) -> Any:
    try:
        return getattr(found, part)
    except AttributeError:
        if inspect.getattr_static(found, part, None) is not None:  # what is there has raised it
            raise
        owner = getattr(found, "__name__", type(found).__name__)
        spec = getattr(found, "__spec__", None)
        if getattr(spec, "_initializing", False):
            message = f"{target}: {owner} has no {part!r} yet, because it is still being imported: the imports go in a circle."
            raise CannotExamine(
                Finding("REG002", target, message, "Move one of the imports into a function.", registry=registry)
            ) from None
        hint = _nearest(part, dir(found)) or f"Correct the target: {owner} has other names."
        raise CannotExamine(
            Finding("REG002", target, f"{target}: {owner} has no {part!r}.", hint, registry=registry)
        ) from None


def _item(target: str, found: Any, key: str, registry: str) -> Any:
    wanted = key.strip("'\"")
    keys = _keys_of(found)
    for name in (wanted, int(wanted) if _NUMBER.fullmatch(wanted) else wanted):
        if keys is not None and name not in keys:
            continue
        try:
            return found[name]
        except (KeyError, IndexError, TypeError):
            continue
    near = _nearest(wanted, [str(each) for each in keys or ()])
    hint = near or "Correct the key in brackets."
    raise CannotExamine(Finding("REG002", target, f"{target}: there is no entry {wanted!r}.", hint, registry=registry))


def _keys_of(found: Any) -> Any:
    """The keys of a mapping, which are asked first: some mappings, such as a defaultdict, make what they are asked for."""
    if isinstance(found, Mapping) or (hasattr(found, "keys") and not isinstance(found, type)):
        return found.keys()
    return None


def _unimportable(target: str, unit: Unit, registry: str, error: BaseException) -> Finding:
    finding = describe_error(f"{target} can't be imported", error, unit, target, registry)
    return Finding("REG002", target, finding.message, _hint(target, unit, error), finding.places, registry)


def _hint(target: str, unit: Unit, error: BaseException) -> str:
    text = str(error)
    if isinstance(error, ModuleNotFoundError) and error.name:
        if target.partition(":")[0] == error.name or target.startswith(f"{error.name}."):
            known = [module.name for module in unit.sources.modules]
            return (
                _nearest(target.partition(":")[0], [*known, *_siblings(error.name)])
                or "Correct the target, or declare the package."
            )
        return f"Declare what brings {error.name!r} among the unit's dependencies."
    if "circular import" in text or "partially initialized" in text:
        return "The imports go in a circle: move one of them into a function."
    if isinstance(error, SystemExit):
        return "The module ends the process when it is imported: guard that with if __name__ == '__main__'."
    if type(error).__name__ in {"ImproperlyConfigured", "AppRegistryNotReady"}:
        return "Set DJANGO_SETTINGS_MODULE in [tool.integrity.env], and declare a family of checks that sets Django up."
    return ""


def _siblings(name: str) -> list[str]:
    """The modules beside one that isn't there, where its package was imported."""
    parent = sys.modules.get(name.rpartition(".")[0])
    return (
        [f"{parent.__name__}.{each.name}" for each in pkgutil.iter_modules(getattr(parent, "__path__", []))]
        if parent
        else []
    )


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else ""
