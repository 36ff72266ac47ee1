"""Finds all units of a repository: candidates → manifests → dependencies resolved to units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.discover.candidates import glob_candidates
from integrity.discover.globs import predicate
from integrity.discover.manifest import read_manifest
from integrity.discover.resolve import resolved_units
from integrity.discover.tree import Tree
from integrity.model.unit import Monorepo, PassedOver

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.discover.draft import Draft
    from integrity.discover.globs import Globs


def discover(root: Path, globs: Globs) -> Monorepo:
    """All units below `root`. Nothing is imported, built or run; what one manifest lacks is that unit's `problem`."""
    tree = Tree(str(root.resolve()))
    passed_over: list[PassedOver] = []
    candidates = glob_candidates(tree, globs, passed_over)
    excluded = predicate(globs.exclude)
    drafts: list[Draft] = []
    for path, candidate in sorted(candidates.items()):
        if (glob := excluded(path)) is not None:
            passed_over.append(PassedOver(path=path, reason=f"excluded by {glob!r}"))
            continue
        draft = read_manifest(tree, candidate)
        if isinstance(draft, str):
            passed_over.append(PassedOver(path=path, reason=draft))
        else:
            drafts.append(draft)
    units = resolved_units(tree, drafts, passed_over)
    return Monorepo(root=root.resolve(), units=units, passed_over=tuple(passed_over))
