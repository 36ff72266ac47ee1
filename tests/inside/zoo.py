"""A unit with a test for every way in which a test ends, and what the stream has to say of each."""

from __future__ import annotations

from dataclasses import dataclass

# Lines matter: each expectation names the line that holds its mark as a comment.
SOURCE = '''"""Doc.

>>> 1 + 1  #@ doctest
3
"""
import json
import sys
import unittest

import pytest


def test_pass():  #@ test_pass
    print("told by a test that passed")


def test_fail():
    print("to stdout")
    print("to stderr", file=sys.stderr)
    assert {"a": 1} == {"a": 2}, "why"  #@ test_fail


def helper():
    return json.loads("{")  #@ test_deep


def test_deep():  #@ test_deep (no traceback)
    helper()


@pytest.fixture
def broken():
    print("in setup")
    raise ValueError("before")  #@ test_setup


@pytest.fixture
def leaky():
    yield
    raise ValueError("after")  #@ test_teardown


def test_setup(broken):
    pass


def test_teardown(leaky):
    pass


def test_call_and_teardown(leaky):
    assert 0  #@ test_call_and_teardown


def test_no_fixture(unknown):  #@ test_no_fixture
    pass


@pytest.mark.skip(reason="by mark")  #@ test_skip
def test_skip():
    pass


def test_skip_inside():
    pytest.skip("by call")  #@ test_skip_inside


@pytest.mark.xfail(reason="known")
def test_xfail():
    assert 0  #@ test_xfail


@pytest.mark.xfail(reason="hoped")  #@ test_xpass
def test_xpass():
    pass


@pytest.mark.xfail(reason="strictly", strict=True)  #@ test_xpass_strict
def test_xpass_strict():
    pass


@pytest.mark.xfail(run=False, reason="never")
def test_xfail_not_run():
    pass


def test_chain():
    try:
        json.loads("{")
    except ValueError as error:
        raise RuntimeError("outer") from error  #@ test_chain


def test_without_traceback():
    pytest.fail("just so", pytrace=False)  #@ test_without_traceback


class TestUnit(unittest.TestCase):
    def test_unit_fail(self):  #@ test_unit_fail (no traceback)
        self.assertEqual(1, 2)  #@ test_unit_fail

    @unittest.skip("by unittest")
    def test_unit_skip(self):
        pass

    @unittest.expectedFailure
    def test_unit_xfail(self):
        assert 0

    @unittest.expectedFailure
    def test_unit_unexpected(self):
        pass

    def test_unit_sub(self):  #@ test_unit_sub (no traceback)
        for number in range(3):
            with self.subTest("part", number=number):
                self.assertEqual(number, 0)  #@ test_unit_sub


class Hostile:
    def __repr__(self):
        raise ValueError("no repr")


def test_hostile_repr():
    hostile = Hostile()
    assert hostile == 3  #@ test_hostile_repr


@pytest.mark.parametrize("value", ["x\\0\\x1b[31m\\n::error::"], ids=["odd"])
def test_hostile_text(value):
    print("\\x1b]0;title\\x07\\0")
    assert value == "", value  #@ test_hostile_text[odd]
'''


NO_TRACEBACK = " (no traceback)"


@dataclass(frozen=True)
class Expected:
    """A test's outcome, and what its message holds."""

    outcome: str
    message: str = ""


EXPECTED = {
    "test_unit": Expected("failed", "Expected: 3 Got: 2"),  # the doctest of the module
    "test_pass": Expected("passed"),
    "test_fail": Expected("failed", "why"),
    "test_deep": Expected("failed", "JSONDecodeError"),
    "test_setup": Expected("error", "ValueError: before"),
    "test_teardown": Expected("error", "ValueError: after"),
    "test_call_and_teardown": Expected("failed", "assert 0"),
    "test_no_fixture": Expected("error", "fixture 'unknown' not found"),
    "test_skip": Expected("skipped", "by mark"),
    "test_skip_inside": Expected("skipped", "by call"),
    "test_xfail": Expected("xfailed", "known"),
    "test_xpass": Expected("xpassed", "hoped"),
    "test_xpass_strict": Expected("failed", "[XPASS(strict)] strictly"),
    "test_xfail_not_run": Expected("xfailed", "[NOTRUN] never"),
    "test_chain": Expected("failed", "RuntimeError: outer"),
    "test_without_traceback": Expected("failed", "just so"),
    "test_unit_fail": Expected("failed", "AssertionError: 1 != 2"),
    "test_unit_skip": Expected("skipped", "by unittest"),
    "test_unit_xfail": Expected("xfailed"),
    "test_unit_unexpected": Expected("failed", "Unexpected success"),
    "test_unit_sub": Expected("failed", "AssertionError: 1 != 0"),
    "test_hostile_repr": Expected("failed", "no repr"),
    "test_hostile_text[odd]": Expected("failed", "::error::"),
}


def marked_lines(*, traceback: bool) -> dict[str, int]:
    """The 1-based line of each mark. Without a traceback only the definition is known of what failed in a library."""
    lines = enumerate(SOURCE.splitlines(), start=1)
    marks = {text.partition("#@ ")[2]: number for number, text in lines if "#@ " in text}
    marks["test_unit"] = marks.pop("doctest")
    definitions = {name: marks.pop(name) for name in list(marks) if name.endswith(NO_TRACEBACK)}
    return (
        marks
        if traceback
        else {**marks, **{name.removesuffix(NO_TRACEBACK): line for name, line in definitions.items()}}
    )
