"""Spreads units over shards: longest first onto the shard with least, then moved and swapped while that helps. Pure.

The same costs give the same shards; what a unit costs is steadied where it is recorded, so that noise moves nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from integrity.errors import UsageError
from integrity.planning.limits import MOST_SHARDS
from integrity.planning.plan import expected_costs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from integrity.model.plan import PlannedUnit

ROUNDS = 1000  # of improving; each is one move or swap, and far fewer are ever needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharding:
    """How many shards are asked for: a number, or as many as keep each below `target_minutes`."""

    shards: int | None = None
    target_minutes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """What a unit's configuration says of its shard: `exclusive` has it to itself, units of one `together` share one."""

    exclusive: bool = False
    together: str | None = None


@dataclass(slots=True, kw_only=True)
class _Atom:
    """Units that can't be parted, and what they cost together."""

    units: list[PlannedUnit] = field(default_factory=list)
    cost_s: float = 0.0
    exclusive: bool = False

    @property
    def order(self) -> tuple[float, str]:
        return -self.cost_s, self.units[0].id


def sharded(
    units: Sequence[PlannedUnit], sharding: Sharding, constraints: Mapping[str, Constraint]
) -> tuple[tuple[PlannedUnit, ...], int]:
    """The units, each with its shard, in the order they came in, and the number of shards. `constraints` are by unit path.

    Raises UsageError where more units want a shard of their own than there are shards.
    """
    atoms = _atoms(units, constraints)
    count = _count(atoms, sharding)
    if count <= 1 and sharding.shards is None:
        return tuple(units), 1
    shards = _spread(atoms, count)
    shard_of = {unit.id: number for number, atoms in enumerate(shards, 1) for atom in atoms for unit in atom.units}
    return tuple(msgspec.structs.replace(unit, shard=shard_of[unit.id]) for unit in units), count


def costs_of_shards(units: Iterable[PlannedUnit], shards: int) -> list[float]:
    """The expected seconds of each shard, as one unit after the other."""
    everyone = tuple(units)
    expected = expected_costs(everyone)
    totals = [0.0] * shards
    for unit in everyone:
        totals[(unit.shard or 1) - 1] += expected[unit.id]
    return totals


def _atoms(units: Sequence[PlannedUnit], constraints: Mapping[str, Constraint]) -> list[_Atom]:
    expected = expected_costs(units)
    atoms: defaultdict[tuple[str, str], _Atom] = defaultdict(_Atom)
    for unit in sorted(units, key=lambda unit: unit.id):
        constraint = constraints.get(unit.path, Constraint())
        key = ("together", constraint.together) if constraint.together is not None else ("unit", unit.id)
        atom = atoms[key]
        atom.units.append(unit)
        atom.cost_s += expected[unit.id]
        atom.exclusive |= constraint.exclusive
    return sorted(atoms.values(), key=lambda atom: atom.order)


def _count(atoms: Sequence[_Atom], sharding: Sharding) -> int:
    exclusive = sum(atom.exclusive for atom in atoms)
    least = exclusive + (len(atoms) > exclusive)
    if sharding.target_minutes is not None:
        shared = sum(atom.cost_s for atom in atoms if not atom.exclusive) / (60 * sharding.target_minutes)
        count = max(1, min(MOST_SHARDS, len(atoms), max(least, exclusive + math.ceil(min(shared, MOST_SHARDS)))))
    else:
        count = sharding.shards or 1
    if sharding != Sharding() and least > count:
        alone = ", ".join(unit.path for atom in atoms if atom.exclusive for unit in atom.units)
        more = f"Ask for --shards {least} or more, or take" if least <= MOST_SHARDS else "Take"
        raise UsageError(
            f"{exclusive} want a shard of their own ({alone}), and there are {count}.",
            hint=f"{more} `exclusive` from some.",
        )
    return count


def _spread(atoms: Sequence[_Atom], count: int) -> list[list[_Atom]]:
    shards: list[list[_Atom]] = [[atom] for atom in atoms if atom.exclusive]
    shared: list[list[_Atom]] = [[] for _ in range(count - len(shards))]
    for atom in (atom for atom in atoms if not atom.exclusive):
        min(shared, key=_load).append(atom)
    if shared:
        _improve(shared)
    ordered = [*shards, *shared]
    ordered.sort(key=lambda shard: (-_load(shard), min((atom.units[0].id for atom in shard), default="")))
    return ordered


def _load(shard: Iterable[_Atom]) -> float:
    return math.fsum(atom.cost_s for atom in shard)


def _improve(shards: list[list[_Atom]]) -> None:
    """Take from the fullest shard what makes it and its partner both less full than it was, as long as there is such a thing."""
    for _ in range(ROUNDS):
        fullest = max(shards, key=_load)
        if not any(_relieve(fullest, other) for other in sorted(shards, key=_load) if other is not fullest):
            return


def _relieve(fullest: list[_Atom], other: list[_Atom]) -> bool:
    """Move or swap what brings the two nearest to each other, where that is nearer than now."""
    gap = _load(fullest) - _load(other)
    best: tuple[float, _Atom, _Atom | None] | None = None
    for atom in fullest:
        for swapped in (None, *other):
            moved = atom.cost_s - (swapped.cost_s if swapped else 0.0)
            left = abs(gap - 2 * moved)
            if 0 < moved < gap and left < gap * 0.999 and (best is None or left < best[0]):
                best = (left, atom, swapped)
    if best is None:
        return False
    _, atom, swapped = best
    fullest.remove(atom)
    other.append(atom)
    if swapped is not None:
        other.remove(swapped)
        fullest.append(swapped)
    return True
