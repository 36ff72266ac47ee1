"""Paths in sentences. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def named(paths: Sequence[str]) -> str:
    """The first one, and how many more: `a.py (and 2 more)`. Any name of a file can be written down as UTF-8, on one line."""
    more = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
    return f"{readable(paths[0])}{more}"


def readable(path: str) -> str:
    """The path with what is not printable, or no text at all, spelled out."""
    if path.isprintable():
        return path
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in path)
