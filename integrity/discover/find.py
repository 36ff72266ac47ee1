"""Finds all units of a repository: globs and workspaces → manifests → dependencies resolved to units."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

from integrity.discover.candidates import glob_candidates
from integrity.discover.draft import Draft
from integrity.discover.manifest import read_manifest
from integrity.discover.resolve import Resolver
from integrity.discover.tree import Tree
from integrity.discover.workspaces import find_workspaces, member_candidates, workspace_of
from integrity.model.unit import Monorepo, PassedOver
from integrity.planning.globs import predicate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.discover.candidates import Candidate
    from integrity.discover.globs import Globs


def discover(root: Path, globs: Globs) -> Monorepo:
    """All units below `root`. Nothing is imported, built or run; what one manifest lacks is that unit's `problem`."""
    with _collector_paused():
        return _discovered(root.resolve(), globs)


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """All documents stay alive and none is in a cycle: the collector would only walk them, again and again, as they grow.

    At the end they are moved to its oldest generation unseen, where it will rarely look.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def _discovered(root: Path, globs: Globs) -> Monorepo:
    tree = Tree(str(root))
    passed_over: list[PassedOver] = []
    from_globs = glob_candidates(tree, globs, passed_over)
    workspaces = find_workspaces(tree, from_globs, passed_over)
    candidates = {**member_candidates(workspaces, globs), **from_globs}
    passed_over += [PassedOver(path=path, reason=reason) for path, reason in tree.remarks.items()]
    drafts = _drafts(tree, candidates, globs, passed_over)
    for draft in drafts:
        workspace = workspace_of(draft.path, workspaces)
        draft.workspace = None if workspace is None else workspace.root
    units = Resolver(tree, drafts, workspaces, passed_over).units()
    # Of several reasons the last counts: what was found in a folder says more than how it was come upon.
    left = {passed.path: passed for passed in passed_over}
    for draft in drafts:
        left.pop(draft.path, None)
    return Monorepo(root=root, units=units, passed_over=tuple(passed for _, passed in sorted(left.items())))


def _drafts(tree: Tree, candidates: dict[str, Candidate], globs: Globs, passed_over: list[PassedOver]) -> list[Draft]:
    excluded = predicate(globs.exclude)
    drafts: list[Draft] = []
    for path, candidate in sorted(candidates.items()):
        glob = excluded(path)
        if glob is not None:
            passed_over.append(PassedOver(path=path, reason=f"excluded by {glob!r}"))
            continue
        draft = read_manifest(tree, candidate)
        if not isinstance(draft, str):
            drafts.append(_nameable(draft))
        elif not candidate.is_deep:
            passed_over.append(PassedOver(path=path, reason=draft))
    return drafts


def _nameable(draft: Draft) -> Draft:
    """The draft itself, unless its path is no text: no report could name it, so that it gets a readable path and a problem."""
    try:
        draft.path.encode()
    except UnicodeEncodeError:
        shown = draft.path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        name = shown.rpartition("/")[2]
        return Draft(path=shown, name=name, kind=draft.kind, problem=f"{shown}: its path is not UTF-8")
    return draft
