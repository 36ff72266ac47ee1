"""Examines a unit by its sources alone: nothing of it is imported, and no env is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, AbstractSet, Any, Iterator, Mapping, Optional

from integrity.checks import families
from integrity.checks.judging import Result, result_of

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

    With `codes`, only of checks for them.
    """
    for family in families.FAMILIES:
        tables = [declared[family]] if family in declared else []
        if family == families.REGISTRIES or not tables:
            tables.append(None)
        for table in tables:
            for case in families.cases(family, unit, table):
                if case.is_static and (codes is None or case.check.code in codes):
                    yield result_of(case, unit, allowances, is_declared=table is not None)
