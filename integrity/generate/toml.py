"""Writes the few forms of TOML that tables of this tool need, and judges whether text could be added to a document."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from integrity.errors import UsageError
from integrity.generate.changes import appended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.generate.changes import Change

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 100


def parsed(path: str, text: str) -> dict[str, Any]:
    """The document. Raises UsageError where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not TOML: {error}", hint="Mend it first.") from error


def extended(path: str, before: str, tables: str) -> Change:
    """Adds tables at the end of a document. Raises UsageError where that would not be the same document with them in it."""
    change = appended(path, before, tables)
    try:
        after = tomllib.loads(change.after)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{path}: no table can be added at its end: {error}", hint=f"Add by hand:\n{tables}"
        ) from error
    if _within(tomllib.loads(before), after):
        return change
    raise UsageError(f"{path}: what is added would change what is there.", hint=f"Add by hand:\n{tables}")


def _within(old: object, new: object) -> bool:
    """Whether nothing of the old document is gone or other."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _within(value, new[key]) for key, value in old.items())
    return old == new


def section_of(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What stands under `[tool.integrity]`; None where there is nothing."""
    tool = document.get("tool")
    return tool.get("integrity") if isinstance(tool, dict) else None


def assigned(key: str, value: object) -> str:
    """A key and its value, in one line, or for a long list in several."""
    name = key if _BARE.fullmatch(key) else _quoted(key)
    line = f"{name} = {_value(value)}"
    if isinstance(value, list) and len(line) > _WIDTH:
        return "\n".join([f"{name} = [", *(f"  {_value(item)}," for item in value), "]"])
    return line


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(assigned(key, item) for key, item in value.items())} }}"
    return str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
