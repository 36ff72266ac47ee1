"""Applies `[tool.uv.sources]` to the dependencies that it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.discover.draft import NAME, Declared, Source
from integrity.discover.references import path_source
from integrity.model.unit import Dependency, normalised

if TYPE_CHECKING:
    from collections.abc import Mapping

Sources = dict[str, list[tuple[str, dict[str, Any]]]]  # name → entries, each with the folder its paths are relative to


def merged_sources(*tables: tuple[str, Mapping[str, Any]]) -> Sources:
    """Several tables (folder, `[tool.uv.sources]`) as one; a later one wins by name, as a member's does over its workspace's."""
    found: Sources = {}
    for folder, table in tables:
        for name, value in table.items():
            entries = value if isinstance(value, list) else [value]
            found[normalised(name)] = [(folder, entry) for entry in entries if isinstance(entry, dict)]
    return found


def with_source(item: Declared, sources: Sources, root: str) -> list[Declared]:
    """The dependency as its source entries make it: one for each entry that applies, itself when none does."""
    if item.source is not None:
        return [item]
    applying = [entry for entry in sources.get(item.dependency.name, ()) if _applies(entry[1], item.dependency)]
    return [_sourced(item, folder, entry, root) for folder, entry in applying] or [item]


def _applies(entry: Mapping[str, Any], dependency: Dependency) -> bool:
    """Whether the entry's own condition (`extra = …`, `group = …`), if it has one, is that of the dependency."""
    if "extra" in entry and entry["extra"] != dependency.extra:
        return False
    return "group" not in entry or bool(entry["group"] == dependency.group)


def _sourced(item: Declared, folder: str, entry: Mapping[str, Any], root: str) -> Declared:
    source, url = _entry_source(folder, entry, root)
    text = item.dependency.text if url is None else with_url(item.dependency.text, url)
    marker = entry.get("marker")
    if isinstance(marker, str) and marker:
        from integrity.discover.constraints import both  # noqa: PLC0415 - few monorepos need it

        requirement, _, own = text.partition(" ; " if url else ";")
        text = f"{requirement.strip()} ; {both(own.strip(), marker)}"
    if text == item.dependency.text:
        return item._replace(source=source)
    old = item.dependency
    changed = Dependency(text=text, name=old.name, via=old.via, place=old.place, extra=old.extra, group=old.group)
    return Declared(changed, source, item.spelling)


def with_url(text: str, url: str) -> str:
    """A requirement that comes from `url`, with the extras and the marker of `text`."""
    name = NAME.match(text)
    if name is None:
        return text
    rest = text[name.end() :].lstrip()
    extras = rest[: rest.find("]") + 1] if rest.startswith("[") else ""
    marker = rest.partition(";")[2].strip()
    return f"{name[1]}{extras} @ {url}" + (f" ; {marker}" if marker else "")


def _entry_source(folder: str, entry: Mapping[str, Any], root: str) -> tuple[Source | None, str | None]:
    """What an entry says, and the URL it means where that is no path inside the repository."""
    path, git, url = entry.get("path"), entry.get("git"), entry.get("url")
    if isinstance(path, str):
        return path_source(root, (folder,), path), None
    if isinstance(git, str):
        return _git_source(git, entry)
    if isinstance(url, str):
        return Source(is_elsewhere=True), url
    return (Source(is_member=True), None) if entry.get("workspace") is True else (None, None)


def _git_source(url: str, entry: Mapping[str, Any]) -> tuple[Source, str]:
    from integrity.discover.repository import git_source, git_url  # noqa: PLC0415 - few monorepos need it

    subdirectory = entry.get("subdirectory")
    folder = subdirectory if isinstance(subdirectory, str) else ""
    reference = next((entry[key] for key in ("rev", "tag", "branch") if isinstance(entry.get(key), str)), "")
    return git_source(url, folder), git_url(url, reference) + (f"#subdirectory={folder}" if folder else "")
