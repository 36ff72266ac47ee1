"""What watching says between runs."""

import io

import pytest

from integrity.errors import ConfigError
from integrity.report.line import plain
from integrity.report.screen import Screen
from integrity.report.watching import WatchScreen, followed, ruled, standing


def screen():
    """A screen that keeps what it is told, at one time of the day."""
    shown = Screen.of({}, stderr=io.StringIO(), stdout=io.StringIO())
    return WatchScreen(shown, lambda: "12:03:44"), shown.stderr


@pytest.mark.parametrize(
    ("changed", "units", "told"),
    [
        (["a/x.py"], ["a", "b"], "changed: a/x.py → a, b"),
        (["1", "2", "3", "4", "5"], ["a"], "changed: 1, 2, 3 and 2 more → a"),
        (["uv.lock"], list("abcdefgh"), "changed: uv.lock → a, b, c, d, e and 3 more"),
    ],
)
def test_header_names_files_and_what_follows(changed, units, told):
    """One line says what changed and which units therefore run; of many the first."""
    assert plain(followed(changed, units)) == told


def test_red_units_are_named_while_nothing_runs():
    """What was not affected and is still red is not forgotten."""
    assert plain(standing("12:03:44", ["billing"])) == "12:03:44 watching · still red: billing · Ctrl-C ends"
    assert plain(standing("12:03:44", [])) == "12:03:44 watching · Ctrl-C ends"


@pytest.mark.parametrize("width", [40, 80])
def test_rule_is_as_wide_as_the_terminal(width):
    """It holds the time of the day and never wraps."""
    assert len(plain(ruled("12:03:44", width))) == width


def test_rule_stands_between_runs_and_not_before_the_first():
    """What is shown first needs nothing to be set off from."""
    view, stderr = screen()

    view.begins([], ["billing"])
    first = stderr.getvalue()
    view.begins(["a.py"], ["billing"])

    assert first == ""
    assert stderr.getvalue().splitlines()[1:] == [plain(ruled("12:03:44", 80)), "changed: a.py → billing"]


def test_problem_is_told_with_its_hint():
    """A file that can't be read is an error with a way out, and is nothing's end."""
    view, stderr = screen()

    view.refuses(ConfigError("pyproject.toml:3: unknown key 'sevices'", hint="Did you mean 'services'?"))
    view.waits([], [])

    assert stderr.getvalue().splitlines() == [
        "error  pyproject.toml:3: unknown key 'sevices'",
        "  → Did you mean 'services'?",
        "12:03:44 watching · Ctrl-C ends",
    ]


def test_hostile_names_of_files_stay_text():
    """A file's name can't move the cursor."""
    view, stderr = screen()

    view.waits(["a\x1b[2J\r.py"], [])
    view.passed_over(["b\x1b]0;x\x07"])

    assert "\x1b" not in stderr.getvalue()
    assert "\r" not in stderr.getvalue()
