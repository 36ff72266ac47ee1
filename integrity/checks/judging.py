"""From a case to its result: what is found, what of it is meant or known, and whether the check could have found anything."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from integrity.checks.codes import all_codes
from integrity.checks.manifest import places_of
from integrity.checks.masking import environ_values, masked, masked_finding
from integrity.checks.model import CannotExamine, Examined, Finding, NotHere
from integrity.checks.unit import home_of

if TYPE_CHECKING:
    from integrity.checks.allowances import Allowances
    from integrity.checks.case import Case, Unit


@dataclass(frozen=True)
class Result:
    """How a case ended. `findings` are those that stand, sorted; `allowed` those that an exception means, `known` those of the baseline.

    `skipped` is the reason why nothing was examined where that is allowed. Green is: no findings, and not skipped.
    """

    case: Case
    count: int = 0
    findings: tuple[Finding, ...] = ()
    allowed: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    passed_over: frozenset[str] = frozenset()
    skipped: str = ""


def case_id(case: Case) -> str:
    """What pytest shows in brackets: the subject, and the check's slug."""
    return f"{case.subject}:{all_codes()[case.check.code].slug}"


def result_of(case: Case, unit: Unit, allowances: Allowances, *, is_declared: bool, with_teeth: bool = True) -> Result:
    """Judge a case. Whatever it raises but CannotExamine and NotHere is a bug of the check, and goes through."""
    try:
        material = case.load()
        examined = case.check.judge(material)
        is_to_be_tried = is_declared and with_teeth and examined.count and not examined.findings
        is_blunt = bool(is_to_be_tried) and _is_blunt(case, material)
    except CannotExamine as trouble:
        return _judged(case, unit, allowances, Examined(0, (trouble.finding,)))
    except NotHere as absence:
        return Result(case, skipped=masked(str(absence), _hidden(case)))
    findings = examined.findings
    if is_declared:
        if not examined.count and not case.may_be_empty:
            findings = (*findings, _nothing_examined(case, unit))
        elif is_blunt:
            findings = (_cannot_fail(case, unit),)
    return _judged(case, unit, allowances, replace(examined, findings=findings))


def _judged(case: Case, unit: Unit, allowances: Allowances, examined: Examined) -> Result:
    hidden = _hidden(case) if examined.findings or examined.notes else ()
    home = home_of(unit) if examined.findings else ""
    found = {masked_finding(replace(finding, unit=unit.name, home=home), hidden) for finding in examined.findings}
    parted = allowances.parted(sorted(found, key=lambda finding: finding.order))
    notes = tuple(masked(note, hidden) for note in examined.notes)
    return Result(case, examined.count, parted.standing, parted.meant, parted.known, notes, examined.passed_over)


def _hidden(case: Case) -> tuple[str, ...]:
    """The values that may have come from the environment: into sources none comes, and the runner's own is not the unit's."""
    return () if case.is_static else environ_values(os.environ)


def _nothing_examined(case: Case, unit: Unit) -> Finding:
    return Finding(
        code="VAC005",
        entry=case_id(case),
        message=f"{case.subject} had nothing to examine for {case.check.code}, so it proves nothing.",
        hint="Mend where it looks; where nothing is right, say allow-empty = true, or declare it no more.",
        places=places_of(unit, case.subject),
    )


def _is_blunt(case: Case, material: Any) -> bool:
    """Whether a green check stays so over a spoiled copy of what it examined."""
    copies = () if case.check.spoiled is None else case.check.spoiled(material)
    return not all(case.check.judge(copy).findings for copy in copies)


def _cannot_fail(case: Case, unit: Unit) -> Finding:
    return Finding(
        code="VAC010",
        entry=case_id(case),
        message=f"{case.subject} stayed green for {case.check.code} on a copy with a defect: it cannot fail.",
        hint="Declare something that the check can examine, or leave this check out.",
        places=places_of(unit, case.subject),
    )
