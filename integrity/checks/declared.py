"""`test_declared = integrity.declared_tests()`: one pytest item for each check of each subject that a unit declares."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any, Callable, Mapping

import pytest

from integrity.checks import families
from integrity.checks.configuration import WrongDeclaration
from integrity.checks.judging import case_id, result_of
from integrity.checks.standing import standing_cases
from integrity.checks.told import told_of
from integrity.checks.unit import allowances_of, declarations_of, unit_around
from integrity.checks.wording import findings_text, notes_text

if TYPE_CHECKING:
    from integrity.checks.case import Case, Unit
    from integrity.checks.judging import Result


NOTHING = (
    "declared_tests() found nothing that the unit declares: add [tool.integrity.registries] or [tool.integrity.checks.…] "
    "to its pyproject.toml, or give them as arguments."
)


class IntegrityWarning(UserWarning):
    """A finding that may be meant."""


def declared_tests(
    registries: Mapping[str, Any] | None = None, checks: Mapping[str, Mapping[str, Any]] | None = None
) -> Callable[..., None]:
    """A test function, parametrised with all that the unit declares in `[tool.integrity]` and in these arguments.

    The arguments have the same keys as the tables, and win over them; a `target` may also be the object itself, or a
    function that makes it. Assign the result to a name that pytest collects:

        test_declared = integrity.declared_tests()

    Errors fail their test, warnings are pytest's warnings. A configuration that is wrong, or that declares nothing, is
    an error of collection.
    """
    caller = sys._getframe(1)  # noqa: SLF001 - where the test file stands
    unit = unit_around(caller.f_code.co_filename)
    try:
        declared = declarations_of(unit, registries, checks)
        allowances = allowances_of(unit)
    except WrongDeclaration as wrong:
        raise pytest.Collector.CollectError(str(wrong)) from None
    cases = [case for family, table in declared.items() for case in families.cases(family, unit, table)]
    cases += standing_cases(unit, allowances, tuple(cases), declared)
    if not cases:
        raise pytest.Collector.CollectError(NOTHING)

    @pytest.mark.parametrize("case", cases, ids=case_id)
    def test_declared(case: Case, request: pytest.FixtureRequest) -> None:
        _tell(result_of(case, unit, allowances, is_declared=True), unit, request.node)

    code = test_declared.__code__  # pytest and IDEs show the place where it is declared
    test_declared.__code__ = code.replace(co_filename=caller.f_code.co_filename, co_firstlineno=caller.f_lineno)
    return test_declared


def _tell(result: Result, unit: Unit, item: pytest.Item) -> None:
    """End a test as its case ended. Notes are kept with its report: pytest shows them with a failure, and with -rA."""
    item.user_properties += told_of(result.findings, unit.root)
    if result.notes:
        item.add_report_section("call", "notes", notes_text(result.notes))
    if result.skipped:
        pytest.skip(result.skipped)
    errors = [finding for finding in result.findings if finding.level == "error"]
    if errors:
        pytest.fail(findings_text(errors), pytrace=False)
    for finding in result.findings:
        if finding.level == "warning":
            warnings.warn(IntegrityWarning(findings_text([finding])), stacklevel=1)
