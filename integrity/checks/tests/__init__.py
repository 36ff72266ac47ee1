"""Checks of hand-written integrity tests, by their source: whether they could fail at all."""

from __future__ import annotations

import fnmatch
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NamedTuple, Sequence

from integrity.checks.case import Case, Check
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.sources.module import Module
from integrity.checks.sources.names import Names
from integrity.checks.tests.copies import copied_expectations
from integrity.checks.tests.declaring import Declaring, declares_of, judge_declaring, spoiled_declaring
from integrity.checks.tests.failing import empty_tests
from integrity.checks.tests.literal import literal_tests
from integrity.checks.tests.loops import empty_loops
from integrity.checks.tests.skips import disarming_hooks, skipped_files, skipped_tests
from integrity.checks.tests.spoiling import SPOILED, Copied
from integrity.checks.tests.table import FILES
from integrity.checks.tests.tautologies import tautologies
from integrity.checks.tests.written import WrittenTest, fixtures_of, holds_tests, tests_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit

Judge = Callable[[WrittenTest], Iterator[Finding]]
JUDGES: Mapping[str, Judge] = {
    "VAC001": empty_tests,
    "VAC002": literal_tests,
    "VAC003": tautologies,
    "VAC004": copied_expectations,
    "VAC006": skipped_tests,
    "VAC007": empty_loops,
}


class Material(NamedTuple):
    """The files with integrity tests, the conftests, and what names stand for; `wanted` says where tests are looked for."""

    files: Sequence[Module]
    conftests: Sequence[Module]
    names: Names
    in_unit: Callable[[str], str]
    wanted: tuple[str, ...]
    place: Place


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """One case for each code. Without a declaration a unit may have no integrity test, unless `unit.missing` says what that is."""
    wanted = _wanted(unit, declared)
    load = lru_cache(maxsize=None)(lambda: _material(unit, wanted))
    written: dict[Module, list[WrittenTest]] = {}
    for code, judge in JUDGES.items():
        yield Case("tests", Check(code, _judged(code, judge, written), _spoiled(code)), load, may_be_empty=True)
    level = unit.missing or ("error" if declared is not None else "")
    yield Case("tests", Check("VAC011", lambda material: _judge_presence(material, level), _spoiled("VAC011")), load)
    declaring = Check("VAC012", judge_declaring, spoiled_declaring)
    yield Case("tests", declaring, lambda: _declaring(unit, load()), may_be_empty=True)


def _wanted(unit: Unit, declared: Mapping[str, Any] | None) -> tuple[str, ...]:
    if declared and "files" in declared:
        return tuple(declared["files"])
    from integrity.checks.unit import table_of  # noqa: PLC0415 - it knows the families

    own = table_of(unit).get("test-file", ())
    return tuple(dict.fromkeys([*([own] if isinstance(own, str) else own), *FILES]))


def _material(unit: Unit, wanted: tuple[str, ...]) -> Material:
    files = _named(unit, wanted)
    conftests = _named(unit, ["conftest.py"])
    place = Place(unit.sources.from_unit(wanted[0] if "*" not in wanted[0] else "."))
    return Material(files, conftests, Names(unit.sources), unit.sources.in_unit, wanted, place)


def _named(unit: Unit, names: Sequence[str]) -> list[Module]:
    def has_name(module: Module) -> bool:
        inside = unit.sources.in_unit(module.path)
        return any(fnmatch.fnmatchcase(inside if "/" in name else inside.rpartition("/")[2], name) for name in names)

    return [module for module in unit.sources.modules if has_name(module)]


def _declaring(unit: Unit, material: Material) -> Declaring:
    """The test files by any name that they may have, whatever is declared of those that are judged."""
    from integrity.checks.unit import table_of  # noqa: PLC0415 - it knows the families

    usual = _wanted(unit, None)
    files = material.files if usual == material.wanted else _named(unit, (*material.wanted, *usual))
    return Declaring(files, declares_of(table_of(unit)), unit.sources.module, unit.sources.in_unit)


def _judged(code: str, judge: Judge, written: dict[Module, list[WrittenTest]]) -> Callable[[Material], Examined]:
    """The judge over all tests; what `written` holds of a file is shared by all judges, and never changed."""

    def judge_all(material: Material) -> Examined:
        count = 0
        found: list[Finding] = []
        for module in material.files:
            if module not in written:
                written[module] = _tests(material, module)
            count += len(written[module])
            found += [finding for test in written[module] for finding in judge(test)]
            found += skipped_files(module, material.in_unit(module.path)) if code == "VAC006" else ()
        if code == "VAC006" and material.files:
            found += [
                each for module in material.conftests for each in disarming_hooks(module, material.in_unit(module.path))
            ]
        return Examined(count, tuple(found))

    return judge_all


def _tests(material: Material, module: Module) -> list[WrittenTest]:
    shared = {name: function for each in material.conftests for name, function in fixtures_of(each).items()}
    fixtures = {**shared, **fixtures_of(module)}
    return list(tests_of(module, fixtures, material.names, material.in_unit(module.path)))


def _judge_presence(material: Material, level: str) -> Examined:
    """That there is a file with a test in it; where nobody wants one (`level` is empty), only that a file that is there holds one."""
    found: list[Finding] = []
    for module in material.files:
        if module.tree is not None and not holds_tests(module):
            path = material.in_unit(module.path)
            message = f"{path} holds no test, so nothing of the unit is checked by it."
            found.append(
                Finding(
                    "VAC011",
                    path,
                    message,
                    "Write the first: `test_declared = integrity.declared_tests()`.",
                    (material.place._replace(path=module.path),),
                )
            )
    if not material.files and level:
        message = f"The unit has no {' and no '.join(material.wanted)}."
        found.append(
            Finding(
                "VAC011",
                material.wanted[0],
                message,
                "Add one, such as `integrity init` writes.",
                (material.place,),
                level=level,
            )
        )
    return Examined(len(material.files) or bool(level), tuple(found))


def _spoiled(code: str) -> Callable[[Material], Iterator[Material]]:
    """Copies of the material with one more file, in which one test has this defect."""

    def spoil(material: Material) -> Iterator[Material]:
        for text in SPOILED[code]:
            module = Module("test_integrity_spoiled.py", text.encode(), "test_integrity_spoiled")
            yield Material(
                (*material.files, module),
                material.conftests,
                Names(Copied()),
                lambda path: path,
                material.wanted,
                material.place,
            )

    return spoil
