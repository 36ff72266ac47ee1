"""Which units a change can break, and why. The one function that decides it, for `run`, `plan`, `explain` and `watch` alike. Pure.

When in doubt a unit is affected: what is passed over here is green without having been looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.model.change import Unknown
from integrity.model.document import section
from integrity.model.unit import ManifestKind
from integrity.planning.shown import named
from integrity.planning.touched import Touched, Want, touched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrity.model.change import Changes
    from integrity.model.unit import Monorepo, Unit
    from integrity.planning.graph import Graph
    from integrity.planning.touched import Inputs

_NAMING_FILES = {  # tables that say from which files a build takes what is dynamic
    "dependencies": (("setuptools", "dynamic", "dependencies"), ("hatch", "metadata", "hooks", "requirements_txt")),
    "optional-dependencies": (("setuptools", "dynamic", "optional-dependencies"),),
}
_NO_SETTINGS = "its configuration can't be used, so that nobody can tell what it depends on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The affected units, by path, each with the reason. `everything` says why all are; `unowned` are files that nobody owns or lists."""

    reasons: Mapping[str, str]
    everything: str | None = None
    unowned: tuple[str, ...] = ()


def affected(
    monorepo: Monorepo,
    graph: Graph,
    wants: Mapping[str, Want | None],
    inputs: Inputs,
    changes: Changes | Unknown,
) -> Affected:
    """The units that the changes touch, and those whose env or running units hold one of these.

    `wants` has each unit by its path; None is one whose configuration can't be used.
    """
    if isinstance(changes, Unknown):
        found = Touched(units={}, everything=changes.reason, unowned=())
    else:
        found = touched(monorepo, wants, inputs, changes)
    spread = _Spread(monorepo, graph, wants, found.units)
    reasons = {unit.path: reason for unit in monorepo.units if (reason := spread.reason(unit.path)) is not None}
    if found.everything is not None:
        reasons = {unit.path: reasons.get(unit.path, f"everything: {found.everything}") for unit in monorepo.units}
    return Affected(reasons=reasons, everything=found.everything, unowned=found.unowned)


def computes_dependencies(unit: Unit) -> bool:
    """Whether only a build can tell what the unit depends on: neither its manifest says so nor a file that this names."""
    if unit.manifest is ManifestKind.SETUPTOOLS:
        return "dependencies" in unit.dynamic and not (unit.manifest_path or "").endswith("setup.cfg")
    if section(unit.document, "tool", "poetry"):
        return False
    return any(
        word in unit.dynamic and not any(section(unit.document, "tool", *keys) for keys in tables)
        for word, tables in _NAMING_FILES.items()
    )


def running(want: Want, wants: Mapping[str, Want | None]) -> Iterator[str]:
    """The units that run beside the tests: those that are needed, those that they need, and so on."""
    waiting, seen = list(want.needs), set[str]()
    while waiting:
        path = waiting.pop(0)
        if path not in seen:
            seen.add(path)
            yield path
            theirs = wants.get(path)
            waiting += theirs.needs if theirs is not None else ()


class _Spread:
    """What follows from the units that were touched."""

    def __init__(
        self, monorepo: Monorepo, graph: Graph, wants: Mapping[str, Want | None], reasons: Mapping[str, str]
    ) -> None:
        self._graph = graph
        self._wants = wants
        self._reasons = reasons
        self._computing = {unit.path for unit in monorepo.units if computes_dependencies(unit)}

    def reason(self, path: str) -> str | None:
        """Why the unit is affected; None where it is not."""
        want = self._wants.get(path)
        if path in self._reasons:
            return self._reasons[path]
        if want is None:
            return _NO_SETTINGS if self._reasons else None
        found = self._through(path, want)
        if found is not None:
            return found
        return next(filter(None, (self._of_running(other) for other in running(want, self._wants))), None)

    def _through(self, path: str, want: Want) -> str | None:
        """What of the unit's env is touched, as words; None where nothing of it is."""
        closure = self._graph.closure(path, want.extras, want.groups)
        changed = [sibling for sibling in closure if sibling in self._reasons]
        if changed:
            return f"depends on {named(changed)}, which changed"
        computing = sorted(self._computing.intersection((path, *closure)))
        if not computing or not self._reasons:
            return None
        first = named(sorted(self._reasons))
        if path in computing:
            return f"only its build can tell what it depends on, and {first} changed"
        return f"depends on {computing[0]}, of which only its build can tell what it depends on, and {first} changed"

    def _of_running(self, path: str) -> str | None:
        want = self._wants.get(path)
        if path in self._reasons:
            return f"needs {path} running, which changed"
        if want is None:
            return f"needs {path} running, and {_NO_SETTINGS}"
        through = self._through(path, want)
        return None if through is None else f"needs {path} running: {through}"
