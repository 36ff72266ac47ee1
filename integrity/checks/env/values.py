"""What a variable's value has to be, by the word of its type. No value leaves this module."""

from __future__ import annotations

import difflib
import json
from typing import Callable, Mapping
from urllib.parse import urlsplit

_BOOLEANS = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off", "y", "n", "t", "f"})


def is_of_type(value: str, kind: str) -> bool:
    """Whether a value is of a type; `a|b|c` is one of these words."""
    if kind in TYPES:
        return TYPES[kind](value.strip())
    return value in kind.split("|")


def type_problem(kind: str) -> str:
    """What is wrong with the word of a type; "" where nothing is."""
    if kind in TYPES or "|" in kind:
        return ""
    near = difflib.get_close_matches(kind, TYPES, n=1)
    known = f'{", ".join(TYPES)}, or choices such as "log|smtp"'
    return f"there is no type {kind!r}; " + (f"did you mean {near[0]!r}?" if near else f"the types are {known}.")


def _is_integer(value: str) -> bool:
    return _parses(int, value)


def _is_number(value: str) -> bool:
    return _parses(float, value)


def _is_boolean(value: str) -> bool:
    return value.lower() in _BOOLEANS


def _is_json(value: str) -> bool:
    return _parses(json.loads, value)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.scheme) and " " not in value and bool(parts.netloc or parts.path.strip("/") or "://" in value)


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


TYPES: Mapping[str, Callable[[str], bool]] = {
    "integer": _is_integer,
    "number": _is_number,
    "boolean": _is_boolean,
    "url": _is_url,
    "json": _is_json,
}
