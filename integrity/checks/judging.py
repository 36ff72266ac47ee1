"""From a case to its result: what is found, what of it is meant or known, and whether the check could have found anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from integrity.checks.codes import all_codes
from integrity.checks.model import CannotExamine, Finding, NotHere

if TYPE_CHECKING:
    from integrity.checks.allowances import Allowances
    from integrity.checks.case import Case, Unit


@dataclass(frozen=True)
class Result:
    """How a case ended. `findings` are those that stand, sorted; `allowed` those that are meant or known already.

    `skipped` is the reason why nothing was examined where that is allowed. Green is: no findings, and not skipped.
    """

    case: Case
    count: int = 0
    findings: tuple[Finding, ...] = ()
    allowed: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: str = ""


def case_id(case: Case) -> str:
    """What pytest shows in brackets: the subject, and the check's slug."""
    return f"{case.subject}:{all_codes()[case.check.code].slug}"


def result_of(case: Case, unit: Unit, allowances: Allowances, *, is_declared: bool, with_teeth: bool = True) -> Result:
    """Judge a case. Whatever it raises but CannotExamine and NotHere is a bug of the check, and goes through."""
    try:
        material = case.load()
        examined = case.check.judge(material)
    except CannotExamine as trouble:
        return _judged(case, unit, allowances, 0, (trouble.finding,))
    except NotHere as absence:
        return Result(case, skipped=str(absence))
    findings = examined.findings
    if is_declared:
        if not examined.count and not case.may_be_empty:
            findings = (*findings, _nothing_examined(case))
        elif with_teeth and examined.count and (blunt := _blunt(case, material, findings)) is not None:
            findings = (*findings, blunt)
    return _judged(case, unit, allowances, examined.count, findings, examined.notes)


def _judged(
    case: Case, unit: Unit, allowances: Allowances, count: int, findings: tuple[Finding, ...], notes: tuple[str, ...] = ()
) -> Result:
    own = sorted({replace(finding, unit=unit.name) for finding in findings}, key=lambda finding: finding.order)
    standing, allowed = allowances.parted(own)
    return Result(case, count, standing, allowed, notes)


def _nothing_examined(case: Case) -> Finding:
    return Finding(
        code="VAC005",
        entry=case_id(case),
        message=f"{case.subject} had nothing to examine for {case.check.code}, so it proves nothing.",
        hint="Mend where it looks; where nothing is right, say allow-empty = true, or declare it no more.",
    )


def _blunt(case: Case, material: Any, findings: tuple[Finding, ...]) -> Finding | None:
    """A finding where the check stays calm over a spoiled copy of what it examined."""
    if case.check.spoiled is None:
        return None
    known = {finding.fingerprint for finding in findings}
    for spoiled in case.check.spoiled(material):
        found = case.check.judge(spoiled).findings
        if all(finding.fingerprint in known for finding in found):
            return Finding(
                code="VAC010",
                entry=case_id(case),
                message=f"{case.subject} stayed green for {case.check.code} on a copy with a defect: it cannot fail.",
                hint="Declare something that the check can examine, or leave this check out.",
            )
    return None
