"""How long units took in their last runs (`.integrity/timings.json`): what longest-first goes by. Never needed, never trusted."""

from __future__ import annotations

import statistics
from contextlib import suppress
from typing import TYPE_CHECKING

from integrity.model.outcome import Outcome
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.model.report import Report

KEPT = 5
FILE = "timings.json"


class Timings(Record, frozen=True, kw_only=True, tag="integrity.timings/1"):
    """Seconds of each unit's last passes, by its path."""

    units: dict[str, list[float]]


def read_timings(store: Path) -> dict[str, list[float]]:
    """Seconds of the last passes by unit path, oldest first; nothing when the file is absent, torn or of another schema."""
    known = read_record(store / FILE, Timings)
    return {} if known is None else {unit: values[-KEPT:] for unit, values in known.units.items() if values}


def costs(timings: Mapping[str, list[float]]) -> dict[str, float]:
    """The expected duration of each unit: the median of its last passes."""
    return {unit: statistics.median(values) for unit, values in timings.items()}


def record_timings(store: Path, before: Mapping[str, list[float]], report: Report) -> None:
    """Add the tests' durations of all units that passed in this run; a disk that refuses costs an order, no run."""
    timings = dict(before)
    for unit in report.units:
        if unit.outcome is Outcome.PASSED and not unit.cached:
            timings[unit.path] = [*timings.get(unit.path, []), round(unit.phases_s.get("tests", 0.0), 3)][-KEPT:]
    with suppress(OSError):
        write_record(store / FILE, Timings(units=dict(sorted(timings.items()))))
