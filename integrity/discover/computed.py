"""Dependencies that a manifest leaves to requirements files, told by a build back end's table or by custom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.discover.requirements import Reading, read_requirements, requirement_files
from integrity.discover.tree import ManifestFault, joined

if TYPE_CHECKING:
    from integrity.discover.draft import Declared, Draft, Table
    from integrity.discover.tree import Tree


def read_computed(tree: Tree, draft: Draft, tool: Table) -> None:
    """What `dynamic` leaves to the back end: from the files that setuptools or hatch-requirements-txt names, else from the usual ones."""
    setuptools = tool.table("setuptools").table("dynamic")
    optional = setuptools.table("optional-dependencies")
    for extra in optional.values:
        for name in _files(optional.table(extra), "file"):
            draft.declared += _lines(tree, draft, name, extra=extra)
    if "dependencies" not in draft.dynamic or any(_is_plain(item) for item in draft.declared):
        return
    hook = tool.table("hatch").table("metadata").table("hooks").table("requirements_txt")
    named = [*_files(setuptools.table("dependencies"), "file"), *_files(hook, "files")]
    for name in named:
        draft.declared += _lines(tree, draft, name)
    if not named:
        add_usual_requirements(tree, draft)


def add_usual_requirements(tree: Tree, draft: Draft) -> bool:
    """What the usual requirements files say (see `requirement_files`); whether there were any."""
    files = requirement_files(tree.files(draft.path), tree.files(joined(draft.path, "requirements")))
    for name, group in files:
        draft.manifest_path = draft.manifest_path or joined(draft.path, name)
        draft.declared += _lines(tree, draft, name, group=group)
    return bool(files)


def sibling_lines(tree: Tree, draft: Draft) -> list[Declared]:
    """Siblings that `requirements.txt` names by their path, beside a manifest that may be silent about them.

    Its other lines are what some pip command installs, and no word of the unit's own.
    """
    known = {item.source.locals for item in draft.declared if item.source is not None}
    try:
        lines = _lines(tree, draft, "requirements.txt")
    except ManifestFault:
        return []  # pip's business: the manifest itself is in order
    return [
        item for item in lines if item.source is not None and item.source.locals and item.source.locals not in known
    ]


def _lines(
    tree: Tree, draft: Draft, name: str, *, extra: str | None = None, group: str | None = None
) -> list[Declared]:
    reading = Reading(tree=tree, folder=draft.path, path=joined(draft.path, name), extra=extra, group=group)
    return list(read_requirements(reading))


def _files(table: Table, key: str) -> list[str]:
    value = table.values.get(key)
    return [value] if isinstance(value, str) else table.strings(key)


def _is_plain(item: Declared) -> bool:
    return item.dependency.extra is None and item.dependency.group is None
