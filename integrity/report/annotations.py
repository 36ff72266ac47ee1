"""Annotations of a run for GitHub's runner: what failed, at its place in the change.

The runner shows ten of each type for a step and drops the rest without a word; so the tenth says how many more there are.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from integrity.model.event import FindingPlace
from integrity.model.outcome import ErrorKind, TestOutcome
from integrity.report.words import is_green, named, placed, plural, red_first
from integrity.report.workflow_command import ANNOTATIONS, workflow_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from integrity.model.event import Finding
    from integrity.model.report import Report, ReportedTest, ReportedUnit

SHOWN = 9  # of each type, before the one that counts the rest
_FAILING = (TestOutcome.FAILED, TestOutcome.ERROR)
_TYPES = ("error", "warning", "notice")


def parts(report: Report) -> Iterator[str]:
    """A workflow command a line, errors first."""
    yield from (f"{line}\n" for line in annotation_lines(report))


def annotation_lines(report: Report) -> Iterator[str]:
    """At most ten of each type. The first of each unit come before any unit's second: one unit can't hide another."""
    found = [_Annotation("error", "integrity", problem) for problem in report.run.problems]
    by_unit = [list(_of_unit(unit)) for unit in red_first(report.units)]
    found += [each for rank in zip_longest(*by_unit) for each in rank if each is not None]
    for kind in _TYPES:
        yield from _bounded(kind, [each for each in found if each.kind == kind])


class _Annotation(NamedTuple):
    kind: str
    title: str
    text: str
    path: str | None = None
    line: int | None = None
    column: int | None = None

    def command(self) -> str:
        place = {"file": self.path, "line": self.line, "col": self.column}
        return workflow_command(self.kind, {**place, "title": self.title}, self.text)


def _bounded(kind: str, found: list[_Annotation]) -> Iterator[str]:
    shown = found if len(found) <= SHOWN + 1 else found[:SHOWN]
    yield from (each.command() for each in shown)
    if len(shown) < len(found):
        more = f"… and {plural(len(found) - len(shown), f'more {kind}')}: see the summary, or report.json"
        yield workflow_command(kind, {"title": "integrity"}, more)


def _of_unit(unit: ReportedUnit) -> Iterator[_Annotation]:
    failing = [test for test in unit.tests if test.outcome in _FAILING]
    if _is_trouble_of_its_own(unit, failing):
        word = named(unit.outcome, unit.error.kind if unit.error else None)
        said = (unit.error.message, unit.error.hint) if unit.error else (unit.message,)
        yield _Annotation("error", f"{unit.id}: {word}", _text(said, unit), unit.path)
    for test in failing:
        if not any(finding.level == "error" for finding in test.findings):
            yield _Annotation("error", f"{unit.id}: {test.id}", _text([test.message], unit), test.path, test.line)
    for test in unit.tests:
        yield from (_of_finding(finding, test, unit) for finding in test.findings)
    if unit.flaky:
        tries = f"It passed on attempt {unit.attempts} only."
        failed = [name for earlier in unit.earlier for name in earlier.failed]
        yield _Annotation("warning", f"{unit.id}: flaky", "\n".join([tries, *dict.fromkeys(failed)]), unit.path)


def _is_trouble_of_its_own(unit: ReportedUnit, failing: list[ReportedTest]) -> bool:
    """Whether tests alone don't tell why the unit is not green; where collection failed, they do."""
    if unit.error is not None and unit.error.kind is not ErrorKind.COLLECT:
        return True
    return not is_green(unit) and not failing


def _of_finding(finding: Finding, test: ReportedTest, unit: ReportedUnit) -> _Annotation:
    first = finding.places[0] if finding.places else FindingPlace(path=test.path or unit.path, line=test.line)
    kind = ANNOTATIONS.get(finding.level, "error")
    title = f"{unit.id}: {finding.code} {finding.slug}".strip()
    others = [f"{place.role}: {placed(place)}" if place.role else placed(place) for place in finding.places[1:]]
    text = "\n".join(filter(None, [finding.message or title, *others, finding.hint]))
    return _Annotation(kind, title, text, first.path, first.line, first.column)


def _text(said: Iterable[str], unit: ReportedUnit) -> str:
    return "\n".join([*filter(None, said), f"Again: {unit.rerun}"])
