"""Units and the edges between them (standard library only: `nox -l` and `integrity list` need nothing else)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.model.outcome import UnitError


_SEPARATORS = re.compile(r"[-_.]+")


def normalised(name: str) -> str:
    """The spelling under which distributions (and their extras and groups) are compared (PEP 503)."""
    lowered = name.lower()
    if "_" in lowered or "." in lowered or "--" in lowered:
        return _SEPARATORS.sub("-", lowered)
    return lowered


class Kind(StrEnum):
    """What a unit is for others: something that runs, or something that is imported."""

    SERVICE = "service"
    PACKAGE = "package"


class ManifestKind(StrEnum):
    """Which manifest declares a unit."""

    PEP621 = "pep621"
    POETRY = "poetry"
    SETUPTOOLS = "setuptools"
    REQUIREMENTS = "requirements"
    BARE = "bare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the repository: a POSIX path relative to the root and a 1-based line, when one is known."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One declared dependency, as a PEP 508 string, before anything is resolved.

    `via` names the table it stands in (`project.dependencies`, `tool.poetry.group.dev.dependencies`,
    `requirements.txt` …). `extra` and `group` say under which condition of its owner it holds; neither: always.
    `target` is the path of the unit that it is, when it is one of this monorepo.
    """

    text: str
    name: str
    via: str
    place: Place
    extra: str | None = None
    group: str | None = None
    target: str | None = None
    target_extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Unit `source` depends on unit `target` (paths), as written at `place` in table `via`.

    Neither `extra` nor `group`: always; else only when that extra or group of `source` is asked for.
    `target_extras` are the extras of `target` that come with it.
    """

    source: str
    target: str
    via: str
    place: Place
    extra: str | None = None
    group: str | None = None
    target_extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A service or package of the monorepo; `path` (POSIX, relative to the root) is its identity.

    `name` is for people and need not be unique. `distribution` is the normalised (PEP 503) distribution name, when
    the manifest states a legal one. `table` is its raw `[tool.integrity]`, `document` the whole parsed manifest.
    `problem` is set when the manifest can't be used; such a unit is still planned, and ends as that error.
    """

    path: str
    name: str
    kind: Kind
    manifest: ManifestKind
    manifest_path: str | None = None
    distribution: str | None = None
    version: str | None = None
    requires_python: str | None = None
    dynamic: frozenset[str] = frozenset()
    workspace: str | None = None  # root folder of the uv workspace whose member it is, relative to the repository's
    dependencies: tuple[Dependency, ...] = ()
    table: Mapping[str, Any] = field(default_factory=dict, repr=False)
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    problem: UnitError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A folder that looked like a unit, or a requirement that looked like an edge, and is none, and why.

    `path` is relative to the root; of a requirement it is its place (`services/a/pyproject.toml:12`).
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Monorepo:
    """All that discovery found under `root` (absolute). Units are sorted by path."""

    root: Path
    units: tuple[Unit, ...]
    passed_over: tuple[PassedOver, ...] = ()
