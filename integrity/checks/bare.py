"""Examines a unit by its sources alone: nothing of it is imported, and no env is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, AbstractSet, Any, Iterator, Mapping, Optional

from integrity.checks import families
from integrity.checks.judging import Result, result_of
from integrity.checks.standing import exception_results

if TYPE_CHECKING:
    from integrity.checks.allowances import Allowances
    from integrity.checks.case import Unit


def bare_results(
    unit: Unit,
    declared: Mapping[str, Mapping[str, Any]],
    allowances: Allowances,
    codes: Optional[AbstractSet[str]] = None,
) -> Iterator[Result]:
    """The results of all static cases: of the families that the unit declares, and of those that need no declaration.

    With `codes`, only of checks for them. At the end come those of the exceptions and the baseline.
    """
    results: list[Result] = []
    elsewhere: set[str] = set()  # codes that the unit's own tests find too
    for family in families.FAMILIES:
        tables: list[Optional[Mapping[str, Any]]] = [declared[family]] if family in declared else []
        if family == families.REGISTRIES or not tables:
            tables.append(None)
        for table in tables:
            for case in families.cases(family, unit, table):
                if not case.is_static:
                    elsewhere.add(case.check.code)
                elif codes is None or case.check.code in codes:
                    results.append(result_of(case, unit, allowances, is_declared=table is not None))
                    yield results[-1]
    yield from exception_results(unit, allowances, results, elsewhere, codes)
