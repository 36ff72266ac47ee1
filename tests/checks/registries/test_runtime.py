"""The runtime view: what it reads of an object, and what it refuses."""

from __future__ import annotations

import enum
import sys
from collections import OrderedDict
from dataclasses import dataclass
from types import MappingProxyType

import pytest

from integrity.checks.model import CannotExamine
from integrity.checks.registries.runtime import runtime_view
from integrity.checks.unit import unit_around
from tests.checks.registries.units import found, keys, registry_in, results_in


class Plan(enum.Enum):
    """An enumeration with an alias."""

    FREE = "free"
    PRO = "pro"
    GRATIS = "free"  # noqa: PIE796 - what iterating hides


@dataclass
class Row:
    """An object with fields."""

    code: str
    price: int


class Constants:
    """A class of constants."""

    A = 1
    _hidden = 2

    def method(self):
        """Do nothing."""


class Leaving:
    """An object that ends the process when it is read."""

    def __getattr__(self, name):
        """End the process."""
        sys.exit(name)


OBJECTS = {
    "dict": ({"a": 1, Plan.PRO: 2}, ["a", "pro"]),
    "proxy": (MappingProxyType(OrderedDict(a=1)), ["a"]),
    "enum": (Plan, ["free", "pro", "free"]),
    "members": (list(Plan), ["free", "pro"]),
    "pairs": ([("a", "A"), ("Group", [("b", "B"), ("c", "C")])], ["a", "b", "c"]),
    "items": (("a", "b"), ["a", "b"]),
    "function": (lambda: ["a"], ["a"]),
    "generator function": (lambda: (name for name in "ab"), ["a", "b"]),
    "class": (Constants, ["A"]),
    "unhashable": ([{"a": 1}, {"a": 1}], [{"a": 1}, {"a": 1}]),
}


@pytest.fixture
def unit(tmp_path):
    """Return an empty unit."""
    (tmp_path / "pyproject.toml").touch()
    return unit_around(str(tmp_path / "pyproject.toml"))


@pytest.mark.parametrize("kind", OBJECTS)
def test_entries_are_read_of_any_collection(unit, kind):
    """With plain keys, in their order."""
    target, expected = OBJECTS[kind]

    assert keys(runtime_view(unit, target)) == expected


@pytest.mark.parametrize(
    "target",
    [
        3,
        "text of no module:NAME",
        object(),
        iter(["a"]),
        lambda: 1 / 0,
        lambda needed: needed,
        sys.exit,
        lambda: (sys.exit(each) for each in "ab"),
        {"a": Leaving()},
    ],
)
def test_what_is_no_registry_is_refused(unit, target):
    """By a finding, not by an error of the check."""
    with pytest.raises(CannotExamine) as caught:
        runtime_view(unit, target)

    assert caught.value.finding.code == "REG002"


def test_values_are_copies(unit):
    """Spoiling an entry of a view never touches the object."""
    row = {"limits": {"max": 1}}

    view = runtime_view(unit, {"a": row})
    view.written[0].value["limits"]["max"] = 2

    assert row == {"limits": {"max": 1}}


def test_objects_have_fields(unit):
    """A dataclass is read as a table, and its field can be the key."""
    view = runtime_view(unit, [Row("a", 5)], key="code")

    assert view.written[0].key == "a"
    assert view.written[0].value == {"code": "a", "price": 5}


def test_a_lazy_registry_is_filled_first(tmp_path, monkeypatch):
    """By the function that `populate` names; without it, it is empty, and that is red."""
    monkeypatch.syspath_prepend(tmp_path)
    files = {"lazy_plans.py": "PLANS = {}\ndef load_all():\n    PLANS['a'] = 1\n"}
    bare = {"target": "lazy_plans:PLANS"}

    assert ("REG001", "plans") in found(results_in(tmp_path, files, {"plans": bare}))
    filled = results_in(tmp_path, files, {"plans": {**bare, "populate": "lazy_plans:load_all"}})

    assert found(filled) == set()
    assert filled["registry:plans:case-collision"].count == 1
    assert "can't be seen" in filled["registry:plans:duplicate-key"].skipped


def test_places_come_from_the_sources(tmp_path, monkeypatch):
    """An entry of the object stands where the sources write it."""
    monkeypatch.syspath_prepend(tmp_path)
    text = "PLANS = {\n    'a': 1,\n}\nfor name in ('b',):\n    PLANS[name] = 2\n"

    places = {
        entry.key: entry.place.line
        for entry in registry_in(tmp_path, {"placed_plans.py": text}, "placed_plans:PLANS").runtime.written
    }

    assert places == {"a": 2, "b": 1}


def test_a_hundred_thousand_entries_are_judged(tmp_path):
    """Every default check of a large registry, teeth and all, without squaring its size."""
    large = [f"name-{number}" for number in range(100_000)]

    results = results_in(tmp_path, {}, {"plans": {"target": large}})

    assert found(results) == set()
    assert results["registry:plans:normalised-collision"].count == 100_000
