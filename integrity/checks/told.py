"""Findings as a test's report carries them: user properties of plain values, which the runner's observer reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Iterable

from integrity.checks.codes import all_codes
from integrity.inside.wire import FINDING

if TYPE_CHECKING:
    from integrity.checks.model import Finding


def told_of(findings: Iterable[Finding], root: str) -> list[tuple[str, dict[str, Any]]]:
    """One property for each finding; paths are absolute, as all paths in the runner's stream."""
    return [(FINDING, _plain(finding, root)) for finding in findings]


def _plain(finding: Finding, root: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "slug": all_codes()[finding.code].slug,
        "level": finding.level,
        "registry": finding.registry,
        "entry": finding.entry,
        "message": finding.message,
        "hint": finding.hint,
        "fingerprint": finding.fingerprint,
        "places": [
            {"path": os.path.join(root, place.path), "line": place.line, "column": place.column, "role": place.role}
            for place in finding.places
        ],
    }
