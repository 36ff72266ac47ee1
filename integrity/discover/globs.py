"""Which folders a glob means: `*`, `?` and `[…]` inside one part of a path, `**` over any number of parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.discover.tree import is_left_over, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from integrity.discover.tree import Tree
    from integrity.settings import RootSettings

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Globs:
    """Where units are looked for. A folder that both `services` and `packages` match is a service."""

    services: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: RootSettings) -> Globs:
        """Those of a root's settings."""
        return cls(services=settings.services, packages=settings.packages, exclude=settings.exclude)


def is_wild(glob: str) -> bool:
    """Whether `glob` is more than one explicit path."""
    return _WILD.search(glob) is not None


def parts_of(glob: str) -> list[str] | None:
    """The parts of a glob, none for the root itself; None when it leaves the root."""
    parts = [part for part in glob.strip().split("/") if part not in ("", ".")]
    return None if ".." in parts or glob.strip().startswith("/") else parts


def matched(tree: Tree, parts: list[str], base: str = ".") -> Iterator[str]:
    """Folders below `base` that the parts match, as real paths; hidden ones only where a part begins with a dot.

    `**` does not follow symbolic links; elsewhere a link stands for the folder inside the root that it leads to.
    """
    if not parts:
        yield base
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _matched_deeply(tree, parts, base)
    elif is_wild(part):
        yield from _matched_by_part(tree, part, rest, base)
    elif (real := tree.folder(joined(base, part))) is not None:
        yield from matched(tree, rest, real)


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


def _matched_by_part(tree: Tree, part: str, rest: list[str], base: str) -> Iterator[str]:
    is_match = re.compile(_part_pattern(part), re.DOTALL).fullmatch
    for name, is_link in tree.folders(base):
        if not is_match(name) or (name[0] == "." and part[0] != "."):
            continue
        child = joined(base, name)
        if is_left_over(name):
            tree.remark_left_over(child)
        elif not is_link:
            yield from matched(tree, rest, child)
        elif (real := tree.link_target(child)) is not None:
            yield from matched(tree, rest, real)


def _matched_deeply(tree: Tree, parts: list[str], base: str) -> Iterator[str]:
    yield from matched(tree, parts[1:], base)
    for name, is_link in tree.folders(base):
        if name[0] != "." and not is_link and not is_left_over(name):
            yield from _matched_deeply(tree, parts, joined(base, name))


def _path_pattern(base: str, parts: list[str]) -> str:
    prefix = "" if base == "." else re.escape(base) + "/"
    if not parts:
        return re.escape(base) + "(?:/.*)?" if prefix else r"\."
    translated = "".join("(?:[^/]+/)*" if part == "**" else _part_pattern(part) + "/" for part in parts)
    return prefix + (f"{translated}[^/]+" if parts[-1] == "**" else translated.removesuffix("/") + "(?:/.*)?")


def _part_pattern(part: str) -> str:
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
