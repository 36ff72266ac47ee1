"""Over the mended units of the corpus, each check that needs only sources notices the defects that are put into copies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integrity.checks import families
from integrity.checks.codes import all_codes
from integrity.checks.explanation import FOLDER, example_of
from integrity.checks.judging import case_id
from integrity.checks.model import CannotExamine
from integrity.checks.unit import declarations_of, unit_around
from tests.checks.harness import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.checks.case import Case

TEXTS = [*Path(FOLDER).glob("*.txt"), *(Path(__file__).parent / "drift").rglob("*.txt")]


@pytest.fixture(scope="module")
def bites(tmp_path_factory) -> list[tuple[str, str, bool]]:
    """`(code, case, whether something was found)` for each spoiled copy; "" as the case where a check made none."""
    found = []
    for text in sorted(TEXTS):
        for case in cases_of(tmp_path_factory.mktemp("unit"), text):
            try:
                material = case.load()
            except CannotExamine:
                continue
            if case.check.judge(material).count:
                copies = [bool(case.check.judge(copy).findings) for copy in case.check.spoiled(material)]
                name = f"{text.stem}: {case_id(case)}"
                found += [(case.check.code, name, bite) for bite in copies] or [(case.check.code, "", True)]
    return found


def cases_of(folder: Path, text: Path) -> Iterator[Case]:
    """The static cases over the mended unit of an example, declared and not."""
    unit = unit_around(str(write(folder, example_of(text.read_text(encoding="utf-8")).right) / "pyproject.toml"))
    declared = declarations_of(unit)
    for family in families.FAMILIES:
        for table in {id(table): table for table in (declared.get(family), None)}.values():
            for case in families.cases(family, unit, table):
                if case.is_static and case.check.spoiled is not None:
                    yield case


def test_each_spoiled_copy_is_found_out(bites):
    """A check that stays calm over one would be told to be unable to fail."""
    assert [name for _, name, is_found in bites if not is_found] == []


def test_each_check_spoils_something(bites):
    """One that makes no copy would never be asked whether it can fail."""
    assert {code for code, _, _ in bites} - {code for code, name, _ in bites if name} == set()
    assert len({code for code, name, _ in bites if name}) > len(all_codes()) / 2
