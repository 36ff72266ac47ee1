"""Each small defect of the corpus, and of the explained codes, is found where it stands; its mended twin is silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrity.checks.codes import all_codes
from integrity.checks.explanation import FOLDER, example_of
from tests.checks.harness import examined, places, run_tests, write

CORPUS = sorted((Path(__file__).parent / "drift").rglob("*.txt"))
EXPLAINED = sorted(Path(FOLDER).glob("*.txt"))
EXAMPLES = {path.stem: example_of(path.read_text(encoding="utf-8")) for path in [*EXPLAINED, *CORPUS]}
BARE = sorted(name for name, example in EXAMPLES.items() if not example.needs_env)
IN_ENV = sorted(name for name, example in EXAMPLES.items() if example.needs_env)


@pytest.mark.parametrize("name", BARE)
def test_defect_is_found_without_an_env(tmp_path, name):
    """By its code and line, and nothing else is said about the unit."""
    example = EXAMPLES[name]

    found = examined(write(tmp_path, example.wrong))

    assert set(example.expected) <= places(found)
    assert {finding.code for finding in found} == {code for code, _, _ in example.expected}


@pytest.mark.parametrize("name", BARE)
def test_mended_twin_is_silent_without_an_env(tmp_path, name):
    """Nothing is found in the unit as it should be."""
    assert examined(write(tmp_path, EXAMPLES[name].right)) == []


@pytest.mark.parametrize("name", IN_ENV)
def test_defect_is_found_by_the_units_tests(tmp_path, name, newest):
    """By its code and line, in an env with the newest frameworks, and nothing else is said about the unit."""
    example = EXAMPLES[name]

    found, output = run_tests(write(tmp_path, example.wrong), newest)

    assert set(example.expected) <= places(found), output
    assert {finding["code"] for finding in found} == {code for code, _, _ in example.expected}


@pytest.mark.parametrize("name", IN_ENV)
def test_mended_twin_is_silent_in_the_units_tests(tmp_path, name, newest):
    """The tests of the unit as it should be pass."""
    found, output = run_tests(write(tmp_path, EXAMPLES[name].right), newest)

    assert found == [], output


def test_every_code_is_explained():
    """By a text of its own whose example shows it."""
    own = {code for code in all_codes() if code not in {path.stem for path in EXPLAINED}}

    assert own == set()
    assert [
        path.stem for path in EXPLAINED if path.stem not in {code for code, _, _ in EXAMPLES[path.stem].expected}
    ] == []


def test_corpus_is_large():
    """At least 120 defects, each under its own name."""
    assert len(EXAMPLES) == len(CORPUS) + len(EXPLAINED) >= 120
