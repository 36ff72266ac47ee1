"""uv workspaces: which folders are members of which, also of workspaces below the root and inside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from integrity.discover.candidates import Candidate
from integrity.discover.globs import matched
from integrity.discover.tree import ManifestFault, joined, parent
from integrity.model.document import section
from integrity.model.unit import Kind, PassedOver
from integrity.planning.globs import is_wild, parts_of, predicate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from integrity.discover.globs import Globs
    from integrity.discover.tree import Toml, Tree


class Workspace(NamedTuple):
    """A workspace's root folder, its members (with the root, when that is a project), and the sources it gives them all."""

    root: str
    members: frozenset[str]
    sources: Mapping[str, Any]


def find_workspaces(tree: Tree, candidates: Iterable[str], passed_over: list[PassedOver]) -> tuple[Workspace, ...]:
    """The workspaces of the root, of the folders directly below it, of the candidates and of the folders that contain these.

    Sorted so that inner ones come before outer ones.
    """
    starts = {".", *(name for name, is_link in tree.folders(".") if name[0] != "." and not is_link)}
    for path in candidates:
        folder = path
        while folder not in starts:
            starts.add(folder)
            folder = parent(folder)
    waiting, seen, found = sorted(starts), set[str](), list[Workspace]()
    while waiting:
        folder = waiting.pop(0)
        if folder not in seen:
            seen.add(folder)
            workspace = _workspace(tree, folder, passed_over)
            if workspace is not None:
                found.append(workspace)
                waiting += sorted(workspace.members - seen)
    return tuple(
        sorted(found, key=lambda workspace: (-workspace.root.count("/"), workspace.root == ".", workspace.root))
    )


def member_candidates(workspaces: Iterable[Workspace], globs: Globs) -> dict[str, Candidate]:
    """The members as candidates. One that no glob matches is a package, unless it lies inside a folder that `services` matches.

    The root of the repository is no candidate here: it is a unit only where a glob says `.`.
    """
    service_glob = predicate(globs.services)
    return {
        path: Candidate(
            path=path,
            kind=Kind.SERVICE if service_glob(path) is not None else Kind.PACKAGE,
            origin=f"member of the uv workspace {workspace.root!r}",
        )
        for workspace in workspaces
        for path in workspace.members
        if path != "."
    }


def workspace_of(path: str, workspaces: Iterable[Workspace]) -> Workspace | None:
    """The innermost workspace that has `path` as a member."""
    return next((workspace for workspace in workspaces if path in workspace.members), None)


def _workspace(tree: Tree, folder: str, passed_over: list[PassedOver]) -> Workspace | None:
    try:
        toml = tree.toml(joined(folder, "pyproject.toml"))
    except ManifestFault as fault:
        passed_over.append(PassedOver(path=folder, reason=str(fault)))
        return None
    if toml is None or "workspace" not in section(toml.document, "tool", "uv"):
        return None
    members = _members(tree, folder, section(toml.document, "tool", "uv", "workspace"), passed_over)
    own = {folder} if "project" in toml.document else set()
    return Workspace(root=folder, members=frozenset(members | own), sources=_sources(toml))


def _sources(toml: Toml) -> Mapping[str, Any]:
    return section(toml.document, "tool", "uv", "sources")


def _members(tree: Tree, folder: str, table: Mapping[str, Any], passed_over: list[PassedOver]) -> set[str]:
    excluded = predicate(tuple(_strings(table.get("exclude"))), folder)
    found: set[str] = set()
    for glob in _strings(table.get("members")):
        parts = parts_of(glob)
        paths = set(matched(tree, parts, folder)) if parts is not None else set()
        if not paths and not is_wild(glob):
            passed_over.append(
                PassedOver(
                    path=joined(folder, glob), reason=f"a member of the uv workspace {folder!r} that does not exist"
                )
            )
        for path in paths:
            if excluded(path) is not None:
                passed_over.append(PassedOver(path=path, reason=f"excluded by the uv workspace {folder!r}"))
            elif tree.has_file(joined(path, "pyproject.toml")):
                found.add(path)
            else:
                passed_over.append(
                    PassedOver(path=path, reason=f"a member of the uv workspace {folder!r} without pyproject.toml")
                )
    return found


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
