"""`assert_env` and `assert_env_documented`: the environment's contract, for a test of one's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Iterable, Mapping

from integrity.checks.asserts import calling_unit, demand, refused
from integrity.checks.env import judges, loading, running
from integrity.checks.env.contract import Contract
from integrity.checks.env.reads import Reads
from integrity.checks.model import CannotExamine, Examined

if TYPE_CHECKING:
    from typing import Any


def assert_env(required: Iterable[str], *, types: Mapping[str, str] | None = None) -> None:
    """Assert that variables are set in this run, to more than nothing, and that values are of their types.

    A type is `integer`, `number`, `boolean`, `url`, `json`, or choices such as `"log|smtp"`. No value is ever shown.
    """
    if isinstance(required, (str, bytes, Mapping)):
        what = (
            "the names: a mapping such as os.environ has what it has"
            if isinstance(required, Mapping)
            else "a list of names"
        )
        raise TypeError(f"assert_env() needs {what}, such as ['DATABASE_URL']")
    contract = Contract(Reads(), required=tuple(required), types=dict(types or {}), is_declared=True)
    run = running.Run(contract, dict(os.environ))
    try:
        found = [running.unset(run), running.blank(run), running.bad_values(run)]
    except CannotExamine as trouble:
        raise refused(trouble) from None
    findings = tuple(finding for each in found for finding in each.findings)
    demand(Examined(found[0].count + len(contract.types), findings), "env")


def assert_env_documented(
    *, example: str = ".env.example", code: str | Iterable[str] = (), ignore: Mapping[str, str] | None = None
) -> None:
    """Assert that the example file documents exactly what the code reads.

    `code` are folders or globs, relative to the unit's folder; by default all code but tests. `ignore` gives the reason
    for each name that is no concern of the example.
    """
    folders = [code] if isinstance(code, str) else list(code)
    globs = [each if "*" in each else f"{each.rstrip('/')}/**/*.py" for each in folders]
    table: dict[str, Any] = {"example": example, "ignore": dict(ignore or {}), **({"code": globs} if globs else {})}
    try:
        contract = loading.declared_contract(calling_unit(), table)
    except CannotExamine as trouble:
        raise refused(trouble) from None
    found = [judge([contract]) for judge in (judges.undocumented, judges.unused, judges.near_misses)]
    count = len(contract.asked()) + len(contract.documented)
    demand(Examined(count, tuple(finding for each in found for finding in each.findings)), example)
