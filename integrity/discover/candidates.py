"""Which folders may be units: what the globs match, and what uv workspaces have as members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.discover.globs import is_wild, matched, parts_of
from integrity.model.unit import Kind, PassedOver

if TYPE_CHECKING:
    from integrity.discover.globs import Globs
    from integrity.discover.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A folder that may be a unit. `origin` says which glob or workspace named it, `is_explicit` that it did so by its very path."""

    path: str
    kind: Kind
    origin: str
    is_explicit: bool = False
    is_deep: bool = False


def glob_candidates(tree: Tree, globs: Globs, passed_over: list[PassedOver]) -> dict[str, Candidate]:
    """The folders that `services` and `packages` match, services first."""
    found: dict[str, Candidate] = {}
    for kind, key, patterns in ((Kind.SERVICE, "services", globs.services), (Kind.PACKAGE, "packages", globs.packages)):
        for glob in patterns:
            parts = parts_of(glob)
            if parts is None:
                passed_over.append(PassedOver(path=glob, reason=f"the glob in {key} leaves the repository"))
                continue
            for path in matched(tree, parts):
                if path not in found:
                    found[path] = Candidate(
                        path=path, kind=kind, origin=f"{key} = {glob!r}", is_explicit=not is_wild(glob), is_deep="**" in parts
                    )
    return found
