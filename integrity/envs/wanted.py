"""What has to be resolved for a unit: gathered from the closure, with sources, options and locks looked up."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrity.envs.sources import canonical, direct_url, index_definition, source_of
from integrity.envs.uv_settings import document_of
from integrity.model.unit import ManifestKind, normalised

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from integrity.envs.closure import ThirdParty
    from integrity.model.unit import Unit

_OPTION = re.compile(
    r"(-c|--constraint|-i|--index-url|--extra-index-url|-f|--find-links|--no-index|--no-binary|--only-binary)\b[=\s]*(.*)"
)
_INCLUDE = re.compile(r"(?:-r|--requirement)[=\s]*(\S+)")
_FILE_OPTIONS = frozenset({"-c", "--constraint", "-f", "--find-links"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The input of a resolution. `directory` is where uv runs, for the settings that hold there.

    `indexed` are requirements that come from a named index, with that index as JSON. `options` are lines of requirements
    files, `hashes` the files that they allow, by name. `dropped` are names that units of the monorepo supply, whoever asks
    for them.
    """

    requirements: tuple[str, ...]
    directory: Path
    indexed: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()
    hashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    constraints: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def settings_folder(unit: Unit, root: Path) -> Path:
    """Where uv is started for a unit: its workspace's root has the settings of all members."""
    return root / (unit.path if unit.workspace is None else unit.workspace)


class Gatherer:
    """Turns closures into what to resolve; remembers the manifests of workspace roots that it read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._documents: dict[str, Mapping[str, Any]] = {}

    def gather(
        self, unit: Unit, siblings: Iterable[Unit], third_party: Collection[ThirdParty], markers: Mapping[str, str]
    ) -> Wanted:
        """The requirements of a closure, without what the env itself needs (pytest)."""
        plain: set[str] = set()
        indexed: set[tuple[str, str]] = set()
        for item in third_party:
            text, index = self._sourced(item, markers)
            if index is None:
                plain.add(text)
            else:
                indexed.add((text, index))
        owners = [owner for owner in (unit, *siblings) if owner.manifest is ManifestKind.REQUIREMENTS]
        options = [line for owner in owners for line in self._options(owner)]
        stated = {normalised(item.requirement.name) for item in third_party}
        hashes = {name: allowed for owner in owners for name, allowed in self._hashes(owner) if name in stated}
        return Wanted(
            requirements=tuple(sorted(plain)),
            directory=settings_folder(unit, self._root),
            indexed=tuple(sorted(indexed)),
            options=tuple(dict.fromkeys(options)),
            hashes=tuple(sorted(hashes.items())),
        )

    def _sourced(self, item: ThirdParty, markers: Mapping[str, str]) -> tuple[str, str | None]:
        """The requirement's text, and the index that it has to come from as JSON."""
        requirement, owner = item.requirement, item.owner
        if requirement.url is not None:
            return canonical(requirement), None
        places = [(owner.document, self._root / owner.path)]
        if owner.workspace is not None:
            places.append((self._document(owner.workspace), self._root / owner.workspace))
        for document, folder in places:
            if (source := source_of(requirement.name, document, markers)) is None:
                continue
            if (url := direct_url(source, folder)) is not None:
                return canonical(requirement, url), None
            if "index" in source:
                found = index_definition(source["index"], *(place[0] for place in places))
                stated = found or {"name": str(source["index"])}
                return canonical(requirement), json.dumps(stated, sort_keys=True, default=str)
        return canonical(requirement), None

    def _document(self, path: str) -> Mapping[str, Any]:
        if path not in self._documents:
            self._documents[path] = document_of(self._root / path / "pyproject.toml")
        return self._documents[path]

    def _options(self, unit: Unit) -> Iterator[str]:
        seen: set[Path] = set()
        for path in self._files(unit):
            yield from _options_in(path, seen)

    def _hashes(self, unit: Unit) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The `--hash` options of each requirement; pip and uv install only files that match one of them."""
        for path in self._files(unit):
            text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            for line in re.sub(r"\\\r?\n", " ", text).splitlines():
                if allowed := tuple(re.findall(r"\s--hash[=\s]+(\S+)", line)):
                    yield normalised(re.split(r"[^A-Za-z0-9._-]", line.strip(), maxsplit=1)[0]), allowed

    def _files(self, unit: Unit) -> list[Path]:
        files = {item.place.path for item in unit.dependencies} | {unit.manifest_path or ""} - {""}
        return [self._root / path for path in sorted(files)]


def _options_in(path: Path, seen: set[Path]) -> Iterator[str]:
    if path in seen or not path.is_file():
        return
    seen.add(path)
    for raw in path.read_text(encoding="utf-8", errors="replace").splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        if (option := _OPTION.fullmatch(line)) is not None:
            name, value = option.groups()
            yield f"{name} {_absolute(path.parent, value)}" if name in _FILE_OPTIONS else line
        elif (include := _INCLUDE.fullmatch(line)) is not None:
            yield from _options_in(Path(os.path.realpath(path.parent / include[1])), seen)


def _absolute(folder: Path, value: str) -> str:
    return value if "://" in value else os.path.realpath(folder / value)
