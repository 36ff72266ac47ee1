"""Over the whole corpus, findings have the shape that reports rely on: where to look first, one thing to do, each told once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integrity.checks.codes import all_codes
from integrity.checks.explanation import FOLDER, example_of
from integrity.checks.model import LEVELS, ROLES
from tests.checks.harness import examined, write

if TYPE_CHECKING:
    from integrity.checks.model import Finding

TEXTS = [*Path(FOLDER).glob("*.txt"), *(Path(__file__).parent / "drift").rglob("*.txt")]


@pytest.fixture(scope="module")
def findings(tmp_path_factory) -> list[tuple[str, Finding]]:
    """Each finding over the sources of a defective unit, with the example's name."""
    return [
        (text.stem, finding)
        for text in sorted(TEXTS)
        for finding in examined(
            write(tmp_path_factory.mktemp("unit"), example_of(text.read_text(encoding="utf-8")).wrong)
        )
    ]


def test_first_place_is_where_to_look(findings):
    """The others have another role, which is one of those that reports know."""
    wrong = [
        (name, found.code, roles)
        for name, found in findings
        if (roles := [place.role for place in found.places])
        and (not set(roles) <= set(ROLES) or "declared" in roles[1:] or roles[0] not in {"declared", "expected"})
    ]

    assert len({found.code for _, found in findings if len(found.places) > 1}) > 10
    assert wrong == []


def test_no_finding_is_harder_than_its_code(findings):
    """A check may soften what is perhaps meant; the table has the level at its worst."""
    worst = {code: LEVELS.index(row.level) for code, row in all_codes().items()}

    assert [
        (name, found.code, found.level) for name, found in findings if LEVELS.index(found.level) < worst[found.code]
    ] == []


def test_each_says_what_is_wrong_and_what_to_do(findings):
    """In sentences, about an entry with a name."""
    assert [
        (name, found) for name, found in findings if not found.entry.strip() or not found.message.endswith(".")
    ] == []
    assert {found.code for _, found in findings if not found.hint.endswith((".", "?"))} == set()


def test_each_defect_is_told_once(findings):
    """Never twice by one code at one place; only what can't be read is told by each check that wanted to."""
    told = [
        (name, found.code, found.registry, found.entry, found.places[:1])
        for name, found in findings
        if not found.code.startswith("REG00")
    ]

    assert sorted({each for each in told if told.count(each) > 1}, key=str) == []
