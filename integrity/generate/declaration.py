"""What is declared of a unit at first: what was found in its files, and can be examined by its sources alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from integrity.checks import configuration, families
from integrity.checks.allowances import Allowances, key_of
from integrity.checks.bare import bare_results

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integrity.checks.case import Unit as Subject
    from integrity.checks.judging import Result
    from integrity.checks.model import Finding
    from integrity.generate.survey import Survey

Tables = Mapping[str, Mapping[str, Any]]
_UNFIT = frozenset({"REG001", "REG002", "VAC005", "VAC010"})  # it can't be examined, or the check could not fail


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The tables of `registries` and `checks`, and all that is found already, with them and without them."""

    survey: Survey
    registries: Tables
    checks: Tables
    findings: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to declare."""
        return not self.registries and not self.checks


def declaration_of(survey: Survey, subject: Subject, *, is_loose: bool) -> Declaration:
    """All that was found, but for what can't be examined.

    `is_loose`: it will stand in the test file, where `integrity check` doesn't see it. So it may find only what that
    finds too, as both go by one baseline.
    """
    wanted = Declaration(survey=survey, registries=_registries(survey), checks=_checks(survey))
    results = _results(wanted, subject)
    unfit = [result for result in results if _UNFIT & {finding.code for finding in result.findings}]
    if is_loose:
        plain = {key_of(finding) for finding in found_in(_results(replace(wanted, registries={}, checks={}), subject))}
        unfit += [result for result in results if {key_of(finding) for finding in result.findings} - plain]
    if unfit:
        wanted = _without(wanted, unfit)
        results = _results(replace(wanted, registries={}, checks={}) if is_loose else wanted, subject)
    return replace(wanted, findings=found_in(results))


def found_in(results: Iterable[Result]) -> tuple[Finding, ...]:
    """The findings that count, each once."""
    found = dict.fromkeys(finding for result in results for finding in result.findings if finding.level != "info")
    return tuple(found)


def _registries(survey: Survey) -> Tables:
    """Their sources alone are examined at first: that can't fail for reasons of the env."""
    return {each.name: {"target": each.target, "view": "source"} for each in survey.registries}


def _checks(survey: Survey) -> Tables:
    """Of a declared environment all that is required has to be there in the run: then it is left for later."""
    found: dict[str, dict[str, Any]] = {}
    if survey.example and not survey.required:
        found["env"] = {"example": survey.example}
    if survey.exports or survey.scripts:
        found["exports"] = {}
    return found


def _results(wanted: Declaration, subject: Subject) -> list[Result]:
    registries = configuration.filled(families.REGISTRIES, wanted.registries)
    tables = {
        **({families.REGISTRIES: registries} if registries else {}),
        **configuration.filled("checks", wanted.checks),
    }
    declared = {family: tables[family] for family in families.FAMILIES if family in tables}
    return list(bare_results(subject, declared, Allowances()))


def _without(wanted: Declaration, unfit: Iterable[Result]) -> Declaration:
    """The rest, without the registries and families that the results are of."""
    subjects = {result.case.subject for result in unfit}
    codes = {result.case.check.code for result in unfit}
    out = {family for family in wanted.checks if codes & {row.code for row in families.codes(family)}}
    return replace(
        wanted,
        registries={name: each for name, each in wanted.registries.items() if f"registry:{name}" not in subjects},
        checks={family: each for family, each in wanted.checks.items() if family not in out},
    )
