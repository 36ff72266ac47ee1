"""Units of a few files, and the registries in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.checks import configuration
from integrity.checks.judging import case_id, result_of
from integrity.checks.registries import cases
from integrity.checks.registries.declared import Registries, Registry
from integrity.checks.unit import allowances_of, unit_around
from tests.checks.harness import write

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.checks.judging import Result


def registry_in(folder: Path, files: dict[str, str], target: str = "plans:PLANS", **options: Any) -> Registry:
    """Write a unit's files, and declare one registry of it, called `plans`."""
    write(folder, {"pyproject.toml": "", **files})
    unit = unit_around(str(folder / "pyproject.toml"))
    table = {"target": target, **options} if target else options
    return Registries(unit, configuration.filled("registries", {"plans": table})).named("plans")


def results_in(folder: Path, files: dict[str, str], registries: dict[str, Any]) -> dict[str, Result]:
    """The results of all cases of a unit's declared registries, by their ids."""
    write(folder, {"pyproject.toml": "", **files})
    unit = unit_around(str(folder / "pyproject.toml"))
    assert configuration.problems("registries", registries) == []
    declared = configuration.filled("registries", registries)
    results = [result_of(case, unit, allowances_of(unit), is_declared=True) for case in cases(unit, declared)]
    return {case_id(result.case): result for result in results}


def keys(view: Any) -> list[Any]:
    """The keys of a view, as they are written."""
    return [entry.key for entry in view.written]


def found(results: dict[str, Result]) -> set[tuple[str, str]]:
    """`(code, entry)` of all findings."""
    return {(finding.code, finding.entry) for result in results.values() for finding in result.findings}
