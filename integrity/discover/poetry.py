"""Reads `[tool.poetry]`: identity, dependencies, groups and extras, in PEP 508 terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.discover.constraints import both, python_marker, specifier
from integrity.discover.draft import Declared, Source
from integrity.discover.references import path_source
from integrity.discover.repository import git_source, git_url
from integrity.discover.tree import parent
from integrity.model.unit import Dependency, ManifestKind, normalised

if TYPE_CHECKING:
    from integrity.discover.draft import Draft, Origin, Table

Condition = tuple[str | None, str | None]  # extra, group


def read_poetry(draft: Draft, poetry: Table) -> None:
    """Fill in what `[tool.poetry]` says of a project without `[project]`."""
    draft.manifest = ManifestKind.POETRY
    draft.name = poetry.string("name") or draft.name
    draft.version = poetry.string("version")
    python = poetry.table("dependencies").values.get("python")
    draft.requires_python = (specifier(python) or None) if isinstance(python, str) else None


def poetry_main(poetry: Table, origin: Origin) -> list[Declared]:
    """`tool.poetry.dependencies`; an optional one belongs to each extra that lists it, and to nothing else."""
    extras: dict[str, list[str]] = {}
    listed = poetry.table("extras")
    for extra in listed.values:
        for name in listed.strings(extra):
            extras.setdefault(normalised(name.partition("[")[0].strip()), []).append(extra)
    return _read(poetry.table("dependencies"), "tool.poetry.dependencies", _Reading(origin, extras, None))


def poetry_groups(poetry: Table, origin: Origin) -> list[Declared]:
    """`tool.poetry.group.<name>.dependencies` and the old `dev-dependencies`."""
    groups = poetry.table("group")
    found: list[Declared] = []
    for name in groups.values:
        table = groups.table(name).table("dependencies")
        found += _read(table, f"tool.poetry.group.{name}.dependencies", _Reading(origin, {}, name))
    legacy = poetry.table("dev-dependencies")
    return found + _read(legacy, "tool.poetry.dev-dependencies", _Reading(origin, {}, "dev"))


class _Reading:
    """Where a table is read, which extras ask for its optional entries, and whether it is a group's."""

    __slots__ = ("extras", "folder", "group", "place", "root")

    def __init__(self, origin: Origin, extras: dict[str, list[str]], group: str | None) -> None:
        self.root, self.place = origin
        self.folder = parent(self.place.path)
        self.extras = extras
        self.group = group

    def conditions(self, name: str, *, is_optional: bool) -> list[Condition]:
        """Under which extra or group a dependency holds; none when nothing can ever ask for it."""
        if not is_optional:
            return [(None, self.group)]
        return [(extra, self.group) for extra in self.extras.get(normalised(name), [])]


def _read(table: Table, via: str, reading: _Reading) -> list[Declared]:
    found: list[Declared] = []
    for name, value in table.values.items():
        if name.lower() == "python":
            continue
        for entry in value if isinstance(value, list) else [value]:
            if not isinstance(entry, (str, dict)):
                raise table.fault(name, "should be a version or a table")
            found += _entry(name, {"version": entry} if isinstance(entry, str) else entry, via, reading)
    return found


def _entry(name: str, entry: dict[str, Any], via: str, reading: _Reading) -> list[Declared]:
    text = name + _extras(entry)
    source, url = _source(entry, reading)
    if url is not None:
        text += f" @ {url}"
    elif source is None:
        text += specifier(_string(entry, "version"))
    marker = both(python_marker(_string(entry, "python")), both(_platform(entry), _string(entry, "markers")))
    text += f" ; {marker}" if marker else ""
    return [
        Declared(
            Dependency(text=text, name=normalised(name), via=via, place=reading.place, extra=extra, group=group),
            source,
            name,
        )
        for extra, group in reading.conditions(name, is_optional=entry.get("optional") is True)
    ]


def _source(entry: dict[str, Any], reading: _Reading) -> tuple[Source | None, str | None]:
    if git := _string(entry, "git"):
        subdirectory = _string(entry, "subdirectory")
        reference = _string(entry, "rev") or _string(entry, "tag") or _string(entry, "branch")
        fragment = f"#subdirectory={subdirectory}" if subdirectory else ""
        return git_source(git, subdirectory), git_url(git, reference) + fragment
    if path := _string(entry, "path") or _string(entry, "file"):
        return path_source(reading.root, (reading.folder,), path), None
    if url := _string(entry, "url"):
        return Source(is_elsewhere=True), url
    return None, None


def _extras(entry: dict[str, Any]) -> str:
    extras = entry.get("extras")
    return f"[{','.join(map(str, extras))}]" if isinstance(extras, list) and extras else ""


def _platform(entry: dict[str, Any]) -> str:
    platform = _string(entry, "platform")
    return f'sys_platform == "{platform}"' if platform else ""


def _string(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""
