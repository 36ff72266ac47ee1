"""Which units a person means by the selectors they typed, and whose a file is."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from integrity.errors import NothingSelectedError, UsageError, nearest
from integrity.model.unit import Kind, normalised

if TYPE_CHECKING:
    from integrity.model.unit import Monorepo, Unit
    from integrity.planning.graph import Graph

_KIND = "kind:"
_ELLIPSES = ("…", "...")
_WILD = re.compile(r"[*?\[]")


def choose(monorepo: Monorepo, graph: Graph, selectors: tuple[str, ...]) -> tuple[Unit, ...]:
    """The units that the selectors mean, sorted by path; all of them without a selector.

    A selector is a path, a name, a glob over either, or `kind:service`; `…` before it adds its dependencies (with all
    of its extras and groups), `…` behind it its dependents. Each selector has to mean something: UsageError with the
    nearest names for an unknown one, with the paths for an ambiguous one; NothingSelectedError when no unit is left.
    """
    if not monorepo.units:
        raise NothingSelectedError(
            f"No unit was found below {monorepo.root}.",
            hint="Say where they are: `services` and `packages` in [tool.integrity] of the root's pyproject.toml; `integrity list` shows what was passed over.",
        )
    if not selectors:
        return monorepo.units
    chosen: set[str] = set()
    for selector in selectors:
        chosen |= _meant(monorepo, graph, selector)
    return tuple(unit for unit in monorepo.units if unit.path in chosen)


def owner(monorepo: Monorepo, path: str) -> Unit | None:
    """The unit whose folder contains `path` (POSIX, relative to the root); of nested units the innermost."""
    by_path = {unit.path: unit for unit in monorepo.units}
    folder = path.strip("/")
    while folder:
        if folder in by_path:
            return by_path[folder]
        folder = folder.rpartition("/")[0]
    return by_path.get(".")


def _meant(monorepo: Monorepo, graph: Graph, selector: str) -> set[str]:
    core, with_dependencies, with_dependents = _stripped(selector)
    meant = {unit.path for unit in _core(monorepo, core, selector)}
    reached = set(meant)
    for unit in monorepo.units:
        if unit.path in meant and with_dependencies:
            extras = {dependency.extra for dependency in unit.dependencies if dependency.extra is not None}
            groups = {dependency.group for dependency in unit.dependencies if dependency.group is not None}
            reached |= graph.dependencies(unit.path, extras=extras, groups=groups)
        if unit.path in meant and with_dependents:
            reached |= graph.dependents(unit.path)
    return reached


def _stripped(selector: str) -> tuple[str, bool, bool]:
    core = selector
    for dots in _ELLIPSES:
        core = core.removeprefix(dots)
    before = core != selector
    stripped = core
    for dots in _ELLIPSES:
        stripped = stripped.removesuffix(dots)
    return stripped, before, stripped != core


def _core(monorepo: Monorepo, core: str, selector: str) -> list[Unit]:
    if core.startswith(_KIND):
        return _of_kind(monorepo, core.removeprefix(_KIND))
    found = _by_path(monorepo, core) or _by_name(monorepo, core)
    if not found and _WILD.search(core):
        found = _by_glob(monorepo, core)
    if not found:
        raise _unknown(monorepo, core, selector)
    return found


def _of_kind(monorepo: Monorepo, word: str) -> list[Unit]:
    kinds = [kind.value for kind in Kind]
    if word not in kinds:
        raise UsageError(f"Unknown kind {word!r}.{nearest(word, kinds)}", hint=f"Kinds are {' and '.join(kinds)}.")
    found = [unit for unit in monorepo.units if unit.kind == word]
    if not found:
        raise NothingSelectedError(f"No unit is a {word}.", hint="`integrity list` shows every unit with its kind.")
    return found


def _by_path(monorepo: Monorepo, core: str) -> list[Unit]:
    path = core.removeprefix(f"{monorepo.root}/")
    path = "/".join(part for part in path.split("/") if part not in ("", ".")) or ("." if core else "")
    return [unit for unit in monorepo.units if unit.path == path]


def _by_name(monorepo: Monorepo, core: str) -> list[Unit]:
    """The one unit of this name: as it is written, else as a distribution, else as the name of its folder."""
    wanted = normalised(core)
    found = (
        [unit for unit in monorepo.units if unit.name == core]
        or [unit for unit in monorepo.units if normalised(unit.name) == wanted]
        or [unit for unit in monorepo.units if unit.path.rpartition("/")[2] == core]
    )
    if len(found) > 1:
        paths = [unit.path for unit in found]
        raise UsageError(
            f"{core!r} is the name of {len(found)} units: {', '.join(paths)}.",
            hint=f"Give the path, as in `{paths[0]}`.",
        )
    return found


def _by_glob(monorepo: Monorepo, glob: str) -> list[Unit]:
    parts = [part for part in glob.split("/") if part not in ("", ".")]
    return [
        unit for unit in monorepo.units if fnmatchcase(unit.name, glob) or _path_matches(unit.path.split("/"), parts)
    ]


def _path_matches(path: list[str], parts: list[str]) -> bool:
    if not parts:
        return not path
    if parts[0] == "**":
        return any(_path_matches(path[skipped:], parts[1:]) for skipped in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], parts[0]) and _path_matches(path[1:], parts[1:])


def _unknown(monorepo: Monorepo, core: str, selector: str) -> UsageError:
    for passed in monorepo.passed_over:
        if core.strip("/") == passed.path:
            return UsageError(f"{core!r} was passed over: {passed.reason}.", hint="`integrity list` shows every unit.")
    if _WILD.search(core):
        return UsageError(f"{selector!r} matches no unit.", hint="`integrity list` shows every unit with its path.")
    inside = owner(monorepo, core)
    if inside is not None and inside.path != ".":
        return UsageError(f"{core!r} is no unit; it lies in the unit {inside.path!r}.", hint=f"Select {inside.path!r}.")
    known = {word for unit in monorepo.units for word in (unit.name, unit.path, unit.path.rpartition("/")[2])}
    return UsageError(
        f"Unknown unit {core!r}.{nearest(core, sorted(known))}", hint="`integrity list` shows every unit with its path."
    )
