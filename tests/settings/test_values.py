"""What is wrong with values, and in which words."""

from __future__ import annotations

import datetime as dt

import pytest

from integrity.settings.option import Scope
from integrity.settings.options import OPTIONS, options_of
from integrity.settings.values import converted, from_text, problems, value_problems

BY_NAME = {option.name: option for option in OPTIONS}


def only_problem(table, scope=Scope.UNIT):
    """The one problem of a table."""
    (problem,) = problems(table, scope)
    return problem


@pytest.mark.parametrize(
    ("table", "scope", "words"),
    [
        ({"time-out": 3}, Scope.UNIT, "Did you mean 'timeout'?"),
        ({"test_file": "x.py"}, Scope.UNIT, "Did you mean 'test-file'?"),
        ({"services": ["x"]}, Scope.UNIT, "services is a key of the root's configuration"),
        ({"allow-skipped": True}, Scope.ROOT, "allow-skipped is a key of a unit's [tool.integrity]"),
        ({"timeout": "60"}, Scope.UNIT, 'number of seconds, more than 0 and at most 604800 (a week), not "60"'),
        ({"timeout": -1}, Scope.UNIT, "more than 0"),
        ({"timeout": 0}, Scope.UNIT, "more than 0"),
        ({"timeout": float("inf")}, Scope.UNIT, "not inf"),
        ({"timeout": 10**400}, Scope.UNIT, "not a huge number"),
        ({"timeout": float("nan")}, Scope.UNIT, "not nan"),
        ({"timeout": True}, Scope.UNIT, "not true"),
        ({"timeout": dt.date(2024, 1, 1)}, Scope.UNIT, "not a date"),
        ({"jobs": -1}, Scope.ROOT, "a whole number, 0 or more, not -1"),
        ({"jobs": 1.5}, Scope.ROOT, "not 1.5"),
        ({"fail-fast": 1}, Scope.ROOT, "true or false, not 1"),
        ({"workers": "automatic"}, Scope.UNIT, '0 or more, or "auto", not "automatic"'),
        ({"missing": "never"}, Scope.UNIT, '"error" or "warn" or "baseline", not "never"'),
        ({"extras": "api"}, Scope.UNIT, 'a list of strings, not "api"'),
        ({"extras": [["api"]]}, Scope.UNIT, "the name of an extra, not a list"),
        ({"extras": ["a", "a"]}, Scope.UNIT, 'names "a" twice'),
        ({"test-file": []}, Scope.UNIT, "empty list"),
        ({"test-file": "../x.py"}, Scope.UNIT, "a file below the unit's folder"),
        ({"test-file": "/x.py"}, Scope.UNIT, "a file below the unit's folder"),
        ({"test-file": "~/x.py"}, Scope.UNIT, "a file below the unit's folder"),
        ({"env-file": ["/etc/passwd"]}, Scope.UNIT, "a file of the repository"),
        ({"env-file": ["C:\\x"]}, Scope.UNIT, "a file of the repository"),
        ({"env-file": [".."]}, Scope.UNIT, "a file of the repository"),
        ({"services": ["../*"]}, Scope.ROOT, "a glob relative to the root"),
        ({"services": ["a/**b"]}, Scope.ROOT, "a glob relative to the root"),
        ({"services": ["a[b"]}, Scope.ROOT, "a glob relative to the root"),
        ({"services": [""]}, Scope.ROOT, "a glob relative to the root"),
        ({"services": ["a\n"]}, Scope.ROOT, "a glob relative to the root"),
        ({"results": "."}, Scope.ROOT, "a folder below the root"),
        ({"env": ["A"]}, Scope.UNIT, "a table such as"),
        ({"env": {"1A": "x"}}, Scope.UNIT, '"1A" in env is not a variable\'s name'),
        ({"env": {"PYTHONPATH": "src"}}, Scope.UNIT, "never reaches a unit's tests"),
        ({"env": {"INTEGRITY_STREAM": "x"}}, Scope.UNIT, "never reaches a unit's tests"),
        ({"env": {"A": "\x00"}}, Scope.UNIT, "NUL"),
        ({"pass-env": ["PYTHON*"]}, Scope.UNIT, "never reaches a unit's tests"),
        ({"pass-env": ["A B"]}, Scope.UNIT, "which may hold '*' and '?'"),
        ({"secrets": ["PAY*"]}, Scope.UNIT, "a variable's name"),
        ({"env": {"A\n": "x"}}, Scope.UNIT, "a variable's name"),
        ({"pass-env": ["A\n"]}, Scope.UNIT, "which may hold"),
        ({"extras": ["a\n"]}, Scope.UNIT, "the name of an extra"),
        ({"python": ["3.11\n"]}, Scope.UNIT, "from 3.9 on"),
        ({"python": ["3.8"]}, Scope.UNIT, "from 3.9 on"),
        ({"python": ["three"]}, Scope.UNIT, "from 3.9 on"),
    ],
)
def test_wrong_value_is_named_in_words(table, scope, words):
    """Each wrong value gets one problem, which says what it has to be and what it is."""
    problem = only_problem(table, scope)

    assert words in f"{problem.message} {problem.hint}"
    assert problem.path[0] == next(iter(table))


@pytest.mark.parametrize("key", ["shard", "refresh", "keep"])
@pytest.mark.parametrize("scope", Scope)
def test_key_that_does_not_exist_is_refused(key, scope):
    """Keys that nothing reads are unknown, in the root and in units."""
    assert f'unknown key "{key}"' in only_problem({key: 1}, scope).message


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ({"env": {"PORT": 8000}}, 'PORT = "8000"'),
        ({"env": {"DEBUG": True}}, 'DEBUG = "true"'),
        ({"python": [3.1]}, 'python = ["3.1"] (TOML reads 3.10 as 3.1)'),
        ({"extras": "api"}, 'extras = ["api"]'),
        ({"env-file": ["a\\b"]}, '"a/b"'),
    ],
)
def test_hint_shows_what_to_write(table, hint):
    """Where the right spelling is plain, the hint spells it."""
    assert hint in only_problem(table).hint


def test_braces_and_exclamation_marks_of_other_tools_have_hints():
    """Globs as other tools write them are answered with this tool's way."""
    assert only_problem({"services": ["{a,b}/*"]}, Scope.ROOT).hint == "Write one glob for each alternative."
    assert only_problem({"services": ["!a"]}, Scope.ROOT).hint == 'Put "a" into exclude.'


def test_number_of_a_secret_is_not_shown():
    """A value that looks secret is not repeated in an error."""
    problem = only_problem({"env": {"API_TOKEN": 12345678}})

    assert "12345678" not in problem.message + problem.hint


def test_every_problem_is_found():
    """A table with several problems is answered with all of them."""
    found = list(problems({"timeout": 0, "extras": [1, "-"], "x": 1}, Scope.UNIT))

    assert [problem.path for problem in found] == [("timeout",), ("extras", 0), ("extras", 1), ("x",)]


def test_tool_table_in_integrity_toml_is_explained():
    """Who writes [tool.integrity] into integrity.toml learns that the keys stand at its top."""
    assert "stand at the top" in only_problem({"tool": {"integrity": {}}}, Scope.ROOT).hint


def test_globs_lose_what_says_nothing():
    """A leading ./ and a trailing / are taken off."""
    assert converted(BY_NAME["services"], ["./a/*", "b/", "./", "."]) == ("a/*", "b", ".", ".")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("fail-fast", "1", True),
        ("fail-fast", "Off", False),
        ("jobs", " 4 ", 4),
        ("timeout", "1.5", 1.5),
        ("workers", "auto", "auto"),
        ("workers", "2", 2),
        ("python", "3.11, 3.13,", ["3.11", "3.13"]),
        ("missing", "warn", "warn"),
    ],
)
def test_text_of_a_variable_becomes_a_value(name, text, value):
    """Variables are read as the type of their option."""
    assert from_text(BY_NAME[name], text) == value
    assert not list(value_problems(BY_NAME[name], value))


@pytest.mark.parametrize(
    ("name", "text"),
    [("fail-fast", "maybe"), ("jobs", "-1"), ("jobs", "1e3"), ("timeout", "inf"), ("timeout", "5s"), ("python", "3.8")],
)
def test_text_that_means_no_value_is_refused(name, text):
    """What is no value of the type stays what it is, and is refused."""
    assert list(value_problems(BY_NAME[name], from_text(BY_NAME[name], text)))


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_default_of_each_option_has_no_problem(option):
    """The table agrees with its own rules."""
    assert not list(value_problems(option, option.default))


def test_names_in_the_table_are_unique():
    """No two options share a key, a variable or a flag."""
    for values in (
        [o.name for o in OPTIONS],
        [o.variable for o in OPTIONS if o.variable],
        [o.flag for o in OPTIONS if o.flag],
    ):
        assert len(values) == len(set(values))
    assert set(options_of(Scope.ROOT)) & set(options_of(Scope.UNIT)) >= {"timeout", "env", "missing"}
