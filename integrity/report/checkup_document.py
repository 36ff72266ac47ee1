"""What `integrity check` found, for programs: the JSON document, and the annotations of GitHub's runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.checks.codes import all_codes
from integrity.model.event import FindingPlace
from integrity.model.findings import ExaminedTotals, FindingsDocument, Note, NotExamined, ReportedFinding, UnitProblem
from integrity.report.sanitise import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.checks.model import Finding
    from integrity.report.checkup import CheckedUnit, Checkup

DOC = "docs/reference/codes.md"
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


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
    """A workflow command a line for each finding and each unit in trouble; GitHub shows it at its place in the change."""
    for unit in checkup.units:
        if unit.trouble is not None:
            yield _command("error", {"title": f"integrity: {unit.name}"}, f"{unit.trouble.message} {unit.trouble.hint}")
        for finding in unit.findings:
            yield _annotation(finding)


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


def _annotation(finding: Finding) -> str:
    properties = {"title": f"{finding.code} {all_codes()[finding.code].slug}"}
    others = finding.places[1:]
    if finding.places:
        first = finding.places[0]
        place = {"file": first.path, "line": first.line, "col": first.column}
        properties = {**{name: str(value) for name, value in place.items() if value is not None}, **properties}
    text = [finding.message, *(f"{place.role}: {place}" for place in others), *([finding.hint] if finding.hint else [])]
    return _command(_COMMANDS[finding.level], properties, "\n".join(text))


def _command(name: str, properties: dict[str, str], text: str) -> str:
    given = ",".join(f"{key}={_escaped(for_terminal(value), ':,')}" for key, value in properties.items())
    return f"::{name} {given}::" + _escaped("\n".join(map(for_terminal, text.split("\n"))))


def _escaped(text: str, also: str = "") -> str:
    """As the runner reads it: `%` and line ends are spelled as percent codes; in properties `:` and `,` too."""
    for character in f"%\r\n{also}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
