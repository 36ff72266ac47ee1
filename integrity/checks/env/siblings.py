"""Modules of other units in which base classes of a unit's settings stand, such as those of a shared package."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING, Iterable, Iterator, Sequence

from integrity.checks.sources import Module, Sources

if TYPE_CHECKING:
    from integrity.checks.case import Unit

_PLACES = ("", "src")


def sibling_modules(unit: Unit, modules: Sequence[Module]) -> tuple[Module, ...]:
    """The modules of the packages from which the unit's settings classes inherit, where they stand in this monorepo."""
    own = {module.name.partition(".")[0] for module in modules}
    packages = {
        base.partition(".")[0]
        for module in modules
        if b"Settings" in module.content
        for node in module.classes
        for base in map(module.dotted, (each for each in node.bases if isinstance(each, (ast.Name, ast.Attribute))))
        if "." in base and "Settings" in base
    }
    found: list[Module] = []
    for package in sorted(packages - own - {"pydantic", "pydantic_settings"}):
        folder = next(_folders_with(unit.root, package), None)
        if folder is not None:
            found.extend(
                module for module in Sources(folder, unit.root).modules if module.name.partition(".")[0] == package
            )
    return tuple(found)


def _folders_with(root: str, package: str) -> Iterator[str]:
    """Folders at most two levels below the root, or their `src`, that hold the package."""
    for folder in _below(root):
        for place in _PLACES:
            candidate = os.path.join(folder, place) if place else folder
            if os.path.isfile(os.path.join(candidate, package, "__init__.py")):
                yield candidate


def _below(root: str) -> Iterable[str]:
    yield root
    for first in _folders(root):
        yield first
        yield from _folders(first)


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as items:
            return sorted(
                item.path for item in items if item.is_dir(follow_symlinks=False) and not item.name.startswith(".")
            )
    except OSError:
        return []
