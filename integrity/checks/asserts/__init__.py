"""What the `assert_…` functions share: the one error that they raise, and the unit in which they are called."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Iterable

from integrity.checks.masking import environ_values, masked_finding
from integrity.checks.model import CannotExamine, Examined, Finding
from integrity.checks.told import told_of
from integrity.checks.unit import home_of, unit_around
from integrity.checks.wording import findings_text

if TYPE_CHECKING:
    from integrity.checks.case import Unit


class IntegrityError(AssertionError):
    """What an assertion found, all of it; `findings` holds it as data, and the message as text."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        unit = calling_unit()
        hidden = environ_values(os.environ)
        told = (replace(finding, unit=finding.unit or unit.name, home=home_of(unit)) for finding in findings)
        own = {masked_finding(finding, hidden) for finding in told}
        self.findings = tuple(sorted(own, key=lambda finding: finding.order))
        self.root = unit.root
        count = len(self.findings)
        super().__init__(f"{count} finding{'' if count == 1 else 's'}\n{findings_text(self.findings)}")

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """The findings as user properties of the test that raised this."""
        return told_of(self.findings, self.root)


def demand(examined: Examined, what: str) -> None:
    """Raise an IntegrityError where something was found, or where there was nothing to examine."""
    findings = examined.findings
    if not examined.count:
        message = f"{what} had nothing to examine, so the assertion proves nothing."
        findings = (*findings, Finding("VAC005", what, message, "Pass something that has entries."))
    if findings:
        raise IntegrityError(findings)


def refused(trouble: CannotExamine) -> IntegrityError:
    """The error for what could not be examined."""
    return IntegrityError([trouble.finding])


def calling_unit() -> Unit:
    """The unit of the file that called into the check library."""
    frame = sys._getframe(1)  # noqa: SLF001 - where the assertion stands in the test
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "integrity":
        frame = frame.f_back
    return unit_around(frame.f_globals.get("__file__") or os.path.join(os.getcwd(), "none"))
