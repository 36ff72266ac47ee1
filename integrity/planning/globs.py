"""What a glob means for a path: `*`, `?` and `[…]` inside one part of it, `**` over any number of parts. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_WILD = re.compile(r"[*?\[]")


def is_wild(glob: str) -> bool:
    """Whether `glob` is more than one explicit path."""
    return _WILD.search(glob) is not None


def parts_of(glob: str) -> list[str] | None:
    """The parts of a glob, none for the root itself; None when it leaves the root."""
    parts = [part for part in glob.strip().split("/") if part not in ("", ".")]
    return None if ".." in parts or glob.strip().startswith("/") else parts


def predicate(globs: tuple[str, ...], base: str = ".") -> Callable[[str], str | None]:
    """A function that names the glob which matches a path or a folder that contains it."""
    patterns = [
        (glob, re.compile(_path_pattern(base, parts), re.DOTALL))
        for glob in globs
        if (parts := parts_of(glob)) is not None
    ]

    def first_match(path: str) -> str | None:
        for glob, pattern in patterns:
            if pattern.fullmatch(path):
                return glob
        return None

    return first_match


def _path_pattern(base: str, parts: list[str]) -> str:
    prefix = "" if base == "." else re.escape(base) + "/"
    if not parts:
        return re.escape(base) + "(?:/.*)?" if prefix else r"\."
    translated = "".join("(?:[^/]+/)*" if part == "**" else part_pattern(part) + "/" for part in parts)
    return prefix + (f"{translated}[^/]+" if parts[-1] == "**" else translated.removesuffix("/") + "(?:/.*)?")


def part_pattern(part: str) -> str:
    """One part of a glob as a regular expression; a `[` that is never closed is itself."""
    pattern, position = "", 0
    while position < len(part):
        character = part[position]
        closing = part.find("]", position + 2) if character == "[" else -1
        if closing != -1:
            pattern += _characters(part[position + 1 : closing])
            position = closing
        else:
            pattern += {"*": "[^/]*", "?": "[^/]"}.get(character) or re.escape(character)
        position += 1
    return pattern


def _characters(inside: str) -> str:
    escaped = inside.lstrip("!^").replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
    pattern = f"[^{escaped}]" if inside[0] in "!^" else f"[{escaped}]"
    try:
        re.compile(pattern)
    except re.error:  # a range that runs backwards
        return re.escape(f"[{inside}]")
    return pattern
