"""Assertions that stand in a test and are never asked, or whose answer goes nowhere; and what only looks like them."""

from __future__ import annotations

import pytest

from tests.checks.vacuity.test_linter import body, findings

CATCHING = ["try:", "    registry.load()", "    assert REGISTRY['a'] == 5"]
LOOK = ["assert registry.load()"]
FOUND = {
    "caught by its name": ([*LOOK, *CATCHING, "except AssertionError:", "    print('no')"], ("VAC001", 6)),
    "caught among others": ([*LOOK, *CATCHING, "except (KeyError, AssertionError):", "    pass"], ("VAC001", 6)),
    "caught with everything": ([*LOOK, *CATCHING, "except Exception as error:", "    print(error)"], ("VAC001", 6)),
    "caught behind a narrower except": (
        [*CATCHING, "except KeyError:", "    pytest.fail('gone')", "except AssertionError:", "    pass"],
        ("VAC001", 5),
    ),
    "caught in a loop": (
        [
            "assert NAMES",
            "for name in NAMES:",
            "    try:",
            "        assert name",
            "    except AssertionError:",
            "        print(name)",
        ],
        ("VAC001", 7),
    ),
    "suppressed": (
        [*LOOK, "with contextlib.suppress(AssertionError):", "    assert REGISTRY['a'] == 5"],
        ("VAC001", 6),
    ),
    "suppressed with everything": (
        [*LOOK, "with suppress(KeyError, Exception):", "    assert REGISTRY['a'] == 5"],
        ("VAC001", 6),
    ),
    "a method caught": (
        [*LOOK, "try:", "    check.assert_called_once()", "except AssertionError:", "    pass"],
        ("VAC001", 6),
    ),
    "all under if False": (["if False:", "    assert REGISTRY['a'] == 5"], ("VAC001", 4)),
    "all under if 0": (["if 0:", "    assert REGISTRY['a'] == 5", "else:", "    pass"], ("VAC001", 4)),
    "one under if False": ([*LOOK, "if False:", "    assert REGISTRY['a'] == 5"], ("VAC001", 6)),
    "one under while False": ([*LOOK, "while False:", "    assert REGISTRY['a'] == 5"], ("VAC001", 6)),
    "an attribute of a mock": (["load = mock.Mock()", "load.called_once_with(1)"], ("VAC003", 6)),
    "an attribute of a mock, asserted": (["load = mock.Mock()", "assert load.called_with(1)"], ("VAC003", 6)),
    "an attribute of a mock, asked": (["load = mock.Mock()", "load.save.not_called()"], ("VAC003", 6)),
    "an attribute of a mock, by a method": (
        ["load = mock.Mock()", "self.assertTrue(load.called_with(1))"],
        ("VAC003", 6),
    ),
    "an awaited mock": (["load = mock.AsyncMock()", "assert load.awaited_once_with(1)"], ("VAC003", 6)),
    "an item with itself": (["assert REGISTRY['a'] == REGISTRY['a']"], ("VAC003", 5)),
    "an item of an item with itself": (["assert registry.ROWS[0]['a'] <= registry.ROWS[0]['a']"], ("VAC003", 5)),
}
SILENT = {
    "an except that says more": [*CATCHING, "except AssertionError:", "    registry.report()"],
    "an except that remembers": [*CATCHING, "except AssertionError:", "    failed = True", "assert not failed"],
    "an except that fails": [*CATCHING, "except AssertionError:", "    raise"],
    "an except that skips": [*CATCHING, "except AssertionError:", "    pytest.skip('not yet')"],
    "an except of another kind": [*CATCHING, "except KeyError:", "    pass"],
    "a narrower except that fails": [*CATCHING, "except Exception:", "    pytest.fail('no')", "except:", "    pass"],
    "an else": [*CATCHING, "except AssertionError:", "    pass", "else:", "    pytest.fail('it has to fail')"],
    "a fail in the try": [*CATCHING, "    pytest.fail('it has to fail')", "except AssertionError:", "    pass"],
    "an assertion that has to fail": [
        "try:",
        "    assert REGISTRY['a'] == 5",
        "    pytest.fail('it has to fail')",
        "except AssertionError:",
        "    pass",
    ],
    "what comes behind the assertion": [
        "found = []",
        "try:",
        "    assert registry.load()",
        "    found.append(1)",
        "except AssertionError:",
        "    pass",
        "assert found",
    ],
    "a polling loop": [
        "for _ in range(5):",
        "    try:",
        "        assert registry.load()",
        "        break",
        "    except AssertionError:",
        "        pass",
        "else:",
        "    pytest.fail('never')",
    ],
    "a search": [
        "found = None",
        "for name in registry.load():",
        "    try:",
        "        assert name == 'a'",
        "    except AssertionError:",
        "        continue",
        "    found = name",
        "assert found",
    ],
    "another thing suppressed": ["with contextlib.suppress(KeyError):", "    assert REGISTRY['a'] == 5"],
    "a value suppressed": ["with contextlib.suppress(AssertionError):", "    value = check()", "assert value"],
    "a yield under if False": ["def made():", "    if False:", "        yield", "assert list(made()) == []"],
    "nothing asserted under if False": [*LOOK, "if False:", "    registry.load()"],
    "the other branch of if False": ["if False:", "    pass", "else:", "    assert REGISTRY['a'] == 5"],
    "a true condition": ["if True:", "    assert REGISTRY['a'] == 5"],
    "an assertion of a mock": ["load = mock.Mock()", "load.assert_called_once_with(1)"],
    "a mock that was called": ["load = mock.Mock()", "assert load.called"],
    "a property of another library": ["assert requests_mock.called_once"],
    "a method whose answer is kept": ["load = mock.Mock()", "answer = load.called_once_with(1)", "assert answer == 2"],
    "two items": ["assert REGISTRY['a'] == REGISTRY['b']"],
    "an item of what is called": ["assert registry.load()['a'] == registry.load()['a']"],
    "an item under a computed key": ["assert REGISTRY[key()] == REGISTRY[key()]"],
}


def mocking(*lines):
    """A test that may also make mocks."""
    return body(*lines).replace("import pytest,", "from unittest import mock; import pytest,")


@pytest.mark.parametrize("name", SILENT)
def test_assertion_that_may_count_is_left_alone(tmp_path, name):
    """Something is done with its failure, or it is one."""
    assert findings(tmp_path, mocking(*SILENT[name])) == []


@pytest.mark.parametrize("name", FOUND)
def test_assertion_that_never_counts_is_found(tmp_path, name):
    """Once, at its line."""
    lines, expected = FOUND[name]

    assert findings(tmp_path, mocking(*lines)) == [expected]


def test_library_whose_spies_answer_is_left_alone(tmp_path):
    """Their `called_with` is a question; where nothing makes mocks it is anybody's."""
    lines = ["assert registry.load.called_with(1)"]

    assert findings(tmp_path / "a", body(*lines)) == []
    assert findings(tmp_path / "b", mocking(*lines).replace("import pytest", "import kgb, pytest")) == []


TWICE = "from registry import load\n\n\ndef test_a():\n    assert load()\n\n\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{TWICE}def test_a():\n    assert load(1)\n", [4]),
        (f"{TWICE}async def test_a():\n    assert load(1)\n", [4]),
        (f"{TWICE}def test_a():\n    assert load(1)\n\n\ndef test_a():\n    assert load(2)\n", [4, 8]),
        ("class TestIt:\n    def test_a(self):\n        assert load()\n\n    def test_a(self):\n        assert load(1)\n", [2]),
        ("class TestIt:\n    def test_a(self):\n        assert load()\n\n\nclass TestIt:\n    def test_b(self):\n        assert load()\n", [2]),
        ("if load:\n    def test_a():\n        assert load()\n\n\ndef test_a():\n    assert load()\n", [2]),
        # what follows may be meant
        (f"{TWICE}if load:\n    def test_a():\n        assert load(1)\n", []),
        ("if load:\n    def test_a():\n        assert load()\nelse:\n    def test_a():\n        assert load(1)\n", []),
        ("class TestA:\n    def test_a(self):\n        assert load()\n\n\nclass TestB:\n    def test_a(self):\n        assert load()\n", []),
        ("class TestIt:\n    def test_a(self):\n        assert load()\n\n\nclass TestIt(TestIt):\n    def test_b(self):\n        assert load()\n", []),
        ("@keep.register\ndef test_a():\n    assert load()\n\n\ndef test_a():\n    assert load(1)\n", []),
        (f"{TWICE}test_first = test_a\n\n\ndef test_a():\n    assert load(1)\n", []),
    ],
)  # fmt: skip
def test_test_of_a_name_that_is_taken_again_never_runs(tmp_path, text, lines):
    """Of two in one scope Python keeps the second."""
    assert findings(tmp_path, text) == [("VAC006", line) for line in lines]


@pytest.mark.parametrize(
    ("mark", "is_found"),
    [
        ("pytest.mark.skipif(True, reason='later')", True),
        ("pytest.mark.skipif(1, reason='later')", True),
        ("pytest.mark.skipif('True', reason='later')", True),
        ("pytest.mark.skipif(condition=True, reason='later')", True),
        ("unittest.skipIf(True, 'later')", True),
        ("unittest.skipUnless(False, 'later')", True),
        ("pytest.mark.skipif(False, reason='now')", False),
        ("pytest.mark.skipif('sys.platform', reason='later')", False),
        ("pytest.mark.skipif(LATER, reason='later')", False),
        ("unittest.skipUnless(True, 'now')", False),
    ],
)
def test_condition_that_always_holds_is_found(tmp_path, mark, is_found):
    """It is a skip that looks like a question."""
    head = "import pytest\nimport unittest\n\n\n"

    found = findings(tmp_path / "a", f"{head}@{mark}\ndef test_it():\n    assert load()\n")
    assert found == ([("VAC006", 5)] if is_found else [])
    if mark.startswith("pytest"):
        found = findings(tmp_path / "b", f"{head}pytestmark = [{mark}]\n\n\ndef test_it():\n    assert load()\n")
        assert found == ([("VAC006", 5)] if is_found else [])
