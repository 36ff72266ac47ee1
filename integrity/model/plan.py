"""The plan: which units run, why, in which order; frozen before anything starts (`plan.json`)."""

from __future__ import annotations

import hashlib
import json

import msgspec

from integrity.model.unit import Kind

SCHEMA = "integrity.plan/1"


class PlannedUnit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One unit under one Python.

    `id` is unique in the plan and names its folder under `units/`: the unit's name where that is unique, else with a
    hash of its path; `@3.13` is added where a unit runs under several Pythons. `selector` is what a person types to
    run it again. `cost_s` is the expected duration from earlier runs, when there were any. `shard` counts from 1; it is
    absent where the plan has one shard.
    """

    id: str
    path: str
    name: str
    kind: Kind
    selector: str
    reason: str
    python: str | None = None
    cost_s: float | None = None
    shard: int | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Units in the order in which they start (longest first), spread over `shards`.

    `base` is the commit since which changes were looked for, and `everything` why all units count as changed, where only
    affected units were asked for.
    """

    schema: str = SCHEMA
    run_id: str
    commit: str | None = None
    dirty: bool = False
    base: str | None = None
    everything: str | None = None
    shards: int = 1
    units: tuple[PlannedUnit, ...]

    @property
    def is_empty_by_choice(self) -> bool:
        """Whether it is right that there is no unit: nothing is affected, or this shard got none."""
        return not self.units and (self.base is not None or self.shards > 1)

    def part(self, shard: int) -> Plan:
        """What one shard runs of it."""
        return msgspec.structs.replace(self, units=tuple(unit for unit in self.units if (unit.shard or 1) == shard))

    def digest(self) -> str:
        """SHA-256 of what has to be equal for two runs to be runs of the same plan (not the run's own id)."""
        content = (self.commit, self.dirty, self.shards, sorted(self.units, key=lambda unit: unit.id))
        text = json.dumps(msgspec.to_builtins(content), sort_keys=True)  # unlike msgspec, it takes any name of a folder
        return hashlib.sha256(text.encode()).hexdigest()
