"""How findings are written for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable

from integrity.checks.codes import all_codes

if TYPE_CHECKING:
    from integrity.checks.model import Finding


def finding_lines(finding: Finding) -> list[str]:
    """A finding in lines: place, code, slug and message; the other places; the hint. Text as it is, not sanitised."""
    subject = "/".join(part for part in (finding.unit, finding.registry) if part)
    head = [
        *(f"{place}:" for place in finding.places[:1]),
        finding.code,
        all_codes()[finding.code].slug,
        *([f"[{subject}]"] if subject else []),
        finding.message,
    ]
    return [
        " ".join(head),
        *(f"  {place.role}: {place}" for place in finding.places[1:]),
        *([f"  → {finding.hint}"] if finding.hint else []),
    ]


def notes_text(notes: Iterable[str]) -> str:
    """What was not examined, each in a line."""
    return "".join(f"not examined: {note}\n" for note in notes)


def findings_text(findings: Iterable[Finding]) -> str:
    """Findings, one below the other."""
    return "\n".join(line for finding in findings for line in finding_lines(finding))
