"""Rows of measurements → medians, ratios, and the targets that they meet or miss. Pure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.peers.table import BY_NAME, CONTAINERS, FLOOR, TOOL, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BASE = {
    Scenario.COLD: ("uv2", "wall_s"),
    Scenario.WARM: (FLOOR, "wall_s"),
    Scenario.LIST: ("tomllib", "cpu_s"),
    Scenario.SERVICES: (CONTAINERS, "wall_s"),
    Scenario.CHECK: ("ast", "cpu_s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run of one peer. `problem` says why it does not count; `load` is the machine's load when it began.

    `tree` is the folder of a scenario that takes one, which then counts its Python files as units.
    """

    scenario: Scenario
    units: int
    peer: str
    round: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    problem: str
    load: float
    machine: str
    tree: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`peer` needs at most `most` times the `quantity` of `base`; without a base, at most that much of it."""

    scenario: Scenario
    peer: str
    quantity: str
    most: float
    base: str = ""


TARGETS = (
    Target(scenario=Scenario.COLD, peer=TOOL, base="uv2", quantity="wall_s", most=0.65),
    *(
        Target(scenario=Scenario.COLD, peer=TOOL, base=base, quantity="wall_s", most=1.0)
        for base in ("uv", "nox2", "tox2", "turbo", "moon")
    ),
    Target(scenario=Scenario.WARM, peer=TOOL, base=FLOOR, quantity="wall_s", most=1.15),
    Target(scenario=Scenario.WARM, peer=TOOL, base="nox2", quantity="wall_s", most=0.55),
    Target(scenario=Scenario.LIST, peer="integrity-list", base="tomllib", quantity="cpu_s", most=2.0),
    Target(scenario=Scenario.SERVICES, peer="integrity-docker", base=CONTAINERS, quantity="wall_s", most=0.25),
    Target(scenario=Scenario.SERVICES, peer="integrity-embedded", base=CONTAINERS, quantity="wall_s", most=0.1),
    Target(scenario=Scenario.POSTGRES, peer="postgres-ready", quantity="wall_s", most=1.0),
    Target(scenario=Scenario.CHECK, peer="integrity-check", base="ast", quantity="cpu_s", most=1.5),
    Target(scenario=Scenario.MEMORY, peer=TOOL, quantity="peak_mib", most=150.0),
)


def ratio(rows: Sequence[Row], target: Target) -> float | None:
    """The median over rounds of peer to base: within a round both met the same machine. None: not measured."""
    own = _by_round(rows, target.peer, target.quantity)
    if not target.base:
        return statistics.median(own.values()) if own else None
    base = _by_round(rows, target.base, target.quantity)
    shared = own.keys() & base.keys()
    return statistics.median(own[number] / base[number] for number in shared) if shared else None


def judged(rows: Sequence[Row]) -> Iterator[tuple[Target, float, bool]]:
    """The targets of what was measured: the number, and whether it is met."""
    scenarios = {row.scenario for row in rows}
    for target in TARGETS:
        number = ratio(rows, target) if target.scenario in scenarios else None
        if number is not None:
            yield target, number, number <= target.most


def text(rows: Sequence[Row]) -> str:
    """What a person reads, for rows of one scenario and one size."""
    first = rows[0]
    rounds = 1 + max(row.round for row in rows)
    base, quantity = BASE.get(first.scenario, ("", ""))
    beside = f"{quantity} / {base}" if base else ""
    lines = [
        f"{first.scenario}, {_size(first)}, {rounds} rounds in turn",
        first.machine,
        "",
        f"{'peer':19}{'wall s':>9}{'least, most':>17}{'cpu s':>9}{'peak MiB':>10}{beside:>18}",
        *(_line(rows, peer) for peer in dict.fromkeys(row.peer for row in rows)),
        "",
        *(f"PROBLEM {row.peer}, round {row.round}: {row.problem}" for row in rows if row.problem),
        *(_judgement(target, number, is_met=is_met) for target, number, is_met in judged(rows)),
    ]
    return "\n".join(lines)


def _size(row: Row) -> str:
    return f"{row.tree} with {row.units} Python files" if row.tree else f"{row.units} units"


def _line(rows: Sequence[Row], peer: str) -> str:
    own = [row for row in rows if row.peer == peer and not row.problem]
    if not own:
        return f"{peer:19}{'-':>9}"
    wall = [row.wall_s for row in own]
    span = f"{min(wall):.2f}, {max(wall):.2f}"
    cpu = statistics.median(row.cpu_s for row in own)
    peak = max(row.peak_mib for row in own)
    columns = f"{peer:19}{statistics.median(wall):>9.2f}{span:>17}{cpu:>9.2f}{peak or '-':>10}"
    return f"{columns}{_beside(rows, own[0].scenario, peer):>18}  {BY_NAME[peer].what}"


def _beside(rows: Sequence[Row], scenario: Scenario, peer: str) -> str:
    if scenario not in BASE:
        return ""
    base, quantity = BASE[scenario]
    number = ratio(rows, Target(scenario=scenario, peer=peer, base=base, quantity=quantity, most=0))
    return "" if number is None else f"{number:.2f}"


def _judgement(target: Target, number: float, *, is_met: bool) -> str:
    beside = f" of {target.base}" if target.base else ""
    return f"{'ok' if is_met else 'MISSED':7}{target.peer} {target.quantity}{beside}: {number:.2f}, at most {target.most:g}"


def _by_round(rows: Iterable[Row], peer: str, quantity: str) -> dict[int, float]:
    return {row.round: getattr(row, quantity) for row in rows if row.peer == peer and not row.problem}
