"""What is declared has to be examined by a test that pytest finds; every way to write one is left alone."""

from __future__ import annotations

import pytest

from tests.checks.harness import examined, write

MANIFEST = '[project]\nname = "shop"\nversion = "1"\n\n[tool.integrity.registries]\nplans = "plans:PLANS"\n'
PLANS = 'PLANS = {"free": 0, "team": 19}\n'
OWN = "import integrity, pytest\nfrom plans import PLANS\n\n\ndef test_own():\n    assert PLANS['team'] > PLANS['free']\n\n\n"
RUN = {
    "plain": "test_declared = integrity.declared_tests()",
    "annotated": "test_declared: object = integrity.declared_tests()",
    "alias of the module": "import integrity as i\ntest_it = i.declared_tests()",
    "alias of the function": "from integrity import declared_tests as made\ntest_it = made()",
    "alias by assignment": "made = integrity.declared_tests\ntest_it = made()",
    "second name": "declared = integrity.declared_tests()\ntest_it = declared",
    "chained": "declared = test_it = integrity.declared_tests()",
    "marked": "test_it = pytest.mark.slow(integrity.declared_tests())",
    "conditional skip": "test_it = pytest.mark.skipif(WINDOWS, reason='later')(integrity.declared_tests())",
    "in a branch": "if True:\n    test_it = integrity.declared_tests()",
    "by a function": "def made():\n    return integrity.declared_tests()\n\n\ntest_it = made()",
    "in a class": "class TestIt:\n    test_it = staticmethod(integrity.declared_tests())",
    "from another module": "from shared import test_it",
    "star of another module": "from shared import *",
    "deleted where it may be": "test_it = integrity.declared_tests()\nif PLANS is None:\n    del test_it",
}
DOUBTFUL = {
    "under a variable": "import os\nif os.environ.get('FULL'):\n    test_it = integrity.declared_tests()",
    "in a script": "if __name__ == '__main__':\n    test_it = integrity.declared_tests()",
    "under two conditions": "if PLANS:\n    if len(PLANS) > 9:\n        test_it = integrity.declared_tests()",
    "named under a condition": "declared = integrity.declared_tests()\nif PLANS:\n    test_it = declared",
    "by a function that asks": "if PLANS:\n    def made():\n        return integrity.declared_tests()\n    test_it = made()",
}
SURE = {
    "in both branches": "if PLANS:\n    test_it = integrity.declared_tests()\nelse:\n    test_it = integrity.declared_tests(checks={})",
    "once more for sure": "if PLANS:\n    test_it = integrity.declared_tests()\ntest_all = integrity.declared_tests()",
    "by the version": "import sys\nif sys.version_info >= (3, 9):\n    test_it = integrity.declared_tests()",
    "in a try": "try:\n    test_it = integrity.declared_tests()\nfinally:\n    del PLANS",
}
VAIN = {
    "nowhere": "",
    "other name": "declared = integrity.declared_tests()",
    "bare call": "integrity.declared_tests()",
    "not called": "test_it = integrity.declared_tests",
    "lambda": "test_it = lambda: integrity.declared_tests()",
    "in a test": "def test_it():\n    integrity.declared_tests()\n    assert PLANS['team'] > PLANS['free']",
    "in a list": "tests = [integrity.declared_tests()]",
    "assigned again": "test_it = integrity.declared_tests()\ntest_it = None",
    "defined again": "test_it = integrity.declared_tests()\n\n\ndef test_it():\n    assert PLANS['team'] > PLANS['free']",
    "deleted": "test_it = integrity.declared_tests()\ndel test_it",
    "skipped": "test_it = pytest.mark.skip(reason='later')(integrity.declared_tests())",
    "skipped inside": "test_it = pytest.mark.slow(pytest.mark.skip()(integrity.declared_tests()))",
    "not a test": "test_it = integrity.declared_tests()\ntest_it.__test__ = False",
    "no tests here": "__test__ = False\ntest_it = integrity.declared_tests()",
}


def codes(folder, test, manifest=MANIFEST):
    """The codes of all findings over a unit with this test file."""
    shared = "import integrity\n\ntest_it = integrity.declared_tests()\n"
    files = {"pyproject.toml": manifest, "plans.py": PLANS, "shared.py": shared, "test_integrity.py": test}
    return [finding.code for finding in examined(write(folder, files))]


@pytest.mark.parametrize("name", RUN)
def test_declared_tests_that_run_are_left_alone(tmp_path, name):
    """However they are bound."""
    assert codes(tmp_path, f"{OWN}{RUN[name]}\n") == []


@pytest.mark.parametrize("name", VAIN)
def test_declared_tests_that_do_not_run_are_told(tmp_path, name):
    """Also where the file has tests of its own that could fail."""
    assert codes(tmp_path, f"{OWN}{VAIN[name]}\n") == ["VAC012"]


@pytest.mark.parametrize(
    "table", ["", "[tool.integrity.registries]\n", '[tool.integrity.checks.tests]\nfiles = ["test_*.py"]\n']
)
def test_unit_that_declares_nothing_needs_no_declared_tests(tmp_path, table):
    """How its tests are judged is nothing that they would have to examine."""
    assert codes(tmp_path, OWN, f'[project]\nname = "shop"\nversion = "1"\n{table}') == []


def test_file_without_a_test_is_told_of_once(tmp_path):
    """As a file that holds no test."""
    assert codes(tmp_path, "import integrity\n\ndeclared = integrity.declared_tests()\n") == ["VAC011"]


def test_file_that_does_not_parse_is_not_judged(tmp_path):
    """It is told of as what can't be examined."""
    assert "VAC012" not in codes(tmp_path, f"{OWN}def test_(:\n")


@pytest.mark.parametrize("name", DOUBTFUL)
def test_declared_tests_under_a_condition_are_doubtful(tmp_path, name):
    """Where it doesn't hold, nothing examines what is declared: a warning, at the call."""
    files = {"pyproject.toml": MANIFEST, "plans.py": PLANS, "test_integrity.py": f"{OWN}{DOUBTFUL[name]}\n"}

    found = [each for each in examined(write(tmp_path, files)) if each.code.startswith("VAC")]

    assert [(each.code, each.level) for each in found] == [("VAC012", "warning")]
    assert "under a condition" in found[0].message
    assert "declared_tests()" in files["test_integrity.py"].splitlines()[found[0].places[0].line - 1]


@pytest.mark.parametrize("name", SURE)
def test_condition_that_takes_nothing_away_is_left_alone(tmp_path, name):
    """Either way there is a test, or the condition is about Python itself."""
    assert codes(tmp_path, f"{OWN}{SURE[name]}\n") == []
