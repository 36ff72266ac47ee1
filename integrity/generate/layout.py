"""Proposes the globs of a monorepo from the units that are in it, wherever they stand. Pure: it computes over paths."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.model.unit import Kind, ManifestKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from integrity.model.unit import Unit

_SAMPLES = re.compile(
    r"tests?|testing|fixtures?|examples?|samples?|docs?|templates?|benchmarks?|vendor|third[-_]party|notebooks?"
    r"|.*[-_](?:examples?|samples?|templates?|fixtures?)",
    re.IGNORECASE,
)
_OF_SERVICES = re.compile(
    r"(?:.*[-_])?(?:services?|microservices?|apps?|apis?|backends?|servers?|jobs?|workers?|functions?|lambdas?)",
    re.IGNORECASE,
)
_OF_PACKAGES = re.compile(
    r"(?:.*[-_])?(?:packages?|pkgs?|libs?|libraries|commons?|shared|components?|plugins?|sdks?|core)", re.IGNORECASE
)
_RUNNING = frozenset({"Dockerfile", "Procfile", "manage.py", "wsgi.py", "asgi.py", "serverless.yml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The globs under which the units are found; `left_out` says of each folder that looked like a unit why it is none."""

    services: tuple[str, ...]
    packages: tuple[str, ...]
    exclude: tuple[str, ...]
    left_out: Mapping[str, str]


def layout_of(units: Iterable[Unit], files: Mapping[str, Iterable[str]]) -> Layout:
    """The layout of all units that there are below a root; `files` are the names of the files in each unit's folder, by path."""
    by_path = {unit.path: unit for unit in units}
    left_out = {path: reason for path in by_path if (reason := _why_none(by_path[path], by_path))}
    if by_path.keys() - left_out.keys() - {"."}:
        left_out |= dict.fromkeys({"."} & by_path.keys(), "it holds the other units")
    groups: defaultdict[str, dict[str, Kind]] = defaultdict(dict)
    for path in sorted(by_path.keys() - left_out.keys()):
        inside = [name for other, names in files.items() if _is_part(other, path, left_out) for name in names]
        groups[path.rpartition("/")[0]][path] = kind_of(path, inside)
    globs = [glob for parent, kinds in sorted(groups.items()) for glob in _globs(parent, kinds)]
    return Layout(
        services=tuple(glob for glob, kind in globs if kind is Kind.SERVICE),
        packages=tuple(glob for glob, kind in globs if kind is Kind.PACKAGE),
        exclude=tuple(path for path in sorted(left_out) if path.rpartition("/")[0] in groups and "/" in path),
        left_out=left_out,
    )


def kind_of(path: str, files: Iterable[str]) -> Kind:
    """What a unit is: by its folder's own name, by the folders above it, by what lies in it."""
    *above, own = path.split("/")
    if _OF_PACKAGES.fullmatch(own):
        return Kind.PACKAGE
    for part in reversed(above):
        if _OF_PACKAGES.fullmatch(part):
            return Kind.PACKAGE
        if _OF_SERVICES.fullmatch(part):
            return Kind.SERVICE
    return Kind.SERVICE if _OF_SERVICES.fullmatch(own) or not _RUNNING.isdisjoint(files) else Kind.PACKAGE


def _is_part(path: str, unit: str, left_out: Mapping[str, str]) -> bool:
    """Whether a folder is the unit's own, or one inside it that is no unit by itself."""
    return path == unit or (left_out.get(path, "") == f"it belongs to {unit}")


def _why_none(unit: Unit, others: Mapping[str, Unit]) -> str:
    sample = next((part for part in unit.path.split("/") if _SAMPLES.fullmatch(part)), "")
    if sample:
        return f"{sample!r} is no folder of units"
    around = next((path for path in _above(unit.path) if path in others), "")
    is_weak = unit.manifest is ManifestKind.BARE or unit.problem is not None
    if around and is_weak:
        return f"it belongs to {around}"
    holds = any(path != unit.path and path.startswith(f"{unit.path}/") for path in others)
    if holds and unit.manifest in {ManifestKind.BARE, ManifestKind.REQUIREMENTS}:
        return "it holds the other units"
    return ""


def _above(path: str) -> Iterator[str]:
    """The folders around a path, nearest first, at last the root."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    yield "."


def _globs(parent: str, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, Kind]]:
    """Globs for the units in one folder: what stands at the top is named, as it stands among all sorts of things."""
    if not parent:
        yield from kinds.items()
        return
    found = set(kinds.values())
    if found == {Kind.SERVICE}:
        yield f"{parent}/*", Kind.SERVICE
        return
    yield from ((path, kind) for path, kind in kinds.items() if kind is Kind.SERVICE)  # they win over the glob
    yield f"{parent}/*", Kind.PACKAGE
