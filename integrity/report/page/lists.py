"""What the page says in lists and numbers: the verdict, shares of outcomes, slowest units and tests, warnings. Pure."""

from __future__ import annotations

import heapq
from itertools import starmap
from typing import TYPE_CHECKING, NamedTuple

from integrity.model.outcome import Outcome
from integrity.report.words import duration, is_green, plural, red_first, sign, summed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from integrity.model.report import Report, ReportedUnit, ReportedWarning, Totals

SLOWEST = 10
GROUPS = 100
FEW = 5
ORDER = (Outcome.FAILED, Outcome.ERROR, Outcome.LOST, Outcome.INTERRUPTED, Outcome.SKIPPED, Outcome.PASSED)
_FLAKY = "flaky"


class PlacedUnit(NamedTuple):
    """A unit with its number on the page, by which the page's parts refer to it."""

    number: int
    unit: ReportedUnit


class Verdict(NamedTuple):
    """The run in one line; `tone` is the outcome whose colour it has."""

    tone: str
    sign: str
    title: str
    detail: str


class Share(NamedTuple):
    """The part of all units that had one outcome, in percent."""

    tone: str
    start: float
    width: float


class Choice(NamedTuple):
    """An outcome that can be filtered by."""

    tone: str
    sign: str
    number: int


class Slow(NamedTuple):
    """A unit or a test among the slowest; `number` is its unit's, `share` its time in percent of the slowest one's."""

    number: int
    unit: str
    name: str
    duration_s: float
    share: float


class WarningGroup(NamedTuple):
    """The same warning wherever it was raised."""

    category: str
    message: str
    times: int
    units: list[tuple[int, str]]
    more_units: int
    places: list[str]
    more_places: int


def placed(report: Report) -> list[PlacedUnit]:
    """All units, what is not green first."""
    return list(starmap(PlacedUnit, enumerate(red_first(report.units))))


def verdict(report: Report) -> Verdict:
    """What is to be seen first."""
    units, red = report.totals.units, [unit for unit in red_first(report.units) if not is_green(unit)]
    detail = summed(report.totals) if units else "There is no unit in this run."
    if report.run.interrupted:
        return Verdict(Outcome.INTERRUPTED, sign(Outcome.INTERRUPTED), "The run was stopped", detail)
    if red:
        title = f"{len(red)} of {plural(units, 'unit')} {'is' if len(red) == 1 else 'are'} not green"
        return Verdict(red[0].outcome, sign(red[0].outcome), title, detail)
    if report.run.problems:
        return Verdict(Outcome.ERROR, sign(Outcome.ERROR), "The run is not whole", detail)
    if not units:
        title = "Nothing had to be checked" if report.run.exit_code == 0 else "No unit was selected"
        return Verdict(Outcome.SKIPPED, sign(Outcome.SKIPPED), title, detail)
    everything = report.totals.passed == units
    title = (f"All {units:,} units passed" if units > 1 else "The unit passed") if everything else "All units are green"
    tests = f"{plural(report.totals.tests, 'test')} in {duration(report.run.duration_s)}"
    return Verdict(Outcome.PASSED, sign(Outcome.PASSED), title, f"{detail}; {tests}")


def shares(totals: Totals) -> Iterator[Share]:
    """A bar of all units, by outcome."""
    start = 0.0
    for tone, number in _numbers(totals):
        width = 100 * number / totals.units
        yield Share(tone, round(start, 3), round(width, 3))
        start += width


def choices(totals: Totals) -> Iterator[Choice]:
    """The outcomes that occurred."""
    for tone, number in _numbers(totals):
        yield Choice(tone, sign(Outcome(tone)), number)
    if totals.flaky:
        yield Choice(_FLAKY, sign(Outcome.PASSED), totals.flaky)


def slowest_units(units: Iterable[PlacedUnit]) -> list[Slow]:
    """By their time at work in all phases."""
    times = ((sum(unit.phases_s.values()), number, unit.id) for number, unit in units)
    return _shared([Slow(number, name, name, time, 0) for time, number, name in heapq.nlargest(SLOWEST, times)])


def slowest_tests(units: Iterable[PlacedUnit]) -> list[Slow]:
    """Of all units."""
    times = ((test.duration_s, number, unit.id, test.id) for number, unit in units for test in unit.tests)
    return _shared([Slow(number, unit, name, time, 0) for time, number, unit, name in heapq.nlargest(SLOWEST, times)])


def grouped_warnings(units: Iterable[PlacedUnit]) -> tuple[list[WarningGroup], int]:
    """Warnings of the same words together, the most frequent first, and how many groups more there are."""
    groups: dict[tuple[str, str], list[tuple[PlacedUnit, ReportedWarning]]] = {}
    for place in units:
        for warning in place.unit.warnings:
            groups.setdefault((warning.category, warning.message), []).append((place, warning))
    told = sorted((_group(*key, raised) for key, raised in groups.items()), key=lambda group: -group.times)
    return told[:GROUPS], max(0, len(told) - GROUPS)


def _numbers(totals: Totals) -> Iterator[tuple[str, int]]:
    for outcome in ORDER:
        if number := getattr(totals, outcome):
            yield str(outcome), number


def _shared(rows: list[Slow]) -> list[Slow]:
    most = rows[0].duration_s if rows else 0
    return [row._replace(share=round(100 * row.duration_s / most, 1)) for row in rows if row.duration_s > 0]


def _group(category: str, message: str, raised: list[tuple[PlacedUnit, ReportedWarning]]) -> WarningGroup:
    units = list(dict.fromkeys((place.number, place.unit.id) for place, _ in raised))
    places = list(dict.fromkeys(f"{one.path}:{one.line}" if one.line else one.path for _, one in raised if one.path))
    return WarningGroup(
        category=category,
        message=message,
        times=sum(warning.count for _, warning in raised),
        units=units[:FEW],
        more_units=max(0, len(units) - FEW),
        places=places[:FEW],
        more_places=max(0, len(places) - FEW),
    )
