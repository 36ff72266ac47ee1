"""What `integrity check --format json` prints (schema `integrity.findings/1`)."""

from __future__ import annotations

import msgspec

from integrity.model.event import FindingPlace

SCHEMA = "integrity.findings/1"


class ExaminedTotals(msgspec.Struct, frozen=True, kw_only=True):
    """How much was looked at: units, files that were read, entries of what the checks examined. `allowed` findings are meant or known."""

    units: int
    files: int
    entries: int
    allowed: int


class ReportedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One defect. `unit` is empty for what no unit owns; paths are relative to the root; `doc` is a page of the project's documentation."""

    code: str
    slug: str
    level: str
    unit: str
    registry: str
    entry: str
    message: str
    hint: str
    places: list[FindingPlace]
    fingerprint: str
    doc: str


class UnitProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why what a unit declares could not be examined: its manifest or its configuration is wrong."""

    unit: str
    path: str
    message: str
    hint: str


class NotExamined(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder that could not be read or parsed."""

    path: str
    line: int | None
    reason: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a check could not judge, and why."""

    unit: str
    text: str


class FindingsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. Findings are sorted by unit and place."""

    schema: str = SCHEMA
    examined: ExaminedTotals
    findings: list[ReportedFinding]
    problems: list[UnitProblem]
    not_examined: list[NotExamined]
    notes: list[Note]
