"""Globs over files, as shells know them: `*` and `?` stay within a folder, `**` crosses folders."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Pattern

_PART = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\[\]]+\]|[^*?\[]+|\[")


@lru_cache(maxsize=None)
def glob_pattern(*globs: str) -> Pattern[str]:
    """What matches a path below the unit's folder by one of the globs; of one without '/', the name of a file in any folder."""
    return re.compile("|".join(map(_expression, globs)) or r"(?!)", re.DOTALL)


def _expression(glob: str) -> str:
    text = glob if "/" in glob else f"**/{glob}"
    if text.endswith("/"):
        text += "**"
    return "".join(_translated(part) for part in _PART.findall(text.lstrip("/"))) + r"\Z"


def _translated(part: str) -> str:
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if part in wild:
        return wild[part]
    if part.startswith("[") and len(part) > 1:
        inside = part[1:-1].replace("\\", r"\\")
        return f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside.replace('^', chr(92) + '^')}]"
    return re.escape(part)
