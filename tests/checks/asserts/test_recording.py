"""Watching what is registered: what is overwritten is seen, and everything is as before afterwards."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

import integrity
from tests.checks.harness import write

REGISTRY = """
HANDLERS = {'old': 0}


def register(name, *more):
    def keep(function):
        HANDLERS[name] = function
        return function

    return keep


def bare(function):
    HANDLERS[function.__name__] = function
    return function


class Bus:
    handlers = {}

    def on(self, name, handler):
        self.handlers[name] = handler


bus = Bus()
"""
PLUGINS = """
from watched_registry import HANDLERS, register, bare, bus, Bus


@register('paid')
def first(): ...


@register('paid')
def second(): ...


@bare
def third(): ...


HANDLERS['old'] = 1
HANDLERS.update(late=2)
bus.on('sent', 1)
bus.on('sent', 2)
Bus.handlers['held'] = 3
"""


@pytest.fixture(autouse=True)
def unit(tmp_path, monkeypatch):
    """Write the modules, and forget them afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path, {"watched_registry.py": REGISTRY, "watched_plugins.py": PLUGINS})
    yield
    for name in ("watched_registry", "watched_plugins"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("target", "keys", "duplicates"),
    [
        ("watched_registry:HANDLERS", ["paid", "paid", "third", "old", "late"], ["paid", "old"]),
        ("watched_registry:register", ["paid", "paid"], ["paid"]),
        ("watched_registry:bare", ["third"], []),
        ("watched_registry:bus.on", ["sent", "sent"], ["sent"]),
        ("watched_registry:Bus.handlers", ["sent", "sent", "held"], ["sent"]),
    ],
)
def test_registrations_are_seen(target, keys, duplicates):
    """Of a dict, a function, a method and a class's dict, each at its line."""
    with integrity.recording(target) as seen:
        importlib.import_module("watched_plugins")

    assert seen.entries.keys() == keys
    assert seen.duplicates == duplicates
    assert {Path(entry.place.path).name for entry in seen.entries} <= {"watched_plugins.py", "watched_registry.py"}


def test_a_registration_stands_where_it_is_made():
    """At the line of the decorator's call."""
    with integrity.recording("watched_registry:register") as seen:
        importlib.import_module("watched_plugins")

    assert [(Path(entry.place.path).name, entry.place.line) for entry in seen.entries] == [
        ("watched_plugins.py", 5),
        ("watched_plugins.py", 9),
    ]


def test_everything_is_as_before_afterwards():
    """All names hold the objects themselves again, and these hold what was registered."""
    registry = importlib.import_module("watched_registry")
    before = (registry.HANDLERS, registry.register, registry.Bus.handlers)

    for target in (
        "watched_registry:HANDLERS",
        "watched_registry:register",
        "watched_registry:Bus.handlers",
        "watched_registry:bus.on",
    ):
        with integrity.recording(target):
            sys.modules.pop("watched_plugins", None)
            plugins = importlib.import_module("watched_plugins")

    assert (registry.HANDLERS, registry.register, registry.Bus.handlers) == before
    assert plugins.HANDLERS is registry.HANDLERS is before[0]
    assert type(registry.HANDLERS) is dict
    assert plugins.register is registry.register is before[1]
    assert "on" not in vars(registry.bus)
    assert set(registry.HANDLERS) == {"old", "paid", "third", "late"}


def test_objects_themselves_can_be_watched():
    """A dict or a function that a module holds."""
    registry = importlib.import_module("watched_registry")

    with integrity.recording(registry.HANDLERS) as seen, integrity.recording(registry.bus.on) as calls:
        importlib.import_module("watched_plugins")

    assert seen.duplicates == ["paid", "old"]
    assert calls.duplicates == ["sent"]
    with pytest.raises(integrity.IntegrityError, match="REG101"):
        integrity.assert_unique(calls.entries)


def test_nothing_registered_is_red():
    """As when the modules had been imported before."""
    importlib.import_module("watched_plugins")

    with pytest.raises(integrity.IntegrityError, match="VAC005"), integrity.recording("watched_registry:register"):
        importlib.import_module("watched_plugins")


@pytest.mark.parametrize("target", [["a"], 3, {"a": 1}])
def test_what_cannot_be_watched_is_refused(target):
    """By a TypeError that says what to pass instead."""
    with pytest.raises(TypeError, match=r"recording takes|no module holds"), integrity.recording(target):
        pass


def test_an_error_in_the_block_goes_through():
    """And everything is put back."""
    registry = importlib.import_module("watched_registry")

    with pytest.raises(ZeroDivisionError), integrity.recording("watched_registry:HANDLERS"):
        _ = 1 / 0

    assert type(registry.HANDLERS) is dict
