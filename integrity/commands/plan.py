"""`integrity plan`: which units would run, why, and in which shard; nothing is started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.commands.planned import new_run_id, planned
from integrity.model.change import SHORT
from integrity.planning.shard import costs_of_shards
from integrity.report.words import duration, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.commands.planned import Ask
    from integrity.model.plan import Plan, PlannedUnit
    from integrity.settings import RootSettings

NAME_WIDTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A plan for people."""

    plan: Plan

    def text(self) -> str:
        """A line for each unit, by shard; then one that sums up."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        plan = self.plan
        if plan.units:
            yield from remarks(plan)
        width = min(NAME_WIDTH, max((len(unit.id) for unit in plan.units), default=0))
        if plan.shards == 1:
            yield from _rows(plan.units, width)
        else:
            costs = costs_of_shards(plan.units, plan.shards)
            for shard, cost in enumerate(costs, 1):
                units = plan.part(shard).units
                yield f"shard {shard}/{plan.shards}  {plural(len(units), 'unit')}, about {duration(cost)}"
                yield from _rows(units, width)
        yield self._sum()

    def _sum(self) -> str:
        plan = self.plan
        if not plan.units:
            return "\n".join(remarks(plan)) or "0 units"
        shards = f" in {plan.shards} shards" if plan.shards > 1 else ""
        since = f", changed since {plan.base[:SHORT]}" if plan.base is not None else ""
        return f"{plural(len(plan.units), 'unit')}{shards}{since}"


def run(ask: Ask, settings: RootSettings) -> Outline:
    """Plan what `ask` means."""
    return Outline(plan=planned(ask, settings, new_run_id()).plan)


def remarks(plan: Plan) -> Iterator[str]:
    """What a person has to know of a plan that looked for changes: that all units are in it, or none."""
    if plan.everything is not None:
        yield f"every unit: {plan.everything}"
    elif plan.base is not None and not plan.units:
        yield f"nothing is affected by what changed since {plan.base[:SHORT]}"


def _rows(units: tuple[PlannedUnit, ...], width: int) -> Iterator[str]:
    for unit in units:
        cost = "" if unit.cost_s is None else duration(unit.cost_s)
        yield f"  {unit.id:<{width}}  {cost:>8}  {unit.reason}"
