"""How keys are compared and written: as Python compares them, and so that a reader recognises them."""

from __future__ import annotations

import ast
import re
from typing import Any, Collection, Hashable, Mapping

from integrity.checks.env.known import is_secret_name
from integrity.checks.registries.reading import Unread

_LONGEST = 60
_SHORT = (str, int, float, bytes, type(None))
_LITERAL = re.compile(r"[-\d(\[{'\"]|b['\"]|(None|True|False)$")
_SECRET = re.compile(
    r"(pass(word|wd|phrase)?|secret|token|credential|private|api_?key|access_?key|auth|dsn)s?($|[_\-.\d])",
    re.IGNORECASE,
)


def identity(key: Any) -> Hashable:
    """What is equal for keys that Python holds for the same: 1, True and 1.0; source text only equals source text."""
    if isinstance(key, Unread):
        return ("\0source", str(key))
    try:
        hash(key)
    except Exception:  # noqa: BLE001 - whatever a unit's object raises
        return _content_or_text(key)
    return key  # type: ignore[no-any-return]


def across_views(key: Any) -> Hashable:
    """The identity by which the two views of one registry are compared: sources don't tell the type of an object."""
    return identity(dict(key) if isinstance(key, Fields) else key)


class Fields(dict):  # type: ignore[type-arg]
    """The fields of an object. Those of two objects are the same only where their types, called `kind`, are."""

    def __init__(self, kind: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.kind = kind

    def __repr__(self) -> str:
        given = (f"{name}={value!r}" if isinstance(value, _SHORT) else f"{name}=…" for name, value in self.items())
        return f"{self.kind.rpartition('.')[2]}({', '.join(given)})"


def is_sure(key: Any) -> bool:
    """Whether two such keys are equal when they are written alike: constants and names, but no calls."""
    return not isinstance(key, Unread) or all(part.isidentifier() for part in key.split("."))


def named(key: Any) -> str:
    """A key as `entry` of a finding: stable, and without quotes where it is a text that no other key is written like."""
    if isinstance(key, str):
        return repr(str(key)) if _reads_as_another(key) else str(key)
    return _written(key)


def is_named(key: Any, names: Collection[str]) -> bool:
    """Whether one of the names that a list in the configuration has means a key: as it is named, or just its text."""
    return named(key) in names or (isinstance(key, str) and str(key) in names)


def shown(value: Any) -> str:
    """A key or value in a message, cut where it is long."""
    text = str(value) if isinstance(value, Unread) else _written(value)
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def shown_field(name: str, value: Any, *keys: Any) -> str:
    """A field's value in a message; not where the field's name, or a key of the entries that have it, looks like that of a secret."""
    names = [str(key) for key in keys if name != "key"]
    is_secret = _SECRET.search(name) or any(_SECRET.search(each) or is_secret_name(each) for each in names)
    return "its value" if is_secret else shown(value)


def listed(keys: Any, most: int = 5) -> str:
    """Some keys in a row."""
    items = [shown(key) for key in keys]
    rest = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + rest


def _reads_as_another(text: str) -> bool:
    """Whether the text is just how a number, None or a tuple is written."""
    if _LITERAL.match(text) is None:
        return False
    try:
        return repr(ast.literal_eval(text)) == text
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False


def _content_or_text(value: Any) -> Hashable:
    try:
        content = _content(value, ())
        hash(content)
    except Exception:  # noqa: BLE001 - too deep, or what a unit's object raises
        return ("\0unhashable", _text(value))
    return content


def _content(value: Any, around: tuple[int, ...]) -> Hashable:
    """What is equal for tables and lists of the same content; `around` are the ids of those it stands in."""
    if not isinstance(value, (dict, list, tuple, set, frozenset)):
        return _hashable(value)
    if id(value) in around:
        return ("\0again", len(around) - around.index(id(value)))
    inside = (*around, id(value))
    if isinstance(value, dict):
        kind = value.kind if isinstance(value, Fields) else ""
        return ("\0table", kind, frozenset((identity(name), _content(each, inside)) for name, each in value.items()))
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return (f"\0{kind}", tuple(_content(each, inside) for each in value))
    return ("\0set", frozenset(map(identity, value)))


def _hashable(value: Any) -> Hashable:
    if isinstance(value, Unread):
        return identity(value)
    try:
        hash(value)
    except Exception:  # noqa: BLE001 - whatever a unit's object raises
        return ("\0unhashable", _text(value))
    return value  # type: ignore[no-any-return]


def _text(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - whatever a unit's object raises
        return f"{type(value).__qualname__} at {id(value)}"


def _written(value: Any) -> str:
    """What stands for a value; of a class or a function, its full name, which no address makes different each time."""
    name = getattr(value, "__qualname__", None)
    if isinstance(name, str) and hasattr(value, "__module__"):
        return f"{value.__module__}.{name}"
    if getattr(type(value), "__repr__", None) is object.__repr__:
        return f"{type(value).__module__}.{type(value).__qualname__}()"
    return _text(value)
