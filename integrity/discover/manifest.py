"""Reads the manifest of one folder, whichever kind it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrity.discover.draft import Draft, Origin, Table
from integrity.discover.pep621 import group_dependencies, legacy_dev_dependencies, project_dependencies, read_project
from integrity.discover.tree import ManifestFault, joined
from integrity.model.document import section
from integrity.model.unit import ManifestKind, Place, normalised

if TYPE_CHECKING:
    from integrity.discover.candidates import Candidate
    from integrity.discover.draft import Declared
    from integrity.discover.tree import Toml, Tree

_DISTRIBUTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TEMPLATE = r"[{}<>$]"
_BARE = ("manage.py", "test_integrity.py")


def read_manifest(tree: Tree, candidate: Candidate) -> Draft | str:
    """The draft of the unit in a folder, with `problem` set where its manifest can't be used; or why the folder is no unit.

    A broken manifest is a problem, so that its unit is not silently unchecked; only in a folder that is itself named
    like a template (`{{name}}`) it is passed over.
    """
    folder = candidate.path
    draft = Draft(path=folder, name=(tree.root if folder == "." else folder).rpartition("/")[2], kind=candidate.kind)
    if candidate.lack is not None:
        draft.problem = candidate.lack
        return draft
    try:
        reason = _read(tree, draft, is_deep=candidate.is_deep)
    except ManifestFault as fault:
        if re.search(_TEMPLATE, folder):
            return f"a template: {fault}"
        draft.problem = str(fault)
        return draft
    if reason is not None and candidate.is_explicit:
        draft.problem = f"{folder}: no unit, although {candidate.origin}: {reason}"
        return draft
    return draft if reason is None else reason


def _read(tree: Tree, draft: Draft, *, is_deep: bool) -> str | None:
    """Fill in the draft; or say why the folder is no unit."""
    toml = tree.toml(joined(draft.path, "pyproject.toml"))
    if toml is not None:
        _read_document(draft, toml)
        if "project" in toml.document or _has_poetry(toml):
            _read_pyproject(tree, draft, toml)
            return None
    elif draft.path != "." and (own := tree.toml(f"{draft.path}/integrity.toml")) is not None:
        draft.table = own.document
    if _read_setup(tree, draft) or _read_requirements(tree, draft) or _is_bare(tree, draft, is_deep=is_deep):
        return None
    lack = (
        "pyproject.toml without [project] or [tool.poetry]"
        if toml is not None
        else "no pyproject.toml, setup.py or requirements.txt"
    )
    return f"{lack}, and no {' or '.join(_BARE)}"


def _read_document(draft: Draft, toml: Toml) -> None:
    draft.document = toml.document
    draft.text = toml.text
    draft.manifest_path = toml.path
    tool = toml.document.get("tool")
    table = tool.get("integrity") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise Table(tool or {}, name="tool", path=toml.path, text=toml.text).fault("integrity", "should be a table")
    draft.table = table or {}


def _has_poetry(toml: Toml) -> bool:
    poetry = section(toml.document, "tool", "poetry")
    return "name" in poetry or poetry.get("package-mode") is False


def _read_pyproject(tree: Tree, draft: Draft, toml: Toml) -> None:
    document = Table(toml.document, name="", path=toml.path, text=toml.text)
    origin = Origin(tree.root, Place(path=toml.path))
    if "project" in toml.document:
        project = document.table("project")
        read_project(draft, project)
        _set_distribution(draft, project)
        draft.declared = project_dependencies(project, origin)
    draft.declared += group_dependencies(document, origin)
    tool = document.table("tool")
    if "dev-dependencies" in section(toml.document, "tool", "uv"):
        draft.declared += legacy_dev_dependencies(tool.table("uv"), origin)
    if "poetry" in tool.values:
        _read_poetry(draft, tool.table("poetry"), origin)
    if "dependencies" in draft.dynamic or "optional-dependencies" in draft.dynamic:
        from integrity.discover.computed import read_computed  # noqa: PLC0415 - few monorepos need it

        read_computed(tree, draft, tool)
    if tree.exists(f"{draft.path}/requirements.txt"):
        from integrity.discover.computed import sibling_lines  # noqa: PLC0415 - few monorepos need it

        draft.declared += sibling_lines(tree, draft)


def _set_distribution(draft: Draft, table: Table) -> None:
    if not _DISTRIBUTION.fullmatch(draft.name):
        raise table.fault("name", f"{draft.name!r} can be no distribution; a template, perhaps?")
    draft.distribution = normalised(draft.name)


def _read_poetry(draft: Draft, poetry: Table, origin: Origin) -> None:
    from integrity.discover import poetry as reader  # noqa: PLC0415 - few monorepos need it

    if draft.manifest is not ManifestKind.PEP621:
        reader.read_poetry(draft, poetry)
        if "name" in poetry.values:
            _set_distribution(draft, poetry)
    main = reader.poetry_main(poetry, origin)
    if draft.manifest is ManifestKind.POETRY or "dependencies" in draft.dynamic:
        draft.declared += main
    else:
        draft.declared = _with_poetry_sources(draft.declared, main)
    draft.declared += reader.poetry_groups(poetry, origin)
    if draft.manifest is ManifestKind.POETRY and "poetry-dynamic-versioning" in draft.document["tool"]:
        draft.version, draft.dynamic = None, draft.dynamic | {"version"}


def _with_poetry_sources(declared: list[Declared], main: list[Declared]) -> list[Declared]:
    """Beside `[project]`, `tool.poetry.dependencies` only says where a dependency comes from."""
    said = {item.dependency.name: item.source for item in main if item.source is not None}
    return [item._replace(source=item.source or said.get(item.dependency.name)) for item in declared]


def _read_setup(tree: Tree, draft: Draft) -> bool:
    if not (tree.has_file(joined(draft.path, "setup.py")) or tree.has_file(joined(draft.path, "setup.cfg"))):
        return False
    from integrity.discover.setuptools import read_setuptools  # noqa: PLC0415 - few monorepos need it

    if not read_setuptools(tree, draft):
        return False
    if _DISTRIBUTION.fullmatch(draft.name):
        draft.distribution = normalised(draft.name)
    else:
        raise ManifestFault(
            draft.manifest_path or draft.path,
            None,
            f"the name {draft.name!r} can be no distribution; a template, perhaps?",
        )
    if "dependencies" in draft.dynamic:
        from integrity.discover.computed import add_usual_requirements  # noqa: PLC0415 - few monorepos need it

        add_usual_requirements(tree, draft)
    return True


def _read_requirements(tree: Tree, draft: Draft) -> bool:
    from integrity.discover.computed import add_usual_requirements  # noqa: PLC0415 - few monorepos need it

    if not add_usual_requirements(tree, draft):
        return False
    draft.manifest = ManifestKind.REQUIREMENTS
    return True


def _is_bare(tree: Tree, draft: Draft, *, is_deep: bool) -> bool:
    """A folder without any manifest is a unit when it clearly is a Python program; below `**` that would be too many."""
    names = tree.files(draft.path)
    has_sign = any(name in names for name in _BARE) or bool(draft.table)
    return has_sign or (not is_deep and "Dockerfile" in names and any(name.endswith(".py") for name in names))
