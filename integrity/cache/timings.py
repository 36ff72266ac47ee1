"""How long units take (`.integrity/timings.json`): what longest-first and shards go by. Never needed, never trusted.

A cost is kept until the last passes say clearly otherwise: noise must not move a unit from one shard to another.
"""

from __future__ import annotations

import statistics
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import msgspec

from integrity.model.outcome import Outcome
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.model.report import Report, ReportedUnit

KEPT = 5
FILE = "timings.json"
LONGEST_S = 10**9  # a time that no unit takes is none of ours
STEADY = 1.25  # a cost holds while the median of the last passes is within this factor of it


Seconds = Annotated[float, msgspec.Meta(ge=0, le=LONGEST_S)]


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of a unit's last passes (env, services and tests), oldest first, and what it counts as."""

    seconds: list[Seconds]
    cost_s: Seconds


class Timings(Record, frozen=True, kw_only=True, tag="integrity.timings/2"):
    """The timing of each unit that ever passed, by its path."""

    units: dict[str, Timing]


def read_timings(store: Path) -> Mapping[str, Timing]:
    """The timings by unit path; nothing when the file is absent, torn or of another schema."""
    known = read_record(store / FILE, Timings)
    return {} if known is None else known.units


def costs(timings: Mapping[str, Timing]) -> dict[str, float]:
    """The expected seconds of each unit."""
    return {path: timing.cost_s for path, timing in timings.items()}


def record_timings(store: Path, report: Report) -> None:
    """Add the durations of all units that passed in this run; a disk that refuses costs an order, no run."""
    timings = dict(read_timings(store))
    for unit in report.units:
        if unit.outcome is Outcome.PASSED and not unit.cached:
            timings[unit.path] = _with(timings.get(unit.path), unit)
    with suppress(OSError):
        write_record(store / FILE, Timings(units=dict(sorted(timings.items()))))


def _with(known: Timing | None, unit: ReportedUnit) -> Timing:
    lasted = min(max(0.0, round(sum(unit.phases_s.values()), 3)), LONGEST_S)
    seconds = [*(known.seconds if known else ()), lasted][-KEPT:]
    median = statistics.median(seconds)
    is_steady = known is not None and median <= known.cost_s * STEADY and known.cost_s <= median * STEADY
    return Timing(seconds=seconds, cost_s=known.cost_s if known is not None and is_steady else median)
