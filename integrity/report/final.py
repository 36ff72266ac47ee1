"""The end of a run on the terminal: what is not green, with all it takes to act on it; the slowest; one line that sums up. Pure."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from integrity.errors import ExitCode
from integrity.model.outcome import Outcome, TestOutcome
from integrity.report import sanitise
from integrity.report.line import EMPTY, Style, cells, fitted, line, padded
from integrity.report.words import (
    duration,
    failing_tests,
    few,
    is_failing,
    is_green,
    outcome_of,
    placed,
    plural,
    red_first,
    service_notes,
    sign,
    style,
    summed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from integrity.model.event import Finding
    from integrity.model.report import Report, ReportedTest, ReportedUnit
    from integrity.report.line import Line

TEXT_LINES = 15
TESTS_SHOWN = 10
FINDINGS_SHOWN = 20  # of a test
NAMES_SHOWN = 10
SLOWEST_SHOWN = 5
NAME_WIDTH = 40
OUTCOME_WIDTH = 9
VERBOSE, VERBOSE_FOR_ALL = 1, 2

# What says little about a unit itself stands in one line for all such units.
_TOLD_TOGETHER = (Outcome.INTERRUPTED, Outcome.LOST)


def end_lines(report: Report, results: str, verbosity: int = 0, page: str | None = None) -> Iterator[Line]:
    """All lines; `results` is the results folder as a person would name it, `page` the report for a browser in it."""
    red = [unit for unit in red_first(report.units) if not is_green(unit)]
    if verbosity >= VERBOSE_FOR_ALL:
        yield from chain.from_iterable(_green_unit(unit) for unit in report.units if is_green(unit))
    for unit in red:
        if unit.outcome not in _TOLD_TOGETHER:
            yield from _unit(unit, results, verbosity)
    for outcome in _TOLD_TOGETHER:
        yield from _together(outcome, [unit for unit in red if unit.outcome is outcome])
    if verbosity >= 0:
        yield from _slowest(report.units)
        yield from _flaky(report.units)
    yield from _services(report.units)
    yield from _problems(report.run.problems)
    yield EMPTY
    yield _sum(report)
    if page is not None and verbosity >= 0:
        yield line(("  report  ", Style.DIM), page)


def _green_unit(unit: ReportedUnit) -> Iterator[Line]:
    yield EMPTY
    yield _heading(unit)
    yield from map(_test_line, unit.tests)


def _unit(unit: ReportedUnit, results: str, verbosity: int) -> Iterator[Line]:
    yield EMPTY
    yield _heading(unit)
    if unit.error is not None:
        yield from _told("  ", unit.error.message)
        if unit.error.hint:
            yield line(("  → ", Style.DIM), unit.error.hint)
    elif unit.message:
        yield from _told("  ", unit.message)
    if unit.outcome is Outcome.SKIPPED:
        yield line(("  → ", Style.DIM), "Set `allow-skipped = true` in the unit's [tool.integrity] if that is meant.")
    if verbosity >= VERBOSE:
        yield EMPTY
        yield from map(_test_line, unit.tests)
    yield from _tests(unit, results, verbosity)
    if unit.error is not None and unit.error.detail.strip() and not any(map(is_failing, unit.tests)):
        yield EMPTY
        yield from _text(unit.error.detail, verbosity, _log(unit, results))
    yield EMPTY
    yield line(("  again  ", Style.DIM), (unit.rerun, Style.COMMAND))


def _heading(unit: ReportedUnit) -> Line:
    colour = style(unit.outcome, flaky=unit.flaky)
    python = f" · Python {unit.python}" if "@" in unit.id and unit.python else ""
    return line(
        (f"{sign(unit.outcome)} ", colour),
        (unit.id, Style.BOLD),
        (f"  {outcome_of(unit)}", colour),
        (f"  {unit.path}{python}", Style.DIM),
    )


def _test_line(test: ReportedTest) -> Line:
    colour = {TestOutcome.PASSED: Style.GOOD, TestOutcome.FAILED: Style.BAD, TestOutcome.ERROR: Style.BAD}.get(
        test.outcome, Style.DOUBTFUL
    )
    return line(
        (f"  {padded(test.outcome, OUTCOME_WIDTH)}", colour), test.id, (f"  {duration(test.duration_s)}", Style.DIM)
    )


def _tests(unit: ReportedUnit, results: str, verbosity: int) -> Iterator[Line]:
    failing = failing_tests(unit)
    shown = failing if verbosity >= VERBOSE else failing[:TESTS_SHOWN]
    for test in shown:
        yield EMPTY
        yield from _test(test, verbosity, _log(unit, results))
    if len(shown) < len(failing):
        yield EMPTY
        yield line((f"  … and {plural(len(failing) - len(shown), 'failure')} more: {results}/report.json", Style.DIM))


def _test(test: ReportedTest, verbosity: int, log: str) -> Iterator[Line]:
    yield line("  ", (test.id, Style.BOLD))
    if test.path:
        yield line("  ", (placed(test), Style.DIM))
    if not test.findings:
        yield from _told("  ", test.message, Style.BAD)
    shown = test.findings if verbosity >= VERBOSE else test.findings[:FINDINGS_SHOWN]
    for finding in shown:
        yield from _finding(finding)
    if len(shown) < len(test.findings):
        yield line((f"  … and {plural(len(test.findings) - len(shown), 'finding')} more, in {log}", Style.DIM))
    if not test.findings or verbosity >= VERBOSE:
        yield from _text(test.text, verbosity, log)
    if verbosity >= VERBOSE and test.output:
        yield line(("  output", Style.DIM))
        yield from _text(test.output, verbosity, log)


def _finding(finding: Finding) -> Iterator[Line]:
    yield line("  ", (f"{finding.code} {finding.slug}".rstrip(), Style.BAD), f"  {finding.message}")
    for place in finding.places:
        yield line((f"    {placed(place)}  {place.role}".rstrip(), Style.DIM))
    if finding.hint:
        yield line(("    → ", Style.DIM), finding.hint)


def _told(indent: str, text: str, colour: Style = Style.PLAIN) -> Iterator[Line]:
    for said in sanitise.block_for_terminal(text).split("\n") if text else ():
        yield line(indent, (said.rstrip(), colour))


def _text(text: str, verbosity: int, log: str) -> Iterator[Line]:
    """The end of a text, where the reason stands; the gutter tells it from our own words."""
    lines = sanitise.block_for_terminal(text).strip("\n").split("\n") if text.strip() else []
    shown = lines if verbosity >= VERBOSE else lines[-TEXT_LINES:]
    if len(shown) < len(lines):
        yield line((f"  │ … {plural(len(lines) - len(shown), 'line')} above, in {log}", Style.DIM))
    for said in shown:
        yield line(("  │ ", Style.DIM), said.rstrip())


def _together(outcome: Outcome, units: list[ReportedUnit]) -> Iterator[Line]:
    """One line for each different reason, with the units' names."""
    by_reason: dict[str, list[ReportedUnit]] = {}
    for unit in units:
        by_reason.setdefault(unit.message, []).append(unit)
    for reason, alike in by_reason.items():
        names = few([unit.id for unit in alike], NAMES_SHOWN)
        yield EMPTY
        yield line((f"{sign(outcome)} {outcome}", style(outcome)), f"  {names}")
        yield from _told("  ", reason, Style.DIM)
        if len(alike) == 1:
            yield line(("  again  ", Style.DIM), (alike[0].rerun, Style.COMMAND))


def _slowest(units: Iterable[ReportedUnit]) -> Iterator[Line]:
    timed = sorted(((sum(unit.phases_s.values()), unit) for unit in units), key=lambda pair: -pair[0])
    shown = [(seconds, unit) for seconds, unit in timed[:SLOWEST_SHOWN] if seconds > 0]
    if len(shown) < 2:  # noqa: PLR2004 - one unit has no slowest
        return
    width = min(NAME_WIDTH, max(cells(fitted(unit.id, NAME_WIDTH)) for _, unit in shown))
    yield EMPTY
    yield line(("slowest", Style.DIM))
    for seconds, unit in shown:
        phases = "  ".join(f"{phase} {duration(spent)}" for phase, spent in unit.phases_s.items())
        yield line(f"  {padded(unit.id, width)}  {duration(seconds):>12}", (f"  {phases}", Style.DIM))


def _flaky(units: Iterable[ReportedUnit]) -> Iterator[Line]:
    names = [f"{unit.id} (attempt {unit.attempts})" for unit in units if unit.flaky]
    if names:
        yield EMPTY
        yield line(("flaky", Style.DOUBTFUL), f"  passed only when tried again: {', '.join(names)}")


def _services(units: Iterable[ReportedUnit]) -> Iterator[Line]:
    notes = service_notes(units)
    if notes:
        yield EMPTY
    for note, ids in notes.items():
        yield line(("service", Style.DOUBTFUL), f"  {note}", (f"  ({few(ids, NAMES_SHOWN)})", Style.DIM))


def _problems(problems: Iterable[str]) -> Iterator[Line]:
    for problem in problems:
        yield EMPTY
        yield line(("problem", Style.BAD), f"  {problem}")


def _sum(report: Report) -> Line:
    totals = report.totals
    overall = _overall(report)
    tail = f" · {plural(totals.tests, 'test')} · {duration(report.run.duration_s)}"
    return line(
        (f"{sign(overall)} ", style(overall)),
        (f"{plural(totals.units, 'unit')}: {summed(totals)}", Style.BOLD),
        (tail, Style.DIM),
    )


def _overall(report: Report) -> Outcome:
    if report.run.interrupted:
        return Outcome.INTERRUPTED
    return Outcome.PASSED if report.run.exit_code == ExitCode.PASSED else Outcome.FAILED


def _log(unit: ReportedUnit, results: str) -> str:
    return f"{results}/units/{unit.id}/output.log"
