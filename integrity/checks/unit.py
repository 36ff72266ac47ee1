"""The unit that a test file or a folder belongs to, and what it declares."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
from functools import lru_cache
from importlib import import_module
from typing import Any, Iterable, Iterator, Mapping, Sequence

from integrity.checks import configuration, families
from integrity.checks.allowances import Allowance, Allowances
from integrity.checks.baseline import WrongBaseline, read_baseline
from integrity.checks.case import Unit
from integrity.checks.codes import code_named
from integrity.checks.comments import allowances_in
from integrity.checks.model import Place
from integrity.checks.nested import OwnSources

MANIFESTS = ("pyproject.toml", "setup.cfg", "setup.py", "requirements.txt")
CONFIGURATIONS: Mapping[str, tuple[str, ...]] = {"integrity.toml": (), "pyproject.toml": ("tool", "integrity")}
_HEADER = re.compile(r"\s*\[\[\s*(tool\.integrity\.)?exceptions\s*\]\]")
ROOT_MARKS = (".git", "integrity.toml")


def unit_around(path: str) -> Unit:
    """The unit whose folder is the nearest one with a manifest at or above a file."""
    folder = os.path.dirname(os.path.realpath(path))
    found = next((each for each in _upwards(folder) if _is_unit(each)), folder)
    root = next((each for each in _upwards(found) if _has(each, ROOT_MARKS)), found)
    relative = os.path.relpath(found, root).replace(os.sep, "/")
    return Unit(os.path.basename(found), relative, found, root, OwnSources(found, root))


def home_of(unit: Unit) -> str:
    """The unit's folder in its repository, the same in all checkouts; its name where it lies in none, "" for no unit."""
    marked = next((each for each in _upwards(unit.folder) if _has(each, ROOT_MARKS)), None)
    if not unit.name or marked is None:
        return unit.name
    return os.path.relpath(unit.folder, marked).replace(os.sep, "/")


@lru_cache(maxsize=1)
def table_of(unit: Unit) -> dict[str, Any]:
    """The unit's `[tool.integrity]`; of a root that has one, its `integrity.toml`."""
    for name, keys in CONFIGURATIONS.items():
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
    wrong += [_misspelt(name, near[0]) for name in table if (near := _near(name))]
    if wrong:
        raise configuration.WrongDeclaration(_told(wrong))
    found = {name: {**written, **more} for name, (written, more) in given.items()}
    tables = configuration.filled("checks", found["checks"])
    declared = {families.REGISTRIES: configuration.filled(families.REGISTRIES, found[families.REGISTRIES]), **tables}
    return {family: declared[family] for family in families.FAMILIES if family in tables or declared.get(family)}


def _near(name: str) -> list[str]:
    """The table that a misspelt one means; the runner, which knows all keys, refuses any other."""
    return (
        [] if name in configuration.TABLES else difflib.get_close_matches(name, configuration.TABLES, n=1, cutoff=0.75)
    )


def _misspelt(name: str, near: str) -> configuration.Problem:
    return configuration.Problem((name,), "there is no such table.", f"Did you mean {near!r}?")


def allowances_of(unit: Unit) -> Allowances:
    """The unit's exceptions and baseline, as of today. Raises WrongDeclaration."""
    written = table_of(unit).get("exceptions", [])
    wrong = configuration.problems("exceptions", written)
    if wrong:
        raise configuration.WrongDeclaration(_told(wrong))
    try:
        known = read_baseline(unit.folder).findings
    except WrongBaseline as problem:
        raise configuration.WrongDeclaration(str(problem)) from None
    return Allowances(
        configured=tuple(configured_allowances(unit, written)),
        comments=lru_cache(maxsize=None)(lambda path: allowances_in(path, unit.sources.content(path))),
        known=known,
        today=dt.date.today(),  # noqa: DTZ011 - a date of the calendar, as it is written
        in_unit=unit.sources.in_unit,
    )


def configured_allowances(unit: Unit, written: Sequence[Mapping[str, Any]]) -> Iterator[Allowance]:
    """The exceptions of a table without problems, each with the place of its header."""
    name = next((name for name in CONFIGURATIONS if os.path.exists(os.path.join(unit.folder, name))), MANIFESTS[0])
    path = unit.sources.from_unit(name)
    lines = unit.sources.content(path).decode("utf-8", "replace").splitlines() if written else []
    headers = [number for number, line in enumerate(lines, 1) if _HEADER.match(line)]
    for index, each in enumerate(written):
        row = code_named(each["code"])
        texts = {key: each[key] for key in ("reason", "registry", "entry", "path") if key in each}
        place = Place(path, headers[index] if len(headers) == len(written) else None)
        yield Allowance(row.code if row is not None else each["code"], place, **texts, until=each.get("until"))


def _told(wrong: Iterable[configuration.Problem]) -> str:
    return "\n".join(f"[tool.integrity] {'.'.join(map(str, each.path))}: {each.message} {each.hint}" for each in wrong)


def _is_unit(folder: str) -> bool:
    """Whether it has a manifest; requirements of tests alone are none."""
    names = MANIFESTS[:-1] if os.path.basename(folder) in {"tests", "test"} else MANIFESTS
    return _has(folder, names)


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
