"""The runtime view of a registry: what its object holds. The object is only read."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Callable

from integrity.checks.model import CannotExamine, Entry, Finding
from integrity.checks.registries.view import View
from integrity.checks.targets import describe_error, live

if TYPE_CHECKING:
    from integrity.checks.case import Unit

_PLAIN = (str, int, float, complex, bool, bytes, type(None), date, timedelta)
_PAIR = 2
_DEPTH = 5


def runtime_view(unit: Unit, target: Any, *, key: str = "", populate: Any = None, registry: str = "") -> View:
    """The view of a target, after `populate` was called. Raises CannotExamine (REG002) for what can't be read."""
    kind, entries = live_entries(unit, target, key=key, populate=populate, registry=registry)
    return View(kind, (tuple(entry._replace(value=plain(entry.value)) for entry in entries),))


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
    except Exception as error:  # whatever a unit's object raises while it is read
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


def plain(value: Any, depth: int = 0) -> Any:
    """A copy of a value that holds plain values; what has no plain form, such as a function, stays as it is."""
    if isinstance(value, enum.Enum):
        return plain(value.value, depth + 1)
    if isinstance(value, _PLAIN) or depth > _DEPTH:
        return value
    if isinstance(value, Mapping):
        return {plain(name, depth + 1): plain(each, depth + 1) for name, each in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_asdict"):
        items = (plain(each, depth + 1) for each in value)
        return tuple(items) if isinstance(value, tuple) else list(items)
    return value if isinstance(value, type) or callable(value) else _fields(value, depth)


def _fields(value: Any, depth: int) -> Any:
    if hasattr(value, "_asdict"):
        return {name: plain(each, depth + 1) for name, each in value._asdict().items()}
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name), depth + 1) for each in dataclasses.fields(value)}
    names = getattr(value, "__dict__", None)
    if isinstance(names, dict) and type(value).__module__ != "builtins" and not hasattr(value, "__iter__"):
        return {name: plain(each, depth + 1) for name, each in names.items() if not name.startswith("_")}
    return value


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
    except Exception as error:  # whatever a unit's function raises
        raise CannotExamine(describe_error(f"{name} can't be called", error, unit, name, registry)) from error


def _unreadable(name: str, what: str, registry: str) -> CannotExamine:
    return CannotExamine(Finding("REG002", name, f"{name} {what}.", "Name another target.", registry=registry))
