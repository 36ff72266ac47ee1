"""Reads the manifest of one folder, whichever kind it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrity.discover.draft import Draft, Table
from integrity.discover.pep621 import group_dependencies, project_dependencies, read_project
from integrity.discover.tree import ManifestFault, joined
from integrity.model.unit import Place, normalised

if TYPE_CHECKING:
    from integrity.discover.candidates import Candidate
    from integrity.discover.tree import Toml, Tree

_DISTRIBUTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TEMPLATE = re.compile(r"[{}<>$]")


def read_manifest(tree: Tree, candidate: Candidate) -> Draft | str:
    """The draft of the unit in a folder, with `problem` set where its manifest can't be used; or why the folder is no unit."""
    folder = candidate.path
    draft = Draft(path=folder, name=folder.rpartition("/")[2] if folder != "." else tree.root.rpartition("/")[2], kind=candidate.kind)
    reason = "no manifest"
    try:
        toml = tree.toml(joined(folder, "pyproject.toml"))
        if toml is None:
            return reason
        if not _read_pyproject(draft, toml):
            return "pyproject.toml without [project] or [tool.poetry]"
    except ManifestFault as fault:
        draft.problem = str(fault)
    return draft


def _read_pyproject(draft: Draft, toml: Toml) -> bool:
    document = Table(toml.document, name="", path=toml.path, text=toml.text)
    place = Place(path=toml.path)
    draft.document = toml.document
    draft.text = toml.text
    draft.manifest_path = toml.path
    if "project" not in toml.document:
        return False
    read_project(draft, document)
    if not _DISTRIBUTION.fullmatch(draft.name):
        raise document.table("project").fault("name", f"{draft.name!r} can be no distribution")
    draft.distribution = normalised(draft.name)
    draft.declared = [*project_dependencies(document, place), *group_dependencies(document, place)]
    tool = toml.document.get("tool")
    if isinstance(tool, dict) and isinstance(tool.get("integrity"), dict):
        draft.table = tool["integrity"]
    return True
