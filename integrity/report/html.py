"""`report.html`: the run as one page that needs nothing beside itself, what is not green first.

All of it is readable without JavaScript but the rows of single tests, which stand in it as JSON and are made into tables
when a unit is opened. It stays below 10 MB with 500 units of 200 tests: what has no room is counted, never cut silently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.inside.wire import cut
from integrity.report.page import lists
from integrity.report.page.rendering import assets, template
from integrity.report.page.rows import test_rows
from integrity.report.page.timeline import chart_of
from integrity.report.words import failing_tests, is_green

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from integrity.model.report import Report, ReportedTest
    from integrity.report.page.lists import PlacedUnit

FAILURES_ROOM = 1536 * 1024  # bytes, shared fairly by the units that are not green
ROWS_ROOM = 5632 * 1024  # likewise, by all units
PACKAGES_ROOM = 640 * 1024
BYTES_BESIDE_A_PACKAGE = 3
LONGEST_EXCERPT, SHORTEST_EXCERPT = 12_000, 200
SECTIONS = {
    "failures": "Not green",
    "units": "Units",
    "timeline": "Timeline",
    "slowest": "Slowest",
    "warnings": "Warnings",
}


def parts(report: Report) -> Iterator[str]:
    """The page, a part of it at a time."""
    macros = template()
    units = lists.placed(report)
    red = [place for place in units if not is_green(place.unit)]
    chart, (warnings, more_warnings) = chart_of(report), lists.grouped_warnings(units)
    has = {"failures": red, "units": True, "timeline": chart, "slowest": report.totals.tests, "warnings": warnings}
    sections = [(anchor, SECTIONS[anchor]) for anchor, content in has.items() if content]
    yield macros.head(report, lists.verdict(report), assets(), sections)
    if red:
        yield from _failures(macros, red)
    yield from _units(macros, report, units)
    if chart:
        yield macros.timeline(chart)
    if report.totals.tests:
        yield macros.slowest(lists.slowest_units(units), lists.slowest_tests(units))
    if warnings:
        yield macros.warnings(warnings, more_warnings)
    yield macros.tail(report, assets())


def _failures(macros: Any, red: Sequence[PlacedUnit]) -> Iterator[str]:
    """What is not green, with as much of the tests that failed as there is room for."""
    yield macros.failures_head(len(red))
    room = FAILURES_ROOM
    for waiting, place in zip(range(len(red), 0, -1), red, strict=True):
        yield macros.failure_head(place)
        failing = failing_tests(place.unit)
        cards = list(_cards(macros, failing, room // waiting))
        room -= sum(map(_size, cards))
        yield from cards
        if place.unit.error is not None:
            detail = cut(place.unit.error.detail, _excerpt(room // waiting))
            yield (part := macros.raw("Output", detail, open=not failing))
            room -= _size(part)
        yield macros.failure_tail(len(failing) - len(cards))
    yield macros.section_tail()


def _cards(macros: Any, failing: Sequence[ReportedTest], room: int) -> Iterator[str]:
    """The first of the tests that failed; the less room there is, the less of what each said."""
    for test in failing:
        for limit in (_excerpt(room), SHORTEST_EXCERPT):
            card: str = macros.failed_test(test, limit)
            if _size(card) <= room:
                break
        else:
            return
        room -= _size(card)
        yield card


def _excerpt(room: int) -> int:
    return max(SHORTEST_EXCERPT, min(LONGEST_EXCERPT, room // 4))


def _size_of_packages(packages: Mapping[str, str]) -> int:
    return sum(len(name) + len(version) + BYTES_BESIDE_A_PACKAGE for name, version in packages.items())


def _size(part: str) -> int:
    return len(part.encode())


def _units(macros: Any, report: Report, units: Sequence[PlacedUnit]) -> Iterator[str]:
    """All units; in each, its packages and the rows of its tests as far as there is room."""
    yield macros.units_head(report)
    rows_room, packages_room = ROWS_ROOM, PACKAGES_ROOM
    for waiting, place in zip(range(len(units), 0, -1), units, strict=True):
        rows, missing = test_rows(place.unit.tests, rows_room // waiting)
        rows_room -= _size(rows)
        packages_size = _size_of_packages(place.unit.packages)
        has_packages = packages_size <= packages_room
        packages_room -= packages_size if has_packages else 0
        yield macros.unit(place, has_packages, rows, missing)
    yield macros.units_tail()
