"""What a unit declares is judged by the families' keys: each wrong value is named with its path, and what to write."""

from __future__ import annotations

import datetime as dt

import pytest

from integrity.checks.configuration import filled, problems


@pytest.mark.parametrize(
    ("table", "value", "path"),
    [
        ("registries", {"plans": {"targte": "a:B"}}, ("registries", "plans", "targte")),
        ("registries", {"plans": 3}, ("registries", "plans", "target")),
        ("registries", {"plans": {"target": " "}}, ("registries", "plans", "target")),
        ("registries", {"plans": {"target": "a:B", "view": "both "}}, ("registries", "plans", "view")),
        ("registries", ["a:B"], ("registries",)),
        ("checks", {"env": {"required": [1]}}, ("checks", "env", "required")),
        ("checks", {"env": True}, ("checks", "env")),
        ("checks", {"envs": {}}, ("checks", "envs")),
        ("checks", {"env": {"types": {"PORT": 1}}}, ("checks", "env", "types")),
        ("checks", {"tasks": {"routed": "yes"}}, ("checks", "tasks", "routed")),
        ("checks", {"services": {"db": {"kind": "oracle"}}}, ("checks", "services", "db", "kind")),
        ("checks", {"services": {"db": {}}}, ("checks", "services", "db")),
        ("checks", {"services": {"db": {"kind": "tcp", "timeout": True}}}, ("checks", "services", "db", "timeout")),
        (
            "checks",
            {"services": {"db": {"kind": "tcp", "policy": {"CI": "off"}}}},
            ("checks", "services", "db", "policy"),
        ),
        ("exceptions", [{"code": "REG101"}], ("exceptions", 0)),
        ("exceptions", [{"code": "REG101", "reason": "x", "until": "soon"}], ("exceptions", 0, "until")),
        (
            "exceptions",
            [{"code": "REG101", "reason": "x", "until": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)}],
            ("exceptions", 0, "until"),
        ),
    ],
)
def test_wrong_value_is_named_by_its_path(table, value, path):
    """Exactly one problem, at the key that is wrong."""
    assert [problem.path for problem in problems(table, value)] == [path]


def test_misspelt_key_is_answered_with_the_nearest():
    """Nobody has to look it up."""
    (problem,) = problems("registries", {"plans": {"targte": "a:B"}})

    assert problem.hint == "Did you mean 'target'?"


def test_right_values_have_no_problems():
    """Each shape takes what it is made for."""
    assert problems("registries", {"plans": "a:B", "prices": {"target": {"free": 0}, "unique": "value"}}) == []
    assert problems("exceptions", [{"code": "REG101", "reason": "meant", "until": dt.date(2027, 1, 1)}]) == []
    services = {"db": {"kind": "postgres", "policy": {"ci": "required", "local": "off"}, "timeout": 0.5}}
    assert problems("checks", {"env": {"required": "PORT"}, "services": services}) == []


def test_short_forms_are_written_out():
    """A string stands for a table or for a list of one."""
    assert filled("registries", {"plans": "a:B"}) == {"plans": {"target": "a:B"}}
    assert filled("checks", {"env": {"required": "PORT"}}) == {"env": {"required": ["PORT"]}}


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ({"target": "a:B", "at": "plans"}, "at says nothing without file."),
        ({"decorator": "a:b", "at": "plans"}, "at says nothing without file."),
        ({"file": "plans.json", "populate": "a:load"}, "populate says nothing without target."),
        ({"file": "plans.json", "view": "source"}, "view says nothing without target."),
        ({"target": "a:B", "expires-warning-days": 3}, "expires-warning-days says nothing without expires."),
        (
            {"target": "a:B", "members": {"files": "h/*.py", "by": "name"}},
            "by says nothing without subclasses-of, decorated-by or classes.",
        ),
    ],
)
def test_key_that_would_be_idle_is_told(registry, said):
    """It would be written down and never looked at; beside what it speaks of it is fine."""
    (problem,) = problems("registries", {"plans": registry})

    assert problem.message == said
    assert problems("registries", {"plans": {**registry, **BESIDE}}) == []


BESIDE = {
    "target": "a:B",
    "file": "plans.json",
    "expires": "until",
    "members": {"files": "h/*.py", "classes": "*View", "by": "name"},
}
