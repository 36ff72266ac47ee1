"""The first integrity test of a unit that has none: what could be found is declared, in its manifest where it has one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from integrity.generate.changes import Change, text_of
from integrity.generate.toml import assigned, extended, parsed, section_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.generate.survey import Survey

TEST_FILE = '''"""What {name} declares in [tool.integrity] of its pyproject.toml holds."""

import integrity

test_declared = integrity.declared_tests()
'''
LOOSE_TEST_FILE = '''"""What is declared here of {name} holds."""

import integrity

test_declared = integrity.declared_tests(
    registries={registries},
    checks={checks},
)
'''


def registries_of(survey: Survey) -> dict[str, dict[str, str]]:
    """The registries that were found. Their sources alone are examined at first: that can't fail for reasons of the env."""
    return {each.name: {"target": each.target, "view": "source"} for each in survey.registries}


def checks_of(survey: Survey) -> dict[str, dict[str, Any]]:
    """The families of checks that need nothing but sources, and have something to look at.

    A declared environment has to be there in the run: where the code fails without variables, it is left for later.
    """
    found: dict[str, dict[str, Any]] = {}
    if survey.example and not survey.required:
        found["env"] = {"example": survey.example}
    if survey.exports or survey.scripts:
        found["exports"] = {}
    return found


def unit_changes(root: Path, survey: Survey, test_file: str, *, is_declared: bool = False) -> tuple[Change, ...]:
    """The unit's test file, and the tables in its manifest; none where nothing was found that could be declared.

    `is_declared`: the tables are added otherwise. Raises UsageError where they can't be added.
    """
    registries, checks = registries_of(survey), checks_of(survey)
    if not registries and not checks:
        return ()
    name = re.sub(r"[^\w .+@-]", "?", survey.unit.name)  # a folder's name may hold what ends a docstring
    folder = "" if survey.unit.path == "." else f"{survey.unit.path}/"
    before = text_of(root / folder / "pyproject.toml")
    if before is None and not is_declared:
        text = LOOSE_TEST_FILE.format(name=name, registries=_literal(registries), checks=_literal(checks))
        return (Change(path=f"{folder}{test_file}", after=text),)
    new = Change(path=f"{folder}{test_file}", after=TEST_FILE.format(name=name))
    if before is None or is_declared:
        return (new,)
    path = f"{folder}pyproject.toml"
    section = section_of(parsed(path, before)) or {}
    return (new,) if section.keys() & {"registries", "checks"} else (extended(path, before, unit_tables(survey)), new)


def unit_tables(survey: Survey) -> str:
    """The tables for a manifest; what needs the unit's env stands there as comments, to be taken in later."""
    lines: list[str] = []
    if registries := registries_of(survey):
        lines += [
            "[tool.integrity.registries] # without `view`, the live object is examined as well",
            *(assigned(name, registry) for name, registry in registries.items()),
            "",
        ]
    for family, keys in checks_of(survey).items():
        lines += [f"[tool.integrity.checks.{family}]", *(assigned(key, value) for key, value in keys.items()), ""]
    later = list(_later(survey))
    if later:
        lines += [
            "# Next: what needs the unit's env, and values for its variables.",
            *(f"# {line}" for line in later),
            "",
        ]
    return "\n".join(lines)


def _later(survey: Survey) -> Iterator[str]:
    """The tables of what is live."""
    if survey.settings or survey.required:
        yield "[tool.integrity.env]"
        yield from [assigned("DJANGO_SETTINGS_MODULE", survey.settings)] if survey.settings else []
        yield from (f"{assigned(name, '…')}" for name in survey.required if name != "DJANGO_SETTINGS_MODULE")
    if survey.example and survey.required:
        yield "[tool.integrity.checks.env]"
        yield assigned("example", survey.example)
    if "django" in survey.frameworks:
        yield from (
            "[tool.integrity.checks.models]",
            "[tool.integrity.checks.migrations]",
            "[tool.integrity.checks.routes]",
        )
    for framework in ("fastapi", "flask"):
        if framework in survey.applications:
            yield "[tool.integrity.checks.routes]"
            yield assigned("app", survey.applications[framework])
    if "celery" in survey.applications:
        yield "[tool.integrity.checks.tasks]"
        yield assigned("app", survey.applications["celery"])


def _literal(tables: dict[str, dict[str, Any]]) -> str:
    """The tables as Python, one a line."""
    lines = [f"        {json.dumps(name)}: {json.dumps(table, ensure_ascii=False)}," for name, table in tables.items()]
    return "\n".join(["{", *lines, "    }"]) if lines else "{}"
