"""How keys are compared and written: as Python compares them, and so that a reader recognises them."""

from __future__ import annotations

import json
import re
from typing import Any, Hashable

from integrity.checks.registries.reading import Unread

_LONGEST = 60
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
    except TypeError:
        return ("\0unhashable", json.dumps(key, sort_keys=True, default=repr))
    return key  # type: ignore[no-any-return]


def is_sure(key: Any) -> bool:
    """Whether two such keys are equal when they are written alike: constants and names, but no calls."""
    return not isinstance(key, Unread) or all(part.isidentifier() for part in key.split("."))


def named(key: Any) -> str:
    """A key as `entry` of a finding: stable, and without quotes where it is a text."""
    return str(key) if isinstance(key, str) else _written(key)


def shown(value: Any) -> str:
    """A key or value in a message, cut where it is long."""
    text = str(value) if isinstance(value, Unread) else _written(value)
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def shown_field(name: str, value: Any) -> str:
    """A field's value in a message; not where the field's name looks like that of a secret."""
    return "its value" if _SECRET.search(name) else shown(value)


def listed(keys: Any, most: int = 5) -> str:
    """Some keys in a row."""
    items = [shown(key) for key in keys]
    rest = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + rest


def _written(value: Any) -> str:
    """What stands for a value; of a class or a function, its full name, which no address makes different each time."""
    name = getattr(value, "__qualname__", None)
    return f"{value.__module__}.{name}" if isinstance(name, str) and hasattr(value, "__module__") else repr(value)
