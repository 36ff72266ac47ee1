"""Which folders a glob means: `*`, `?` and `[…]` inside one part of a path, `**` over any number of parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.discover.tree import is_left_over, joined
from integrity.planning.globs import is_wild, part_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.discover.tree import Tree
    from integrity.settings import RootSettings


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


def _matched_by_part(tree: Tree, part: str, rest: list[str], base: str) -> Iterator[str]:
    is_match = re.compile(part_pattern(part), re.DOTALL).fullmatch
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
