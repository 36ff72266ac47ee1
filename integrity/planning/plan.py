"""Freezes a choice of units into a plan: one item for each unit and Python, with ids, reasons and an order."""

from __future__ import annotations

import hashlib
import re
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.model.plan import Plan, PlannedUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from integrity.model.unit import Monorepo, Unit


UNKNOWN_COST_S = 1.0  # where no unit ever ran, all count alike
LONGEST_NAME = 100  # a file's name may have 255 bytes on most systems, and more is added to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One unit of the choice, with the Pythons that it asks for (none: whichever its manifest allows)."""

    unit: Unit
    reason: str
    pythons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which run plans, over which commit, and since which one something has to have changed (`everything`: why all counts as changed)."""

    run_id: str
    commit: str | None
    dirty: bool
    base: str | None = None
    everything: str | None = None


def plan_of(chosen: Sequence[Chosen], monorepo: Monorepo, costs: Mapping[str, float], origin: Origin) -> Plan:
    """The plan, longest expected first; a unit that never ran counts as a middling one. `costs`: seconds by unit path."""
    names = Counter(_folder_name(unit.name).lower() for unit in monorepo.units)
    items = [_planned(choice, python, names, costs) for choice in chosen for python in choice.pythons or (None,)]
    expected = expected_costs(items)
    items.sort(key=lambda item: (-expected[item.id], item.path, item.id))
    return Plan(
        run_id=origin.run_id,
        commit=origin.commit,
        dirty=origin.dirty,
        base=origin.base,
        everything=origin.everything,
        units=tuple(items),
    )


def expected_costs(units: Iterable[PlannedUnit]) -> dict[str, float]:
    """Seconds by id; a unit that never ran counts as a middling one."""
    everyone = tuple(units)
    known = [unit.cost_s for unit in everyone if unit.cost_s is not None]
    middling = statistics.median(known) if known else UNKNOWN_COST_S
    return {unit.id: middling if unit.cost_s is None else unit.cost_s for unit in everyone}


def _planned(choice: Chosen, python: str | None, names: Counter[str], costs: Mapping[str, float]) -> PlannedUnit:
    unit = choice.unit
    folder = _folder_name(unit.name)
    is_unique = names[folder.lower()] == 1
    base = folder if is_unique else f"{folder}-{hashlib.sha256(unit.path.encode()).hexdigest()[:8]}"
    return PlannedUnit(
        id=f"{base}@{python}" if python is not None and len(choice.pythons) > 1 else base,
        path=unit.path,
        name=unit.name,
        kind=unit.kind,
        selector=unit.name if is_unique and folder == unit.name else unit.path,
        reason=choice.reason,
        python=python,
        cost_s=costs.get(unit.path),
    )


def _folder_name(name: str) -> str:
    """A name that can be a folder on any system, and never a hidden one."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "unit"
    if len(safe) <= LONGEST_NAME:
        return safe
    return f"{safe[:LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
