"""The unit that a test file or a folder belongs to, and what it declares."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, Mapping

from integrity.checks import configuration, families
from integrity.checks.allowances import Allowances
from integrity.checks.case import Unit
from integrity.checks.sources import Sources

MANIFESTS = ("pyproject.toml", "setup.cfg", "setup.py", "requirements.txt")
ROOT_MARKS = (".git", "integrity.toml")


def unit_around(path: str) -> Unit:
    """The unit whose folder is the nearest one with a manifest at or above a file."""
    folder = os.path.dirname(os.path.realpath(path))
    found = next((each for each in _upwards(folder) if _has(each, MANIFESTS)), folder)
    root = next((each for each in _upwards(found) if _has(each, ROOT_MARKS)), found)
    relative = os.path.relpath(found, root).replace(os.sep, "/")
    return Unit(os.path.basename(found), relative, found, root, Sources(found, root))


def table_of(unit: Unit) -> dict[str, Any]:
    """The unit's `[tool.integrity]`; of a root that has one, its `integrity.toml`."""
    for name, keys in (("integrity.toml", ()), ("pyproject.toml", ("tool", "integrity"))):
        path = os.path.join(unit.folder, name)
        if os.path.exists(path):
            with open(path, "rb") as stream:
                table = _toml().load(stream)
            for key in keys:
                table = table.get(key, {}) if isinstance(table, dict) else {}
            return table if isinstance(table, dict) else {}
    return {}


def declarations_of(
    unit: Unit, registries: Mapping[str, Any] | None = None, checks: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Mapping[str, Any]]:
    """What the unit declares, by family, in the order of families; configuration first, arguments win."""
    table = table_of(unit)
    given = {
        families.REGISTRIES: (table.get(families.REGISTRIES, {}), registries or {}),
        "checks": (table.get("checks", {}), checks or {}),
    }
    wrong = [
        problem for name, values in given.items() for value in values for problem in configuration.problems(name, value)
    ]
    if wrong:
        lines = (f"[tool.integrity] {'.'.join(map(str, each.path))}: {each.message} {each.hint}" for each in wrong)
        raise configuration.WrongDeclaration("\n".join(lines))
    found = {name: {**written, **more} for name, (written, more) in given.items()}
    tables = configuration.filled("checks", found["checks"])
    declared = {families.REGISTRIES: configuration.filled(families.REGISTRIES, found[families.REGISTRIES]), **tables}
    return {family: declared[family] for family in families.FAMILIES if family in tables or declared.get(family)}


def allowances_of(unit: Unit) -> Allowances:
    """The unit's exceptions and baseline."""
    return Allowances()


def _upwards(folder: str) -> list[str]:
    folders = [folder]
    while os.path.dirname(folders[-1]) != folders[-1]:
        folders.append(os.path.dirname(folders[-1]))
    return folders


def _has(folder: str, names: tuple[str, ...]) -> bool:
    return any(os.path.exists(os.path.join(folder, name)) for name in names)


def _toml() -> Any:
    try:
        return import_module("tomllib")
    except ImportError:
        return import_module("tomli")  # pytest brings it to Pythons before 3.11
