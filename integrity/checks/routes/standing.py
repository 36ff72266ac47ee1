"""Where live views stand in the unit's own sources."""

from __future__ import annotations

import functools
import inspect
import os
from typing import TYPE_CHECKING, Any

from integrity.checks.model import Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit


def name_of(view: Any) -> str:
    """The dotted name of a view: of the function, or of the class that it is made from."""
    plain = bare(view)
    owner = getattr(plain, "view_class", None) or getattr(plain, "cls", None) or plain
    if not hasattr(owner, "__qualname__"):
        owner = type(owner)
    is_renamed = not owner.__qualname__.endswith(getattr(owner, "__name__", ""))
    name = owner.__name__ if is_renamed else owner.__qualname__
    return f"{owner.__module__}.{name}".replace(".<locals>", "")


def places_of(view: Any, unit: Unit) -> tuple[Place, ...]:
    """The place of a view in the unit's own code; none where it isn't the unit's."""
    plain = bare(view)
    owner = (
        getattr(plain, "view_class", None)
        or getattr(plain, "cls", None)
        or (inspect.unwrap(plain) if callable(plain) else plain)
    )
    if not inspect.isclass(owner) and not hasattr(owner, "__code__"):
        owner = getattr(owner, "__func__", type(owner))
    if inspect.isclass(owner):
        return _class_places(owner, unit)
    code = getattr(owner, "__code__", None)
    path = _own_path(code.co_filename, unit) if code is not None else None
    return (Place(path, code.co_firstlineno),) if code is not None and path is not None else ()


def bare(view: Any) -> Any:
    """A view without the partial functions around it."""
    while isinstance(view, functools.partial):
        view = view.func
    return view


def _class_places(owner: type, unit: Unit) -> tuple[Place, ...]:
    module = unit.sources.module(owner.__module__)
    if module is None:
        return ()
    named = [node for node in (*module.classes, *module.functions) if node.name == owner.__name__]
    return (module.place(named[0]),) if named else (Place(module.path),)


def _own_path(filename: str, unit: Unit) -> str | None:
    path = os.path.realpath(filename)
    if not path.startswith(os.path.realpath(unit.folder) + os.sep) or "site-packages" in path:
        return None
    return os.path.relpath(path, os.path.realpath(unit.root)).replace(os.sep, "/")
