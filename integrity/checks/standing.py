"""Runs the cases about exceptions and the baseline: after `integrity check` with what it found, in a unit's tests by judging again.

An exception is only called stale where all that could match it was looked at; what was skipped says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, AbstractSet, Any, Iterator, Mapping, Optional, Sequence

from integrity.checks import families
from integrity.checks.codes import OWN, all_codes
from integrity.checks.exceptions import Judged, exception_cases
from integrity.checks.judging import Result, result_of

if TYPE_CHECKING:
    from integrity.checks.allowances import Allowances
    from integrity.checks.case import Case, Unit
    from integrity.checks.model import Finding

RAISED = frozenset({"REG002", "APP104", *(row.code for row in OWN)})  # may come of any case


def exception_results(
    unit: Unit,
    allowances: Allowances,
    results: Sequence[Result],
    elsewhere: AbstractSet[str],
    codes: Optional[AbstractSet[str]] = None,
) -> Iterator[Result]:
    """The results after a look at sources alone: of static codes that nothing `elsewhere`, in the unit's tests, finds too."""
    judged = Judged(_all_findings(results), static_codes(results, elsewhere, codes))
    for case in exception_cases(unit, allowances, lambda _: judged):
        if codes is None or case.check.code in codes:
            yield result_of(case, unit, allowances, is_declared=False)


def static_codes(
    results: Sequence[Result], elsewhere: AbstractSet[str], codes: Optional[AbstractSet[str]] = None
) -> frozenset[str]:
    """The codes of which sources alone have shown all there is."""
    static = {code for code, row in all_codes().items() if row.is_static and (codes is None or code in codes)}
    skipped = {result.case.check.code for result in results if result.skipped}
    return frozenset(static - set(elsewhere) - skipped - (RAISED if elsewhere else set()))


def codes_elsewhere(unit: Unit, declared: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The codes that only the unit's own tests look for, or look for too."""
    found = (case for family, table in declared.items() for case in families.cases(family, unit, table))
    return frozenset(case.check.code for case in found if not case.is_static)


def standing_cases(
    unit: Unit, allowances: Allowances, cases: Sequence[Case], declared: Mapping[str, object]
) -> Iterator[Case]:
    """The cases for a unit's tests, which judge again whatever exceptions and baseline name: each may run in another process."""

    def judged(wanted: frozenset[str]) -> Judged:
        everything = [*((case, True) for case in cases), *((case, False) for case in _automatic(unit, declared))]
        own = {case.check.code for case, _ in everything}
        again = [
            (case, is_declared)
            for case, is_declared in everything
            if case.check.code in wanted or (not wanted <= own and not case.subject.startswith("service:"))
        ]
        nothing = allowances.without_effect()
        results = [
            result_of(case, unit, nothing, is_declared=is_declared, with_teeth="VAC010" in wanted)
            for case, is_declared in again
        ]
        skipped = {result.case.check.code for result in results if result.skipped}
        return Judged(_all_findings(results), wanted - skipped)

    return exception_cases(unit, allowances, judged)


def _automatic(unit: Unit, declared: Mapping[str, object]) -> Iterator[Case]:
    """The cases that `integrity check` adds to the declared ones."""
    for family in families.FAMILIES:
        if family == families.REGISTRIES or family not in declared:
            yield from (case for case in families.cases(family, unit, None) if case.is_static)


def _all_findings(results: Sequence[Result]) -> tuple[Finding, ...]:
    found = dict.fromkeys(each for result in results for each in (*result.findings, *result.allowed, *result.known))
    return tuple(found)
