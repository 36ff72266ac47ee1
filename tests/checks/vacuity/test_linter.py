"""Hand-written tests are judged by their source: what can't fail is found, and what could is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrity.checks import tests as family
from integrity.checks.allowances import Allowances
from integrity.checks.judging import result_of
from integrity.checks.unit import unit_around
from tests.checks.harness import write

REGISTRY = 'from enum import Enum\n\nREGISTRY = {"a": 1, "b": 2}\nNAMES = ["a", "b"]\nLABELS: "list" = load()\n\n\nclass Color(Enum):\n    RED = 1\n'


def findings(folder, test, *, declared=None, missing="", **files):
    """`(code, line)` of all findings over a test file, and those of files beside it."""
    texts = {"registry.py": REGISTRY, **files}
    if test is not None:
        texts["test_integrity.py"] = test
    unit = replace(unit_around(str(write(folder, texts) / "pyproject.toml")), missing=missing)
    results = [
        result_of(case, unit, Allowances(), is_declared=declared is not None) for case in family.cases(unit, declared)
    ]
    return [(each.code, each.places[0].line) for result in results for each in result.findings]


def body(*lines, parameters=""):
    """A test file with one test of these lines; its body begins in line 5."""
    return (
        "from registry import *\nimport pytest, registry\nfrom registry import REGISTRY, NAMES, LABELS, Color\n"
        f"def test_it({parameters}):\n" + "".join(f"    {line}\n" for line in lines)
    )


SILENT = {
    "a call that could fail": ["registry.load()"],
    "an import": ["import billing"],
    "a lookup": ["value = REGISTRY['a']"],
    "unpacking": ["a, b = NAMES"],
    "a narrow except": ["try:", "    REGISTRY['c']", "except KeyError:", "    pass"],
    "an except that fails": [
        "try:",
        "    registry.load()",
        "except Exception as error:",
        "    pytest.fail(str(error))",
    ],
    "fail inside of try": ["try:", "    pytest.fail('no')", "except Exception:", "    pass"],
    "a with statement": ["with pytest.raises(KeyError):", "    REGISTRY['c']"],
    "a loop with a guard": ["assert REGISTRY", "for name in registry.load():", "    assert name"],
    "a loop over what the source shows": ["for name in REGISTRY:", "    assert REGISTRY[name] > 0"],
    "a loop over an Enum": ["for color in Color:", "    assert color.value > 0"],
    "a loop over its own list": ["for name in ['a', 'b']:", "    assert name in REGISTRY"],
    "a count of what was seen": [
        "count = 0",
        "for name in registry.load():",
        "    assert name",
        "    count += 1",
        "assert count > 1",
    ],
    "the uniqueness of a list": ["assert len(NAMES) == len(set(NAMES))"],
    "the uniqueness of values": ["assert len(REGISTRY.values()) == len(set(REGISTRY.values()))"],
    "the uniqueness of what nobody knows": ["assert len(LABELS) == len(set(LABELS))"],
    "the uniqueness of one thing by another": ["assert len(REGISTRY) == len(set(NAMES))"],
    "the uniqueness of an attribute of an Enum's members": [
        "values = [color.label for color in Color]",
        "assert len(values) == len(set(values))",
    ],
    "the members of an Enum": [
        "values = [c.value for c in Color.__members__.values()]",
        "assert len(values) == len(set(values))",
    ],
    "a method called set": ["assert len(registry.set('a')) == len(set(registry.set('a')))"],
    "a name bound twice": ["x = REGISTRY", "x = NAMES", "assert len(x) == len(set(x))"],
    "determinism": ["assert registry.load() == registry.load()"],
    "an or of two lookups": ["for name in NAMES:", "    assert name in REGISTRY or name in LABELS"],
    "assert False": ["assert False"],
    "a literal beside the code": ["expected = 2", "assert len(REGISTRY) == expected"],
    "a short expectation": ["assert set(REGISTRY) == {'a', 'b'}"],
    "a condition that skips": ["if not REGISTRY:", "    pytest.skip('none')", "assert REGISTRY['a']"],
}
FOUND = {
    "pass": (["pass"], ("VAC001", 4)),
    "a docstring": (['"""Look."""'], ("VAC001", 4)),
    "a bare except": (["try:", "    assert REGISTRY['c']", "except:", "    pass"], ("VAC001", 4)),
    "suppress": (["x = 1", "with contextlib.suppress(Exception):", "    assert REGISTRY['c']"], ("VAC001", 4)),
    "logging": (["logger.info('looked')"], ("VAC001", 4)),
    "a literal loop": (["for n in [1, 2]:", "    assert n > 0"], ("VAC002", 6)),
    "literal comprehension": (["xs = [x * 2 for x in (1, 2)]", "assert sum(xs) == 6"], ("VAC002", 6)),
    "keys": (["assert len(REGISTRY) == len(set(REGISTRY))"], ("VAC003", 5)),
    "keys through a module": (["assert len(registry.REGISTRY) == len(set(registry.REGISTRY))"], ("VAC003", 5)),
    "keys in another order": (["assert len(set(REGISTRY)) == len(REGISTRY), 'twice'"], ("VAC003", 5)),
    "sorted keys": (["assert sorted(REGISTRY) == sorted(set(REGISTRY))"], ("VAC003", 5)),
    "counts in names": (["n = len(REGISTRY)", "m = len(set(REGISTRY))", "assert n == m"], ("VAC003", 7)),
    "an if in place of an assertion": (
        ["if len(REGISTRY) != len(set(REGISTRY)):", "    pytest.fail('twice')"],
        ("VAC003", 5),
    ),
    "a set of a set": (["names = set(NAMES)", "assert len(names) == len(set(names))"], ("VAC003", 6)),
    "an Enum": (["assert len(list(Color)) == len(set(Color))"], ("VAC003", 5)),
    "pairs of items": (
        ["names = [k for k, v in registry.load().items()]", "assert len(names) == len(set(names))"],
        ("VAC003", 6),
    ),
    "or True": (["assert REGISTRY['a'] == 2 or True"], ("VAC003", 5)),
    "its own members": (["assert NAMES", "assert all(name in REGISTRY for name in REGISTRY)"], ("VAC003", 6)),
    "a counter of keys": (
        ["from collections import Counter", "assert [k for k, n in Counter(REGISTRY).items() if n > 1] == []"],
        ("VAC003", 6),
    ),
    "a loop over an unknown": (["for name in registry.load():", "    assert name"], ("VAC007", 5)),
    "a loop over a filter": (["for name in [n for n in NAMES if n]:", "    assert name"], ("VAC007", 5)),
    "all": (["assert all(registry.load(n) for n in LABELS)"], ("VAC007", 5)),
    "a skip first": (["pytest.skip()"], ("VAC006", 5)),
}


@pytest.mark.parametrize("name", SILENT)
def test_test_that_could_fail_is_left_alone(tmp_path, name):
    """When in doubt, it could."""
    assert findings(tmp_path, body(*SILENT[name])) == []


@pytest.mark.parametrize("name", FOUND)
def test_test_that_can_not_fail_is_found(tmp_path, name):
    """Once, at its line."""
    lines, expected = FOUND[name]

    assert findings(tmp_path, body(*lines)) == [expected]


@pytest.mark.parametrize(
    ("parameters", "is_found"),
    [("", True), ("tmp_path", True), ("client", False), ("empty", True), ("checking", False), ("asking", False)],
)
def test_fixture_may_do_what_its_test_does_not(tmp_path, parameters, is_found):
    """One that is unknown, that calls something, that asks for others."""
    fixtures = (
        "\n\n@pytest.fixture\ndef empty():\n    return 1\n"
        "\n\n@pytest.fixture\ndef checking():\n    assert REGISTRY['a']\n"
        "\n\n@pytest.fixture\ndef asking(client):\n    return 1\n"
    )

    found = findings(tmp_path, body("pass", parameters=parameters) + fixtures)

    assert found == ([("VAC001", 4)] if is_found else [])


@pytest.mark.parametrize(
    "decorator", ["@pytest.mark.usefixtures('db')", "@given(1)", "@pytest.mark.skip(reason='later')"]
)
def test_decorator_may_do_what_its_test_does_not(tmp_path, decorator):
    """Only marks are known to do nothing."""
    assert findings(tmp_path, f"import pytest\n\n\n{decorator}\ndef test_it():\n    pass\n") == []


def test_methods_are_tests_too(tmp_path):
    """Of classes as pytest collects them, and not where a base may do something."""
    text = "class TestIt(Base):\n    def test_a(self):\n        pass\n\n\nclass TestOther:\n    def test_b(self):\n        pass\n\n    def helper(self):\n        pass\n"

    assert findings(tmp_path, text) == [("VAC001", 7)]


def test_unittest_assertions_are_understood(tmp_path):
    """`assertEqual` over counts, and loops with `self.assert…`."""
    text = (
        "import unittest\nfrom registry import REGISTRY, load\n\n\nclass Case(unittest.TestCase):\n"
        "    def test_a(self):\n        self.assertEqual(len(REGISTRY), len(set(REGISTRY)))\n"
        "    def test_b(self):\n        for name in load():\n            self.assertTrue(name)\n"
    )

    assert findings(tmp_path, text) == [("VAC003", 7), ("VAC007", 9)]


@pytest.mark.parametrize("text", ["def test_a(:\n", "\x00", "def test_a():\n    pass\n\\", ""])
def test_file_that_does_not_parse_is_another_check_s_matter(tmp_path, text):
    """Nothing is raised; an empty file holds no test."""
    assert findings(tmp_path, text) == ([("VAC011", None)] if not text else [])


def test_files_are_those_of_the_configuration(tmp_path):
    """`test-file` of the unit, the usual names, or what the family's table says."""
    manifest = '[tool.integrity]\ntest-file = "checks.py"\n'
    files = {
        "pyproject.toml": manifest,
        "checks.py": "def test_a():\n    pass\n",
        "tests/test_api_integrity.py": "def test_b():\n    pass\n",
        "test_other.py": "def test_c():\n    pass\n",
    }

    assert len(findings(tmp_path, None, **files)) == 2
    assert len(findings(tmp_path, None, declared={"files": ["test_other.py"]}, **files)) == 1


def test_unit_without_a_test_is_what_it_is_told_to_be(tmp_path):
    """Nothing without a word, an error where it is declared, a warning where that is said."""
    assert findings(tmp_path / "a", None) == []
    assert findings(tmp_path / "b", None, declared={}) == [("VAC011", None)]
    assert findings(tmp_path / "c", None, missing="warning") == [("VAC011", None)]


@pytest.mark.parametrize(
    "line",
    [
        "test_declared = integrity.declared_tests()",
        "from shared import test_registry",
        "from shared import *",
        "class TestIt:\n    pass",
        "def test_it(): assert load()",
    ],
)
def test_what_pytest_collects_is_a_test(tmp_path, line):
    """Also a name that stands for one."""
    assert ("VAC011", None) not in findings(tmp_path, f"{line}\n")


def test_checks_of_tests_have_teeth(tmp_path):
    """Declared, none of them is told to be one that cannot fail, on a file in which all is well."""
    assert findings(tmp_path, body("assert REGISTRY['a']"), declared={}) == []


@pytest.mark.parametrize("code", family.JUDGES)
def test_check_that_sees_nothing_any_more_is_found_to_be_blunt(tmp_path, code):
    """Its defect is put into a copy; here the judge is one that never finds anything."""
    from integrity.checks.case import Check
    from integrity.checks.model import Examined

    unit = unit_around(
        str(
            write(tmp_path, {"registry.py": REGISTRY, "test_integrity.py": body("assert REGISTRY['a']")})
            / "pyproject.toml"
        )
    )
    (case,) = [case for case in family.cases(unit, {}) if case.check.code == code]
    blunt = replace(case, check=Check(code, lambda _: Examined(1), case.check.spoiled))

    assert [finding.code for finding in result_of(blunt, unit, Allowances(), is_declared=True).findings] == ["VAC010"]


def test_a_thousand_tests_are_judged_quickly(tmp_path):
    """A large file costs no more than its parsing, some times over."""
    import time

    text = "from registry import REGISTRY\n" + "".join(
        f"\n\ndef test_{number}():\n    names = [n for n in REGISTRY]\n    assert names == sorted(REGISTRY)\n"
        for number in range(1000)
    )
    began = time.process_time()

    assert findings(tmp_path, text) == []
    assert time.process_time() - began < 5
