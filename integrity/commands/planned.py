"""What of a run is decided before anything starts: discover → graph → choose → plan. `run`, `plan` and `watch` share it."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from integrity.cache.timings import costs, read_timings
from integrity.commands.selection import selected
from integrity.discover import Globs, discover
from integrity.errors import UnitFault, UsageError
from integrity.model.change import SHORT
from integrity.model.plan import Plan
from integrity.planning.graph import graph_of
from integrity.planning.live import Live, live
from integrity.planning.plan import Chosen, Origin, plan_of
from integrity.planning.shard import Constraint, Sharding, sharded
from integrity.report.document import read
from integrity.report.source import checked_plan
from integrity.settings import UnitSettings, unit_settings
from integrity.system.environment import tool_environment
from integrity.system.files import STORE
from integrity.system.git import revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from integrity.commands.selection import Selection
    from integrity.model.outcome import UnitError
    from integrity.model.unit import Monorepo, Unit
    from integrity.planning.graph import Graph
    from integrity.settings import RootSettings
    from integrity.system.git import Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Which units are asked for, and over how many shards.

    `changed` is the base since which something has to have changed: None asks for no such thing, an empty one for the base that the
    environment tells. `reasons` are units, by path, that were chosen before; of one under several Pythons only those `ids`, where it
    has them. A `plan` that was written before answers all of this. `host` is the environment of the caller.
    """

    selectors: tuple[str, ...] = ()
    changed: str | None = None
    reasons: Mapping[str, str] | None = None
    ids: frozenset[str] = frozenset()
    sharding: Sharding = Sharding()  # noqa: RUF009 - it is frozen
    plan: Path | None = None
    host: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is there: units, the edges between them, and each with its settings, read once."""

    monorepo: Monorepo
    graph: Graph
    live_of: Callable[[Unit], Live | UnitError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, and all that it was made from. `lives` are the units that it may run, by path; `warnings` are to be told."""

    plan: Plan
    monorepo: Monorepo
    graph: Graph
    lives: Mapping[str, Live | UnitError]
    warnings: tuple[str, ...] = ()


def new_run_id() -> str:
    """An id that no other run has: its start, its process, and chance."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}-{secrets.token_hex(4)}"


def find(settings: RootSettings) -> Found:
    """Discover the units anew."""
    monorepo = discover(settings.root, Globs.of(settings))
    configured = _Configured(settings)

    def live_of(unit: Unit) -> Live | UnitError:
        return live(unit, configured.of, monorepo)

    return Found(monorepo=monorepo, graph=graph_of(monorepo.units), live_of=live_of)


def planned(ask: Ask, settings: RootSettings, run_id: str) -> Planned:
    """Find, choose and order the units; `run_id` is for a plan that is made now.

    Raises UsageError for a plan that is not of this tree, IntegrityError for one that no run has.
    """
    warnings: tuple[str, ...] = ()
    here = revision(settings.root, tool_environment(ask.host))
    found = find(settings)
    monorepo, graph, live_of = found.monorepo, found.graph, found.live_of
    if ask.plan is None:
        selection = selected(monorepo, graph, live_of, ask, settings)
        lives = {unit.path: live_of(unit) for unit in selection.units}
        origin = Origin(
            run_id=run_id,
            commit=here.commit,
            dirty=here.dirty,
            base=selection.base,
            everything=selection.everything,
        )
        timings = read_timings(settings.root / STORE)
        plan = plan_of(_choices(selection, lives), monorepo, costs(timings), origin)
        plan = _spread(_narrowed(plan, ask.ids), lives, ask.sharding)
    else:
        plan = _read_plan(ask, ask.plan, here, monorepo)
        warnings = tuple(_warnings(plan, here))
        lives = {unit.path: live_of(unit) for unit in monorepo.units if unit.path in {each.path for each in plan.units}}
    return Planned(plan=plan, monorepo=monorepo, graph=graph, lives=lives, warnings=warnings)


def _choices(selection: Selection, lives: Mapping[str, Live | UnitError]) -> list[Chosen]:
    return [
        Chosen(unit=unit, reason=selection.reasons[unit.path], pythons=_pythons(lives[unit.path]))
        for unit in selection.units
    ]


def _narrowed(plan: Plan, ids: frozenset[str]) -> Plan:
    named = {unit.path for unit in plan.units if unit.id in ids}
    return msgspec.structs.replace(
        plan, units=tuple(unit for unit in plan.units if unit.id in ids or unit.path not in named)
    )


def _spread(plan: Plan, lives: Mapping[str, Live | UnitError], sharding: Sharding) -> Plan:
    constraints = {path: _constraint(found) for path, found in lives.items()}
    units, shards = sharded(plan.units, sharding, constraints)
    return msgspec.structs.replace(plan, units=units, shards=shards)


def _read_plan(ask: Ask, path: Path, here: Revision, monorepo: Monorepo) -> Plan:
    """The plan of a file, which has to be of the commit and the units that are here."""
    if ask.selectors or ask.changed is not None:
        raise UsageError(
            f"{path} says already which units run.", hint="Give --plan without units and without --changed."
        )
    plan = checked_plan(read(path, Plan), str(path))
    if plan.commit is not None and here.commit is not None and plan.commit != here.commit:
        raise UsageError(
            f"{path} was made for commit {plan.commit[:SHORT]}, and this is {here.commit[:SHORT]}.",
            hint="Check out the commit that was planned, or plan again.",
        )
    unknown = {unit.path for unit in plan.units} - {unit.path for unit in monorepo.units}
    if unknown:
        raise UsageError(
            f"{path} has units that are not here: {', '.join(sorted(unknown))}.",
            hint="Plan and run on the same files; `integrity list` shows the units that are here.",
        )
    return plan


def _warnings(plan: Plan, here: Revision) -> Iterator[str]:
    if plan.commit is not None and not plan.dirty and here.edited:
        yield f"the plan is of commit {plan.commit[:SHORT]}, and files here differ from it: the result is not that commit's"


class _Configured:
    """Settings of units, each read once; or what is wrong with its manifest or table: one unit's trouble is its own."""

    def __init__(self, settings: RootSettings) -> None:
        self._settings = settings
        self._known: dict[str, UnitSettings | UnitError] = {}

    def of(self, unit: Unit) -> UnitSettings | UnitError:
        """The settings of `unit`."""
        if unit.path not in self._known:
            self._known[unit.path] = self._read(unit)
        return self._known[unit.path]

    def _read(self, unit: Unit) -> UnitSettings | UnitError:
        if unit.problem is not None:
            return unit.problem
        try:
            return unit_settings(self._settings, unit)
        except UnitFault as fault:
            return fault.error


def _pythons(found: Live | UnitError) -> tuple[str, ...]:
    return found.settings.python if isinstance(found, Live) else ()


def _constraint(found: Live | UnitError) -> Constraint:
    if not isinstance(found, Live):
        return Constraint()
    return Constraint(exclusive=found.settings.exclusive, together=found.settings.keep_together or None)
