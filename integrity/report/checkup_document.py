"""What `integrity check` found, for programs: the JSON document, and the annotations of GitHub's runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.checks.codes import all_codes
from integrity.model.event import FindingPlace
from integrity.model.findings import ExaminedTotals, FindingsDocument, Note, NotExamined, ReportedFinding, UnitProblem
from integrity.report.workflow_command import ANNOTATIONS, Annotation, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.checks.model import Finding
    from integrity.report.checkup import CheckedUnit, Checkup

DOC = "docs/reference/codes.md"


def document_of(checkup: Checkup) -> FindingsDocument:
    """Schema `integrity.findings/1`."""
    units = checkup.units
    return FindingsDocument(
        examined=ExaminedTotals(
            units=sum(bool(unit.name) for unit in units),
            files=sum(unit.files for unit in units),
            entries=sum(unit.entries for unit in units),
            allowed=sum(unit.allowed + unit.known for unit in units),
        ),
        findings=[_reported(finding, unit) for unit in units for finding in unit.findings],
        problems=[
            UnitProblem(unit=unit.name, path=unit.path, message=unit.trouble.message, hint=unit.trouble.hint)
            for unit in units
            if unit.trouble is not None
        ],
        not_examined=[
            NotExamined(path=each.path, line=each.line, reason=each.reason)
            for unit in units
            for each in unit.unexamined
        ],
        notes=[Note(unit=unit.name, text=text) for unit in units for text in unit.notes],
    )


def annotation_lines(checkup: Checkup) -> Iterator[str]:
    """A workflow command a line for findings and units in trouble, at most ten of each type; GitHub shows it at its place in the change."""
    found: list[Annotation] = []
    for unit in checkup.units:
        if unit.trouble is not None:
            text = f"{unit.trouble.message} {unit.trouble.hint}"
            found.append(Annotation("error", f"integrity: {unit.name}", text))
        found += map(_annotation, unit.findings)
    yield from bounded(found, "`integrity check` shows all")


def _reported(finding: Finding, unit: CheckedUnit) -> ReportedFinding:
    slug = all_codes()[finding.code].slug
    return ReportedFinding(
        code=finding.code,
        slug=slug,
        level=finding.level,
        unit=unit.name,
        registry=finding.registry,
        entry=finding.entry,
        message=finding.message,
        hint=finding.hint,
        places=[
            FindingPlace(path=place.path, line=place.line, column=place.column, role=place.role)
            for place in finding.places
        ],
        fingerprint=finding.fingerprint,
        doc=f"{DOC}#{finding.code.lower()}-{slug}",
    )


def _annotation(finding: Finding) -> Annotation:
    title = f"{finding.code} {all_codes()[finding.code].slug}"
    first = finding.places[0] if finding.places else None
    place = (first.path, first.line, first.column) if first else ()
    text = [
        finding.message,
        *(f"{place.role}: {place}" for place in finding.places[1:]),
        *([finding.hint] if finding.hint else []),
    ]
    return Annotation(ANNOTATIONS[finding.level], title, "\n".join(text), *place)
