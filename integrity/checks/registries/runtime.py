"""The runtime view of a registry: what its object holds. The object is only read."""

from __future__ import annotations

import dataclasses
import enum
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Callable

from integrity.checks.model import CannotExamine, Entry, Finding
from integrity.checks.registries.keys import Fields
from integrity.checks.registries.view import View
from integrity.checks.targets import RAISED, describe_error, live

if TYPE_CHECKING:
    from integrity.checks.case import Unit

_PLAIN = (str, int, float, complex, bool, bytes, type(None), date, timedelta)
_PAIR = 2
_DEPTH = 5
_MOST_FOLLOWED = 100  # objects inside of one value
_STANDARD = getattr(sys, "stdlib_module_names", frozenset(["datetime", "uuid", "zoneinfo"]))  # Python 3.9


def runtime_view(unit: Unit, target: Any, *, key: str = "", populate: Any = None, registry: str = "") -> View:
    """The view of a target, after `populate` was called. Raises CannotExamine (REG002) for what can't be read."""
    kind, entries = live_entries(unit, target, key=key, populate=populate, registry=registry)
    try:
        return View(kind, (tuple(entry._replace(value=plain(entry.value)) for entry in entries),))
    except RAISED as error:  # whatever a unit's object raises while its fields are read
        name = target if isinstance(target, str) else type(target).__name__
        raise CannotExamine(describe_error(f"{name} can't be read", error, unit, name, registry)) from error


def live_entries(
    unit: Unit, target: Any, *, key: str = "", populate: Any = None, registry: str = ""
) -> tuple[str, tuple[Entry, ...]]:
    """The kind of a target's object and its entries, whose values are the live ones."""
    if populate is not None:
        _made(live(populate, unit, registry=registry), str(populate), unit, registry)
    found = live(target, unit, registry=registry)
    name = target if isinstance(target, str) else type(target).__name__
    if callable(found) and not isinstance(found, (type, Mapping)) and not hasattr(type(found), "__iter__"):
        found = _made(found, name, unit, registry)
    elif isinstance(found, Iterator):
        raise _unreadable(name, "can be read only once; name the function that makes it", registry)
    try:
        return entries_of(found, key)
    except CannotExamine:
        raise
    except TypeError as error:
        raise _unreadable(name, str(error), registry) from error
    except RAISED as error:  # whatever a unit's object raises while it is read
        raise CannotExamine(describe_error(f"{name} can't be read", error, unit, name, registry)) from error


def entries_of(found: Any, key: str = "") -> tuple[str, tuple[Entry, ...]]:
    """The kind of an object and its entries, with live values. Raises TypeError for what is no collection."""
    if isinstance(found, type):
        return _of_class(found)
    if isinstance(found, Mapping) or (hasattr(found, "keys") and hasattr(found, "__getitem__")):
        return "mapping", tuple(Entry(plain(name), found[name], None, "runtime") for name in list(found.keys()))
    if isinstance(found, (str, bytes)) or not isinstance(found, Iterable):
        raise TypeError(
            f"is of type {type(found).__name__}, which is no registry: it takes a mapping, an enumeration or a collection"
        )
    items = list(found)
    entries = [entry for item in items for entry in _of_item(item, key)]
    pairs = not key and any(_is_pair(item) for item in items)
    return ("pairs" if pairs else "items"), tuple(entries)


def plain(value: Any) -> Any:
    """A copy of a value that holds plain values; what has no plain form, such as a function, stays as it is.

    Objects become Fields; those in lists, and those after very many others, stay: nothing leads to their fields.
    """
    return _Copying().copy(value, 0)


class _Copying:
    """One copy of a value, and how many objects were followed for it."""

    def __init__(self) -> None:
        self._followed = 0

    def copy(self, value: Any, depth: int) -> Any:
        if isinstance(value, enum.Enum):
            return self.copy(value.value, depth + 1)
        if isinstance(value, (*_PLAIN, Fields)) or depth > _DEPTH:
            return value
        if isinstance(value, Mapping):
            return {_key(name): self.copy(each, depth + 1) for name, each in value.items()}
        if isinstance(value, (list, tuple)) and not hasattr(value, "_asdict"):
            items = (self._item(each, depth + 1) for each in value)
            return tuple(items) if isinstance(value, tuple) else list(items)
        return value if isinstance(value, type) or callable(value) else self._object(value, depth)

    def _item(self, value: Any, depth: int) -> Any:
        is_followed = isinstance(value, (enum.Enum, list, tuple, Mapping))
        return self.copy(value, depth) if is_followed else value

    def _object(self, value: Any, depth: int) -> Any:
        fields = _fields(value) if self._followed < _MOST_FOLLOWED else None
        if fields is None:
            return value
        self._followed += 1
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        return Fields(kind, {name: self.copy(each, depth + 1) for name, each in fields.items()})


def _key(name: Any) -> Any:
    """The key of an inner table: of a member of an enumeration, its value, where that can be a key."""
    return name.value if isinstance(name, enum.Enum) and isinstance(name.value, _PLAIN) else name


def _fields(value: Any) -> dict[str, Any] | None:
    """The fields of an object by name; None where it has none that it shows, or is a value or a collection itself."""
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    if dataclasses.is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value) if hasattr(value, each.name)}
    kind = type(value)
    is_collection = hasattr(kind, "__iter__") and (hasattr(kind, "__len__") or hasattr(kind, "__next__"))
    if kind.__module__ == "builtins" or is_collection:
        return None
    own = getattr(value, "__dict__", None)
    set_slots = {name: getattr(value, name) for name in _slots(kind) if hasattr(value, name)}
    fields = {**set_slots, **(own if isinstance(own, dict) else {})}
    shown = {name: each for name, each in fields.items() if isinstance(name, str) and not name.startswith("_")}
    return None if not shown and (fields or own is None) else shown


def _slots(kind: type) -> list[str]:
    """The names that stand in `__slots__` of a class of the unit and of what it is made of."""
    if kind.__module__.partition(".")[0] in _STANDARD:
        return []
    slots = [vars(each).get("__slots__", ()) for each in reversed(kind.__mro__)]
    names = [name for each in slots for name in ([each] if isinstance(each, str) else each)]
    return [name for name in names if name not in {"__dict__", "__weakref__"}]


def _of_class(found: type) -> tuple[str, tuple[Entry, ...]]:
    if issubclass(found, enum.Enum):
        return "enum", tuple(
            Entry(member.value, _member_fields(name, member), None, "runtime")
            for name, member in found.__members__.items()
        )
    names: dict[str, Any] = {}
    for each in reversed(found.__mro__[:-1]):
        names.update(vars(each))
    hidden = (staticmethod, classmethod, property)
    return "attributes", tuple(
        Entry(name, value, None, "runtime")
        for name, value in names.items()
        if not name.startswith("_")
        and not isinstance(value, hidden)
        and not (callable(value) and hasattr(value, "__get__"))
    )


def _member_fields(name: str, member: Any) -> dict[str, Any]:
    return {"name": name, "label": str(member.label)} if hasattr(member, "label") else {"name": name}


def _of_item(item: Any, key: str) -> list[Entry]:
    if key:
        return [Entry(plain(_field(item, key)), item, None, "runtime")]
    if isinstance(item, enum.Enum):
        return [Entry(item.value, _member_fields(item.name, item), None, "runtime")]
    if _is_pair(item):
        first, second = item
        if isinstance(second, (list, tuple)) and second and all(_is_pair(each) for each in second):
            return [entry for each in second for entry in _of_item(each, key)]
        return [Entry(plain(first), second, None, "runtime")]
    return [Entry(plain(item), None, None, "runtime")]


def _field(item: Any, key: str) -> Any:
    if isinstance(item, Mapping) and key in item:
        return item[key]
    if isinstance(item, (list, tuple)) and key.isdigit() and int(key) < len(item):
        return item[int(key)]
    if hasattr(item, key):
        return getattr(item, key)
    raise TypeError(f"has an entry without the field {key!r}, which is to be its key")


def _is_pair(item: Any) -> bool:
    return type(item) in (list, tuple) and len(item) == _PAIR


def _made(function: Callable[[], Any], name: str, unit: Unit, registry: str) -> Any:
    try:
        return function()
    except RAISED as error:  # whatever a unit's function raises
        raise CannotExamine(describe_error(f"{name} can't be called", error, unit, name, registry)) from error


def _unreadable(name: str, what: str, registry: str) -> CannotExamine:
    return CannotExamine(Finding("REG002", name, f"{name} {what}.", "Name another target.", registry=registry))
