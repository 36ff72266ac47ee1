"""Checks of the environment: what code reads, what the example documents, what the configuration declares, what this run has."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.env import composing, conflicts, judges, loading, running, secrets, spoiling
from integrity.checks.env.idle import NAMING, ignored_in_vain, named_in_vain
from integrity.checks.idle import idle, stale
from integrity.checks.sources.compose import GLOBS

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.env.contract import Contract


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of env (see `case`)."""
    if declared is None:
        yield from _found(unit)
    else:
        yield from _declared(unit, declared)


def _found(unit: Unit) -> Iterator[Case]:
    if loading.example_paths(unit):
        contracts = lru_cache(maxsize=None)(lambda: loading.found_contracts(unit))
        yield Case("env", _UNDOCUMENTED, contracts)
        yield Case("env", _UNUSED, contracts)
        yield Case("env", _NEAR_MISSES, contracts)
        yield Case("env", _SECRETS, lambda: loading.example_files(unit))
    yield from _composed(unit, None, is_declared=False)
    yield Case("env", _CONFLICTS, lambda: conflicts.Packages(loading.reads_by_package(unit)))


def _declared(unit: Unit, table: Mapping[str, Any]) -> Iterator[Case]:
    contract = lru_cache(maxsize=None)(lambda: loading.declared_contract(unit, table))
    whole = contract
    if table.get("settings"):
        from integrity.checks.env.settings import runtime_contract  # noqa: PLC0415 - it imports live objects

        whole = lru_cache(maxsize=None)(lambda: runtime_contract(unit, contract(), table["settings"]))
    is_static = whole is contract
    yield from _documented(unit, table, contract, whole)
    if "required" in table or "optional" in table or not _has_example(unit, table):
        yield Case("env", _UNDECLARED, lambda: (whole(),), is_static, may_be_empty=_has_example(unit, table))
    if table.get("required") or table.get("optional"):
        yield Case("env", _UNREAD, lambda: (whole(),), is_static)
    yield Case(
        "env",
        _CONFLICTS,
        lambda: conflicts.Packages(loading.reads_by_package(unit, table.get("code")), is_declared=True),
        may_be_empty=True,
    )
    yield from _composed(unit, table.get("compose"), is_declared=True)
    yield from _running(table, whole)
    if any(table.get(key) for key in NAMING):
        yield Case("env", idle(), lambda: named_in_vain(unit, table, whole()), is_static, may_be_empty=True)
    if table.get("ignore"):
        yield Case("env", stale(), lambda: ignored_in_vain(unit, table, whole()), is_static)


def _documented(
    unit: Unit, table: Mapping[str, Any], contract: Callable[[], Contract], whole: Callable[[], Contract]
) -> Iterator[Case]:
    """The cases of an example file."""
    if not _has_example(unit, table):
        return
    is_static = whole is contract
    yield Case("env", _UNDOCUMENTED, lambda: (whole(),), is_static)
    yield Case("env", _UNUSED, lambda: (whole(),), is_static, may_be_empty=True)
    yield Case("env", _NEAR_MISSES, lambda: (whole(),), is_static, may_be_empty=True)
    yield Case(
        "env:example", Check("ENV108", running.bad_examples, running.spoiled_examples), contract, may_be_empty=True
    )
    yield Case("env", _SECRETS, lambda: contract().examples, may_be_empty=True)


def _composed(unit: Unit, globs: Any, *, is_declared: bool) -> Iterator[Case]:
    if globs or unit.sources.matching(*GLOBS):

        def load() -> tuple[composing.Composition, ...]:
            return composing.compositions(unit, globs, loading.example_files(unit), is_declared=is_declared)

        yield Case("env", Check("ENV110", composing.unknown_variables, composing.spoiled), load, may_be_empty=not globs)


def _running(table: Mapping[str, Any], whole: Callable[[], Contract]) -> Iterator[Case]:
    """The cases that look at the variables of this run."""
    prefixes = tuple(table.get("prefix") or ())

    def load() -> running.Run:
        return running.Run(whole(), dict(os.environ), prefixes)

    empty = not table.get("required")
    yield Case("env", Check("ENV101", running.unset, running.spoiled_unset), load, is_static=False, may_be_empty=empty)
    yield Case("env", Check("ENV102", running.blank, running.spoiled_blank), load, is_static=False, may_be_empty=empty)
    yield Case(
        "env:run",
        Check("ENV108", running.bad_values, running.spoiled_values),
        load,
        is_static=False,
        may_be_empty=not table.get("types"),
    )
    if prefixes:
        yield Case("env:run", Check("ENV107", running.strangers, running.spoiled_names), load, is_static=False)


def _has_example(unit: Unit, table: Mapping[str, Any]) -> bool:
    own = (path for path in loading.example_paths(unit) if "/" not in unit.sources.in_unit(path))
    return bool(table.get("example")) or any(own)


_UNDECLARED = Check("ENV103", judges.undeclared, spoiling.with_stranger)
_UNREAD = Check("ENV104", judges.unread, spoiling.with_idle_listing)
_UNDOCUMENTED = Check("ENV105", judges.undocumented, spoiling.without_example)
_UNUSED = Check("ENV106", judges.unused, spoiling.with_idle_line)
_NEAR_MISSES = Check("ENV107", judges.near_misses, spoiling.with_near_miss)
_SECRETS = Check("ENV109", secrets.secrets, secrets.spoiled)
_CONFLICTS = Check("ENV111", conflicts.conflicts, conflicts.spoiled)
