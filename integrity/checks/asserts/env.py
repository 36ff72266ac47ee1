"""`assert_env` and `assert_env_documented`: the environment's contract, for a test of one's own."""

from __future__ import annotations

import difflib
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Iterable, Mapping

from integrity.checks.asserts import IntegrityError, calling_unit, demand, refused
from integrity.checks.asserts.refusing import unmatched
from integrity.checks.env import judges, loading, running
from integrity.checks.env.contract import Contract
from integrity.checks.env.reads import Reads
from integrity.checks.model import CannotExamine, Examined

if TYPE_CHECKING:
    from typing import Any


def assert_env(required: Iterable[str], *, types: Mapping[str, str] | None = None) -> None:
    """Assert that variables are set in this run, to more than nothing, and that values are of their types.

    A type is `integer`, `number`, `boolean`, `url`, `json`, or choices such as `"log|smtp"`. What has
    a type and is not required may be unset. No value is ever shown.
    """
    if isinstance(required, (str, bytes, Mapping)):
        what = (
            "the names: a mapping such as os.environ has what it has"
            if isinstance(required, Mapping)
            else "a list of names"
        )
        raise TypeError(f"assert_env() needs {what}, such as ['DATABASE_URL']")
    names, kinds = tuple(required), dict(types or {})
    _refuse_misspelt(names, kinds)
    contract = Contract(Reads(), required=names, types=kinds, is_declared=True)
    run = running.Run(contract, dict(os.environ))
    try:
        found = [running.unset(run), running.blank(run), running.bad_values(run)]
    except CannotExamine as trouble:
        raise refused(trouble) from None
    findings = tuple(finding for each in found for finding in each.findings)
    demand(Examined(found[0].count + sum(name in os.environ for name in kinds), findings), "env")


def assert_env_documented(
    *, example: str = ".env.example", code: str | Iterable[str] = (), ignore: Mapping[str, str] | None = None
) -> None:
    """Assert that the example file documents exactly what the code reads.

    `code` are folders or globs, relative to the unit's folder; by default all code but tests. Each has to have some.
    `ignore` gives the reason for each name that is no concern of the example.
    """
    folders = [code] if isinstance(code, str) else list(code)
    globs = {each if "*" in each else f"{each.rstrip('/')}/**/*.py": each for each in folders}
    unit = calling_unit()
    absent = [replace(each, entry=globs[each.entry]) for each in unmatched(unit, globs, "Python file")]
    if absent:
        raise IntegrityError(absent)
    table: dict[str, Any] = {"example": example, "ignore": dict(ignore or {}), "code": list(globs)}
    try:
        contract = loading.declared_contract(unit, table)
    except CannotExamine as trouble:
        raise refused(trouble) from None
    found = [judge([contract]) for judge in (judges.undocumented, judges.unused, judges.near_misses)]
    count = len(contract.asked()) + len(contract.documented)
    demand(Examined(count, tuple(finding for each in found for finding in each.findings)), example)


def _refuse_misspelt(required: tuple[str, ...], types: Mapping[str, str]) -> None:
    """Raise a TypeError for the type of a variable that is not set, and almost called like one that has to be."""
    for name in sorted(set(types) - {*required, *os.environ}):
        near = difflib.get_close_matches(name, required, n=1)
        if near:
            raise TypeError(f"types has {name}, which is neither required nor set; did you mean {near[0]!r}?")
