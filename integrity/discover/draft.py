"""What a manifest says about one unit, before its dependencies are resolved to other units."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from integrity.discover.tree import ManifestFault
from integrity.model.unit import Dependency, Kind, ManifestKind, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")


class Source(NamedTuple):
    """Where a manifest says that a dependency comes from.

    `locals` are paths inside the repository, of which the first that is a unit counts; `within` means that a file
    inside a unit is meant, not its folder. `is_member`: it is a member of the same workspace. `git` is the repository
    (see `repository_key`) and the folder in it. `is_elsewhere`: it is named by a URL or path outside this repository.
    """

    locals: tuple[str, ...] = ()
    within: bool = False
    is_member: bool = False
    git: tuple[str, str] | None = None
    is_elsewhere: bool = False


class Origin(NamedTuple):
    """Where a requirement is read: the root on the disk, and the place in its manifest (without a line, where that is found later)."""

    root: str
    place: Place


class Declared(NamedTuple):
    """A dependency, where its manifest says that it comes from, and how it is spelled there.

    One that is given by its path or URL alone has no name yet: `name` is empty, `text` is only what follows the name,
    and `spelling` is the name to be guessed when it turns out to be no unit.
    """

    dependency: Dependency
    source: Source | None
    spelling: str


@dataclass(slots=True, kw_only=True)  # not frozen: the readers of a manifest fill it in
class Draft:
    """A unit in the making."""

    path: str
    name: str
    kind: Kind
    manifest: ManifestKind = ManifestKind.BARE
    manifest_path: str | None = None
    distribution: str | None = None
    version: str | None = None
    requires_python: str | None = None
    dynamic: frozenset[str] = frozenset()
    workspace: str | None = None
    declared: list[Declared] = field(default_factory=list)
    table: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    problem: str | None = None


class Table:
    """One table of a manifest, read with its types checked; a wrong type is a ManifestFault that names the line."""

    __slots__ = ("_name", "_path", "_text", "values")

    def __init__(self, values: Mapping[str, Any], *, name: str, path: str, text: str) -> None:
        self.values = values
        self._name = name
        self._path = path
        self._text = text

    def fault(self, key: str, what: str) -> ManifestFault:
        """What is wrong with `key`, as `file:line: table.key what`."""
        dotted = f"{self._name}.{key}" if self._name else key
        return ManifestFault(self._path, line_of(self._text, dotted, key), f"{dotted} {what}")

    def table(self, key: str) -> Table:
        """A sub-table, empty when it is absent."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.fault(key, f"should be a table, not {_type_name(value)}")
        return Table(value or {}, name=f"{self._name}.{key}" if self._name else key, path=self._path, text=self._text)

    def string(self, key: str) -> str | None:
        """A string, or None when it is absent."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise self.fault(key, f"should be a string, not {_type_name(value)}")
        return value

    def strings(self, key: str) -> list[str]:
        """A list of strings, empty when it is absent."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fault(key, f"should be a list of strings, not {_type_name(value)}")
        for item in value:
            if not isinstance(item, str):
                raise self.fault(key, f"should hold strings only, not {_type_name(item)}")
        return value


def line_of(text: str, table: str, spelling: str) -> int | None:
    """The line on which `spelling` stands in `table` (`project.dependencies`); the first after the deepest header that is found."""
    start = _start_of(text, table.split("."))
    for candidate in (f'"{spelling}"', f"'{spelling}'", f"\n{spelling}", spelling):
        position = text.find(candidate, start)
        if position >= 0:
            return text.count("\n", 0, position + candidate.startswith("\n")) + 1
    return None


def _start_of(text: str, keys: list[str]) -> int:
    for depth in range(len(keys), 0, -1):
        header = text.find(f"[{'.'.join(keys[:depth])}]")
        if header < 0:
            continue
        below = ".".join(keys[depth:])
        key = max(text.find(f"\n{below} ", header), text.find(f"\n{below}=", header)) if below else -1
        return max(header, key)
    return 0


def _type_name(value: object) -> str:
    names = {
        "str": "a string",
        "dict": "a table",
        "list": "a list",
        "int": "a number",
        "float": "a number",
        "bool": "true or false",
    }
    return names.get(type(value).__name__, f"a {type(value).__name__}")
