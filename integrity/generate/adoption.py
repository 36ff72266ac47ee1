"""The first integrity test of a unit that has none: what could be found is declared, in its manifest where it has one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from integrity.generate.changes import Change, text_of
from integrity.generate.toml import assigned, extended, parsed, section_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.generate.declaration import Declaration, Tables
    from integrity.generate.survey import Survey

TEST_FILE = '''"""What {name} declares in [tool.integrity] holds."""

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


def unit_changes(
    root: Path, declaration: Declaration, test_file: str, *, is_declared: bool = False
) -> tuple[Change, ...]:
    """The unit's test file, and the tables in its manifest; none where nothing can be declared.

    `is_declared`: the tables are added otherwise. Raises UsageError where they can't be added.
    """
    unit = declaration.survey.unit
    if declaration.is_empty:
        return ()
    name = re.sub(r"[^\w .+@-]", "?", unit.name)  # a folder's name may hold what ends a docstring
    folder = "" if unit.path == "." else f"{unit.path}/"
    before = text_of(root / folder / "pyproject.toml")
    if before is None and not is_declared:
        registries, checks = _literal(declaration.registries), _literal(declaration.checks)
        text = LOOSE_TEST_FILE.format(name=name, registries=registries, checks=checks)
        return (Change(path=f"{folder}{test_file}", after=text),)
    new = Change(path=f"{folder}{test_file}", after=TEST_FILE.format(name=name))
    if before is None or is_declared:
        return (new,)
    path = f"{folder}pyproject.toml"
    section = section_of(parsed(path, before))
    if section is not None and section.keys() & {"registries", "checks"}:
        return (new,)
    head = own_lines(declaration) if section is None else []
    tables = unit_tables(declaration)
    return (extended(path, before, "\n".join(["[tool.integrity]", *head, "", tables]) if head else tables), new)


def own_lines(declaration: Declaration) -> list[str]:
    """What stands in `[tool.integrity]` itself: what the env of the tests gets."""
    found = {"groups": list(declaration.survey.groups), "extras": list(declaration.survey.extras)}
    return [assigned(key, names) for key, names in found.items() if names]


def unit_tables(declaration: Declaration) -> str:
    """The tables for a manifest; what needs the unit's env stands there as comments, to be taken in later."""
    lines: list[str] = []
    if declaration.registries:
        lines += [
            "[tool.integrity.registries] # without `view`, the live object is examined as well",
            *(assigned(name, registry) for name, registry in declaration.registries.items()),
            "",
        ]
    for family, keys in declaration.checks.items():
        lines += [f"[tool.integrity.checks.{family}]", *(assigned(key, value) for key, value in keys.items()), ""]
    later = list(_later(declaration.survey))
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


def _literal(tables: Tables) -> str:
    """The tables as Python, one a line."""
    lines = [f"        {json.dumps(name)}: {json.dumps(table, ensure_ascii=False)}," for name, table in tables.items()]
    return "\n".join(["{", *lines, "    }"]) if lines else "{}"
