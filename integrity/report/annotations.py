"""Annotations of a run for GitHub's runner: what failed, at its place in the change."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from integrity.model.event import FindingPlace
from integrity.report.words import failing_tests, has_own_trouble, outcome_of, placed, red_first, trouble_of
from integrity.report.workflow_command import ANNOTATIONS, Annotation, bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from integrity.model.event import Finding
    from integrity.model.report import Report, ReportedTest, ReportedUnit


def parts(report: Report) -> Iterator[str]:
    """A workflow command a line, errors first."""
    yield from (f"{line}\n" for line in annotation_lines(report))


def annotation_lines(report: Report) -> Iterator[str]:
    """At most ten of each type; the first of each unit come before any unit's second: one unit can't hide another."""
    found = [Annotation("error", "integrity", problem) for problem in report.run.problems]
    ranked = [pair for unit in red_first(report.units) for pair in enumerate(_of_unit(unit))]
    found += [each for _, each in sorted(ranked, key=itemgetter(0))]
    yield from bounded(found, "see the summary, or report.json")


def _of_unit(unit: ReportedUnit) -> Iterator[Annotation]:
    if has_own_trouble(unit):
        said = (trouble_of(unit), unit.error.hint if unit.error else "")
        yield Annotation("error", f"{unit.id}: {outcome_of(unit)}", _text(said, unit), unit.path)
    for test in failing_tests(unit):
        if not any(finding.level == "error" for finding in test.findings):
            yield Annotation("error", f"{unit.id}: {test.id}", _text([test.message], unit), test.path, test.line)
    for test in unit.tests:
        yield from (_of_finding(finding, test, unit) for finding in test.findings)
    if unit.flaky:
        tries = f"It passed on attempt {unit.attempts} only."
        failed = [name for earlier in unit.earlier for name in earlier.failed]
        yield Annotation("warning", f"{unit.id}: flaky", "\n".join([tries, *dict.fromkeys(failed)]), unit.path)


def _of_finding(finding: Finding, test: ReportedTest, unit: ReportedUnit) -> Annotation:
    first = finding.places[0] if finding.places else FindingPlace(path=test.path or unit.path, line=test.line)
    kind = ANNOTATIONS.get(finding.level, "error")
    title = f"{unit.id}: {finding.code} {finding.slug}".strip()
    others = [f"{place.role}: {placed(place)}" if place.role else placed(place) for place in finding.places[1:]]
    text = "\n".join(filter(None, [finding.message or title, *others, finding.hint]))
    return Annotation(kind, title, text, first.path, first.line, first.column)


def _text(said: Iterable[str], unit: ReportedUnit) -> str:
    return "\n".join([*filter(None, said), f"Again: {unit.rerun}"])
