"""How one unit of the monorepo enters an env: what it depends on, what goes on the path, and its metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement

from integrity.envs.faults import env_fault
from integrity.envs.layout import is_package, plain_layout, source_folders
from integrity.envs.versions import readable_version
from integrity.model.unit import ManifestKind

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.model.unit import Dependency, Unit

_TAKEN = ("pytest", "_pytest", "integrity")
EntryPoints = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """`paths` go on the path as they are. `editable` is the folder of a built editable, its metadata included.

    `metadata` (the text of METADATA) and `version` are there for a package whose manifest says it all.
    """

    unit: Unit
    dependencies: tuple[Dependency, ...]
    paths: tuple[Path, ...] = ()
    editable: Path | None = None
    version: str | None = None
    metadata: str | None = None
    entry_points: EntryPoints


def plain_project(unit: Unit, folder: Path) -> Project | None:
    """The project as its manifest describes it; None when its build backend has to be asked."""
    if not is_package(unit):
        return Project(unit=unit, dependencies=unit.dependencies, paths=source_folders(folder), entry_points={})
    try:
        return _plain_package(unit, folder)
    except (AttributeError, KeyError, TypeError, ValueError, OSError):
        return None  # a table is not of the shape that it should have: the backend says what is wrong


def _plain_package(unit: Unit, folder: Path) -> Project | None:
    version = readable_version(unit, folder)
    paths = plain_layout(unit, folder)
    entry_points = declared_entry_points(unit)
    if version is None or paths is None or entry_points is None:
        return None
    return Project(
        unit=unit,
        dependencies=unit.dependencies,
        paths=paths,
        version=version,
        metadata=metadata(unit, version),
        entry_points=entry_points,
    )


def refuse_shadows(projects: Iterable[Project]) -> None:
    """Raise UnitFault where a module of the monorepo has a name under which every env already holds another."""
    for project in projects:
        for path in project.paths:
            for name in _TAKEN:
                if (path / name / "__init__.py").is_file() or (path / f"{name}.py").is_file():
                    raise env_fault(
                        f"{project.unit.path} has a module {name}, which hides the {name} that runs its tests",
                        hint=f"Rename {name} in {path}, or exclude the unit.",
                    )


def metadata(unit: Unit, version: str) -> str:
    """The text of METADATA, by the core metadata specification."""
    project = unit.document.get("project", {})
    poetry = unit.document.get("tool", {}).get("poetry", {})
    name = project.get("name") or poetry.get("name") or unit.distribution
    described = str(project.get("description") or poetry.get("description") or "").strip().partition("\n")[0]
    extras = {
        *project.get("optional-dependencies", {}),
        *(item.extra for item in unit.dependencies if item.extra is not None),
    }
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Summary: {described}"] if described else []
    lines += [f"Requires-Python: {unit.requires_python}"] if unit.requires_python else []
    lines += [f"Provides-Extra: {extra}" for extra in sorted(extras)]
    lines += [f"Requires-Dist: {text}" for item in unit.dependencies if item.group is None and (text := _stated(item))]
    return "\n".join(lines) + "\n"


def _stated(dependency: Dependency) -> str:
    """The requirement with its extra as a marker; a local path becomes the name alone, as an index would have it."""
    try:
        requirement = Requirement(dependency.text)
    except InvalidRequirement:
        requirement = Requirement(dependency.name)
    if dependency.target is not None:
        requirement.url = None
    if dependency.extra is None:
        return str(requirement)
    marker = f"({requirement.marker}) and " if requirement.marker else ""
    requirement.marker = None
    separator = " ;" if requirement.url else ";"
    return f'{requirement}{separator} {marker}extra == "{dependency.extra}"'


def declared_entry_points(unit: Unit) -> EntryPoints | None:
    """Entry points by group, as the manifest states them; None when it states one that only its backend understands."""
    project = unit.document.get("project", {})
    groups: dict[str, dict[str, Any]] = {
        "console_scripts": dict(project.get("scripts", {})),
        "gui_scripts": dict(project.get("gui-scripts", {})),
        **{group: dict(entries) for group, entries in project.get("entry-points", {}).items()},
    }
    if unit.manifest is ManifestKind.POETRY or "poetry" in unit.document.get("tool", {}):
        poetry = unit.document["tool"]["poetry"]
        groups["console_scripts"] |= poetry.get("scripts", {})
        for group, entries in poetry.get("plugins", {}).items():
            groups.setdefault(group, {}).update(entries)
    if not all(isinstance(value, str) for entries in groups.values() for value in entries.values()):
        return None
    return {group: entries for group, entries in groups.items() if entries}
