"""What may be found without being an error: exceptions, each with its reason, and the baseline of what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from integrity.checks.model import Finding


@dataclass(frozen=True)
class Allowances:
    """The exceptions and the baseline of one unit."""

    def parted(self, findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings that stand, and those that are allowed."""
        return tuple(findings), ()
