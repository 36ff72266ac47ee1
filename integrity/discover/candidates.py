"""Which folders may be units: what the globs match, and what uv workspaces have as members."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from integrity.discover.globs import matched
from integrity.model.unit import Kind, PassedOver
from integrity.planning.globs import is_wild, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.discover.globs import Globs
    from integrity.discover.tree import Tree


class Candidate(NamedTuple):
    """A folder that may be a unit.

    `origin` says which glob or workspace named it, `is_explicit` that it did so by its very path, `is_deep` that it
    stood below `**`. `lack` is why an explicit path is no folder that can be read.
    """

    path: str
    kind: Kind
    origin: str
    is_explicit: bool = False
    is_deep: bool = False
    lack: str | None = None


def glob_candidates(tree: Tree, globs: Globs, passed_over: list[PassedOver]) -> dict[str, Candidate]:
    """The folders that `services` and `packages` match, services first."""
    found: dict[str, Candidate] = {}
    for kind, key, patterns in ((Kind.SERVICE, "services", globs.services), (Kind.PACKAGE, "packages", globs.packages)):
        for glob in patterns:
            parts = parts_of(glob)
            if parts is None:
                passed_over.append(PassedOver(path=glob, reason=f"the glob in {key} leaves the repository"))
                continue
            for candidate in _matched(tree, parts, kind, f"{key} names {glob!r}"):
                found.setdefault(candidate.path, candidate)
    return found


def _matched(tree: Tree, parts: list[str], kind: Kind, origin: str) -> Iterator[Candidate]:
    is_explicit, is_deep = not is_wild("/".join(parts)), "**" in parts
    paths = list(matched(tree, parts))
    for path in paths:
        yield Candidate(path=path, kind=kind, origin=origin, is_explicit=is_explicit, is_deep=is_deep)
    if is_explicit and not paths:
        path = "/".join(parts)
        lack = tree.remarks.pop(path, "no such folder")
        yield Candidate(
            path=path, kind=kind, origin=origin, is_explicit=True, lack=f"{path}: {lack}, although {origin}"
        )
