"""The sources of a unit by themselves: what lies in a unit inside of it is that one's, as `integrity check` sees it."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import Any, Iterator, Mapping, Sequence

from integrity.checks.sources import Sources
from integrity.checks.sources.globs import glob_pattern

_MANIFESTS = frozenset(["pyproject.toml", "setup.py", "requirements.txt", "manage.py", "test_integrity.py"])
_USUAL = {"services": ["services/*"], "packages": ["packages/*"]}
_TABLE = re.compile(rb"^\[+\s*tool\.integrity\b", re.MULTILINE)


class OwnSources(Sources):
    """The files below a unit's folder, but not those of units that lie in it.

    These are folders with a manifest that the root's `services`, `packages` or uv workspace name, and those whose own
    pyproject.toml has a `[tool.integrity]`.
    """

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files, sorted."""
        found = self._walked.files[self._own]
        nested = tuple(f"{folder}/" for folder in self._nested(found))
        return tuple(path for path in found if not path.startswith(nested)) if nested else found

    def _nested(self, files: Sequence[str]) -> Iterator[str]:
        manifests: dict[str, set[str]] = {}
        for path in files:
            folder, _, name = path.rpartition("/")
            if name in _MANIFESTS and f"{folder}/" not in {self._prefix, "/"}:
                manifests.setdefault(folder, set()).add(name)
        globs = _Globs(self.root) if manifests else None
        for folder, names in manifests.items():
            if (globs is not None and globs.name(folder)) or ("pyproject.toml" in names and self._is_declared(folder)):
                yield folder

    def _is_declared(self, folder: str) -> bool:
        try:
            with open(os.path.join(self.root, folder, "pyproject.toml"), "rb") as stream:
                return _TABLE.search(stream.read()) is not None
        except OSError:
            return False


class _Globs:
    """Which folders the configuration of a root names as units."""

    def __init__(self, root: str) -> None:
        document = _document(os.path.join(root, "pyproject.toml"))
        own = _document(os.path.join(root, "integrity.toml")) or _table(document, "tool", "integrity")
        workspace = _table(document, "tool", "uv", "workspace")
        self._named = [*_texts(own, "services"), *_texts(own, "packages")]
        self._left_out = _texts(own, "exclude")
        self._members = _texts(workspace, "members")
        self._no_members = _texts(workspace, "exclude")

    def name(self, folder: str) -> bool:
        """Whether a folder, relative to the root, is named, and not excluded."""
        parts = folder.split("/")
        above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        if any(_matches(self._left_out, each) for each in above):
            return False
        is_member = _matches(self._members, folder) and not any(_matches(self._no_members, each) for each in above)
        return is_member or _matches(self._named, folder)


def _matches(globs: Sequence[str], folder: str) -> bool:
    """Whether one of the globs, each relative to the root, means a folder."""
    plain = ("/".join(part for part in glob.split("/") if part not in {"", "."}) for glob in globs)
    return any(glob_pattern(f"/{glob}").match(folder) for glob in plain)


def _texts(table: Mapping[str, Any], key: str) -> list[str]:
    value = table.get(key, _USUAL.get(key, []))
    items = [value] if isinstance(value, str) else value
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []


def _table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    table: Any = document
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _document(path: str) -> Mapping[str, Any]:
    """What a TOML file holds; nothing where it can't be read, which is told elsewhere."""
    from integrity.checks.unit import _toml  # noqa: PLC0415 - the parser differs with Python's version

    try:
        with open(path, "rb") as stream:
            document: Mapping[str, Any] = _toml().load(stream)
    except (OSError, ValueError):
        return {}
    return document
