"""`integrity rerun`: which units of a run that was left behind were not green, and which of them there still are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.commands.report import run as report_of
from integrity.discover import Globs, discover
from integrity.report.words import few, is_green, plural

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.model.report import ReportedUnit
    from integrity.settings import RootSettings

NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Units that were not green: those that run again, and those that are gone since. `units` is how many there were.

    `problems` are those of the run as a whole, where they are all that was not green: no unit can run them again.
    """

    red: tuple[ReportedUnit, ...]
    gone: tuple[ReportedUnit, ...]
    units: int
    problems: tuple[str, ...] = ()

    def reasons(self) -> dict[str, str]:
        """Why each unit runs again, by its path."""
        return {unit.path: f"not green before: {unit.outcome}" for unit in self.red}

    def ids(self) -> frozenset[str]:
        """Which of a unit's Pythons they ran under."""
        return frozenset(unit.id for unit in self.red)

    def lines(self) -> Iterator[str]:
        """What runs again and why, and what can't."""
        outcomes = Counter(unit.outcome for unit in (*self.red, *self.gone))
        if not outcomes:
            yield f"nothing to run again: {plural(self.units, 'unit')}, all green"
            yield from (f"yet the run was not: {problem}" for problem in self.problems)
            return
        told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
        yield f"{sum(outcomes.values())} of {plural(self.units, 'unit')} not green: {told}"
        if self.red:
            yield f"again: {few([unit.id for unit in self.red], NAMES_SHOWN)}"
        if self.gone:
            yield f"gone: {few([unit.path for unit in self.gone], NAMES_SHOWN)}"


def run(place: Path, settings: RootSettings) -> Again:
    """Look for them in the one run at `place`."""
    report = report_of(place)
    units = report.units
    there = {unit.path for unit in discover(settings.root, Globs.of(settings)).units}
    red = [unit for unit in units if not is_green(unit)]
    return Again(
        red=tuple(unit for unit in red if unit.path in there),
        gone=tuple(unit for unit in red if unit.path not in there),
        units=len(units),
        problems=() if red else tuple(report.run.problems),
    )
