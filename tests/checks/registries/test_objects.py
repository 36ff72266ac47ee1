"""Objects as entries: their fields are seen however they are kept, their types count, and large graphs are not followed."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

import pytest

from tests.checks.registries.units import found, results_in


class First:
    """An object without fields."""


class Second:
    """Another one."""


class Limit:
    """An object whose only field is hidden."""

    def __init__(self, limit):
        self._limit = limit


class Slotted:
    """An object that keeps its fields in slots, as attrs and msgspec make them."""

    __slots__ = ("__weakref__", "code", "port")

    def __init__(self, code, port):
        self.code = code
        self.port = port


class Inherited(Slotted):
    """One with slots of its base too."""

    __slots__ = ("owner",)

    def __init__(self, code, port, owner):
        super().__init__(code, port)
        self.owner = owner


class Iterable:
    """An object that can be iterated over its fields, as pydantic's models."""

    def __init__(self, code, port):
        self.code = code
        self.port = port

    def __iter__(self):
        """Yield fields with their values."""
        yield from self.__dict__.items()


@dataclass(eq=False)
class Node:
    """An object that leads to all others."""

    name: str
    others: list = field(default_factory=list)
    table: dict = field(default_factory=dict)


def judged(folder, target, **options):
    """Return `(code, entry)` of all findings over an object."""
    return found(results_in(folder, {}, {"plans": {"target": target, **options}}))


def test_objects_of_two_types_are_two_entries(tmp_path):
    """Also where neither has a field; two of one type without fields are the same."""
    assert judged(tmp_path, [First(), Second()]) == set()
    assert {code for code, _ in judged(tmp_path, [First(), Second(), First()])} == {"REG101"}


def test_objects_with_hidden_fields_are_not_the_same(tmp_path):
    """Nobody knows what they hide."""
    assert judged(tmp_path, [Limit(1), Limit(2)]) == set()


@pytest.mark.parametrize("kind", [Slotted, Iterable, lambda code, port: Inherited(code, port, "me")])
def test_fields_are_seen_however_they_are_kept(tmp_path, kind):
    """By required, fields and unique."""
    rows = [kind("a", 1), kind("b", 1)]
    options = {"required": ["owner"], "fields": {"port": {"min": 2}}, "unique": ["port"]}
    missing = set() if kind("a", 1).__class__ is Inherited else {("REG120", "a/owner"), ("REG120", "b/owner")}

    wanted = {("REG120", "a/port"), ("REG120", "b/port"), ("REG102", "b"), *missing}
    assert judged(tmp_path, rows, key="code", **options) == wanted
    assert judged(tmp_path, [kind("a", 1), kind("b", 2)], key="code", unique=["port"]) == set()


def test_values_of_the_standard_library_stay_values(tmp_path):
    """Such as a UUID, which has slots too."""
    assert judged(tmp_path, {"a": uuid.UUID(int=1)}, unique=["value"]) == set()
    assert judged(tmp_path, {"a": uuid.UUID(int=1), "b": uuid.UUID(int=1)}, unique=["value"]) == {("REG102", "b")}


def test_objects_that_all_lead_to_all_are_read_soon(tmp_path):
    """Each is followed only so far."""
    nodes = [Node(f"n{number}") for number in range(60)]
    for node in nodes:
        node.others = list(nodes)
        node.table = {each.name: each for each in nodes}

    begin = time.process_time()
    assert judged(tmp_path, nodes, key="name", required=["others"], unique=["value"]) == set()
    assert time.process_time() - begin < 8
