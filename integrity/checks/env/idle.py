"""What the configuration of env names and nothing has: types, readers and globs without effect, variables ignored in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.env.loading import code_of
from integrity.checks.env.readers import calls_of, declared_reader
from integrity.checks.idle import Listed, globs_of, listed

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.env.contract import Contract

NAMING = ("types", "readers", "code", "compose")  # keys whose names have to be there


def named_in_vain(unit: Unit, table: Mapping[str, Any], contract: Contract) -> tuple[Listed, ...]:
    """All that these keys name."""
    modules = [module.path for module in unit.sources.modules]
    return (
        *_types(unit, contract),
        *_readers(unit, table),
        *globs_of(unit, "env.code", table.get("code") or (), modules),
        *globs_of(unit, "env.compose", table.get("compose") or (), unit.sources.files),
    )


def ignored_in_vain(unit: Unit, table: Mapping[str, Any], contract: Contract) -> tuple[Listed, ...]:
    """All names that are ignored. One under the unit's own prefix may be set in some run."""
    prefixes = tuple(table.get("prefix") or ())
    known = {*contract.documented, *(read.name for read in contract.reads.reads)}

    def lack(name: str) -> str:
        is_there = name in contract.documented or contract.reads.may_read(name) or name.startswith(prefixes)
        return "" if is_there else "nothing reads or documents"

    return tuple(listed(unit, "env.ignore", name, lack(name), known) for name in table.get("ignore") or ())


def _types(unit: Unit, contract: Contract) -> Iterator[Listed]:
    known = {*contract.names, *contract.documented, *contract.ignored, *contract.asked()}
    for name in contract.types:
        is_there = name in known or contract.reads.may_read(name) or not contract.reads.is_whole
        yield listed(unit, "env.types", name, "" if is_there else "nothing reads, documents or lists", known)


def _readers(unit: Unit, table: Mapping[str, Any]) -> Iterator[Listed]:
    modules = code_of(unit, table.get("code")) if table.get("readers") else []
    by_name = {module.name: module for module in modules}
    for target in table.get("readers") or ():
        is_called = any(True for _ in calls_of(declared_reader(target, by_name), modules))
        functions = [each.name for each in getattr(by_name.get(target.partition(":")[0]), "functions", ())]
        known = [f"{target.partition(':')[0]}:{name}" for name in functions]
        yield listed(unit, "env.readers", target, "" if is_called else "is called nowhere", known)
