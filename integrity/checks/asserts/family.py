"""What assertions about a whole family of checks share: they run its cases as a declaration would."""

from __future__ import annotations

from typing import Any, Mapping

from integrity.checks import families
from integrity.checks.asserts import IntegrityError, calling_unit, demand, refused
from integrity.checks.model import CannotExamine, Examined, Finding, NotHere


def demand_family(family: str, table: Mapping[str, Any], what: str) -> None:
    """Raise an IntegrityError with every error that the family's cases find, or where one had nothing to examine."""
    found: list[Finding] = []
    count = 0
    for case in families.cases(family, calling_unit(), table):
        try:
            examined = case.check.judge(case.load())
        except CannotExamine as trouble:
            raise refused(trouble) from None
        except NotHere as absence:  # a run may go on without it, an assertion about it may not
            message = f"{what} had nothing to examine for {case.check.code}: {absence}."
            raise IntegrityError([Finding("VAC005", what, message, "Have it there, or skip the test.")]) from None
        if not examined.count and not case.may_be_empty:
            demand(examined, f"{what} ({case.check.code})")
        count += examined.count
        found += [finding for finding in examined.findings if finding.level == "error"]
    demand(Examined(count, tuple(found)), what)
