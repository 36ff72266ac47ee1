"""The few words, signs and numbers that all reports share. A colour never stands alone: there is a sign and a word beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.report.line import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from integrity.model.event import FindingPlace
    from integrity.model.report import ReportedTest, ReportedUnit, Totals

MINUTE_S = 60
_SIGNS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.ERROR: "!",
    Outcome.SKIPPED: "○",
    Outcome.INTERRUPTED: "■",
    Outcome.LOST: "?",
}


def is_green(unit: ReportedUnit) -> bool:
    """Whether a unit passed, or was skipped as its configuration allows."""
    return unit.outcome is Outcome.PASSED or (unit.outcome is Outcome.SKIPPED and unit.allowed)


def is_failing(test: ReportedTest) -> bool:
    """Whether a test failed, in itself or in what surrounds it."""
    return test.outcome in (TestOutcome.FAILED, TestOutcome.ERROR)


def failing_tests(unit: ReportedUnit) -> list[ReportedTest]:
    """The tests of a unit that failed, in its order."""
    return [test for test in unit.tests if is_failing(test)]


def has_own_trouble(unit: ReportedUnit) -> bool:
    """Whether its tests don't tell all of why a unit is not green. Where collection failed, they do."""
    if unit.error is not None and unit.error.kind is not ErrorKind.COLLECT:
        return True
    return not is_green(unit) and not any(map(is_failing, unit.tests))


def trouble_of(unit: ReportedUnit) -> str:
    """What is said of a unit's outcome; empty where nothing is."""
    return unit.error.message if unit.error else unit.message


def sign(outcome: Outcome) -> str:
    """One character for an outcome."""
    return _SIGNS[outcome]


def style(outcome: Outcome, *, flaky: bool = False) -> Style:
    """The colour of an outcome."""
    match outcome:
        case Outcome.PASSED:
            return Style.DOUBTFUL if flaky else Style.GOOD
        case Outcome.FAILED | Outcome.ERROR | Outcome.LOST:
            return Style.BAD
        case Outcome.SKIPPED | Outcome.INTERRUPTED:
            return Style.DOUBTFUL
        case _:
            assert_never(outcome)


def named(outcome: Outcome, *, flaky: bool = False) -> str:
    """An outcome in a word: `passed`, `flaky`."""
    return "flaky" if flaky else str(outcome)


def outcome_of(unit: ReportedUnit) -> str:
    """A unit's outcome in words: `passed`, `flaky`, `error: timeout`."""
    return f"{unit.outcome}: {unit.error.kind}" if unit.error else named(unit.outcome, flaky=unit.flaky)


def counted(tests: Mapping[TestOutcome, int]) -> str:
    """Tests by outcome, those that matter first: `1 failed, 11 passed`."""
    order = (TestOutcome.FAILED, TestOutcome.ERROR, TestOutcome.PASSED, TestOutcome.SKIPPED, TestOutcome.XFAILED)
    parts = [f"{tests[outcome]} {outcome}" for outcome in (*order, TestOutcome.XPASSED) if tests.get(outcome)]
    return ", ".join(parts)


def summed(totals: Totals) -> str:
    """Units by outcome: `2 passed (1 flaky), 1 failed, 3 errors`."""
    numbers = {
        f"passed ({totals.flaky} flaky)" if totals.flaky else "passed": totals.passed,
        "failed": totals.failed,
        "error" if totals.error == 1 else "errors": totals.error,
        "skipped": totals.skipped,
        "interrupted": totals.interrupted,
        "lost": totals.lost,
    }
    return ", ".join(f"{number} {word}" for word, number in numbers.items() if number) or "none"


def red_first(units: Iterable[ReportedUnit]) -> list[ReportedUnit]:
    """What failed, what went wrong otherwise, what is green; each in the order of the report."""
    return sorted(units, key=lambda unit: (is_green(unit), unit.outcome is not Outcome.FAILED))


def service_notes(units: Iterable[ReportedUnit]) -> dict[str, list[str]]:
    """What must not be overlooked of the services that units had (another version than the one asked for), with the units' ids."""
    notes: dict[str, list[str]] = {}
    for unit in units:
        for service in unit.services:
            if service.note:
                notes.setdefault(f"{service.kind}: {service.note}", []).append(unit.id)
    return {note: list(dict.fromkeys(ids)) for note, ids in notes.items()}


def few(names: Sequence[str], shown: int) -> str:
    """Names, the first of them where there are many: `a, b and 3 more`."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def placed(place: FindingPlace | ReportedTest) -> str:
    """A place as people write it: `src/plans.py:14`; empty for a test that has none."""
    if not place.path:
        return ""
    return place.path if place.line is None else f"{place.path}:{place.line}"


def duration(seconds: float) -> str:
    """A time for people: `0.4 s`, `12.3 s`, `2 min 05 s`."""
    if round(seconds, 1) < MINUTE_S:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE_S)
    return f"{minutes} min {rest:02} s"


def plural(number: int, noun: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
