"""How long units took in their last runs (`.integrity/timings.json`): what longest-first goes by. Never needed, never trusted."""

from __future__ import annotations

import json
import statistics
from contextlib import suppress
from typing import TYPE_CHECKING

from integrity.model.outcome import Outcome
from integrity.system.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.model.report import Report

SCHEMA = "integrity.timings/1"
KEPT = 5
FILE = "timings.json"


def read_timings(store: Path) -> dict[str, list[float]]:
    """Seconds of the last passes by unit path, oldest first; nothing when the file is absent, torn or of another schema."""
    try:
        document = json.loads((store / FILE).read_bytes())
        if document["schema"] != SCHEMA:
            return {}
        return {
            unit: [float(value) for value in values][-KEPT:] for unit, values in document["units"].items() if values
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


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
        write_atomically(store / FILE, json.dumps({"schema": SCHEMA, "units": dict(sorted(timings.items()))}) + "\n")
