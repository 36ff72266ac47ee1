"""REG170: a registry's keys, written once more by hand in another module."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Callable, Iterator, NamedTuple

from integrity.checks.case import Check
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.registries.keys import identity, listed
from integrity.checks.registries.reading import Unread

if TYPE_CHECKING:
    from integrity.checks.registries.declared import Registry
    from integrity.checks.registries.view import View
    from integrity.checks.sources import Module

_FEWEST = 4  # keys that are equal by more than chance


class Literal(NamedTuple):
    """The keys of a dict, or the values of a list, that are written somewhere in the unit."""

    keys: frozenset[Any]
    place: Place
    name: str


class Literals(NamedTuple):
    """A registry, and the literals outside of it."""

    view: View
    literals: tuple[Literal, ...]


def literals_beside(registry: Registry) -> Callable[[], Literals]:
    """How the material is loaded."""
    chosen = registry.chosen()

    def load() -> Literals:
        view = chosen.load()
        own = {(entry.place.path, entry.place.line) for entry in view.written if entry.place is not None}
        found = [
            literal
            for module in registry.unit.sources.modules
            if module.tree is not None and not module.is_test
            for literal in _literals(module)
        ]
        home = view.place.path if view.place is not None else ""
        return Literals(
            view,
            tuple(each for each in found if (each.place.path, each.place.line) not in own and each.place.path != home),
        )

    return load


def hand_copies(registry: str) -> Check:
    """The check for literals with the same keys."""

    def judge(material: Literals) -> Examined:
        keys = frozenset(identity(entry.key) for entry in material.view.entries if not isinstance(entry.key, Unread))
        if len(keys) < _FEWEST:
            return Examined(0)
        findings = [
            _copied(registry, literal, material.view.place) for literal in material.literals if literal.keys == keys
        ]
        return Examined(len(keys), tuple(findings))

    def spoiled(material: Literals) -> Iterator[Literals]:
        keys = frozenset(identity(entry.key) for entry in material.view.entries if not isinstance(entry.key, Unread))
        yield material._replace(literals=(*material.literals, Literal(keys, Place("integrity_copy.py", 1), "COPY")))

    return Check("REG170", judge, spoiled)


def _literals(module: Module) -> Iterator[Literal]:
    for statement in module.assignments:
        value = statement.value
        nodes: list[ast.expr | None] = []
        if isinstance(value, ast.Dict):
            nodes = list(value.keys)
        elif isinstance(value, (ast.List, ast.Tuple, ast.Set)):
            nodes = list(value.elts)
        if len(nodes) >= _FEWEST and all(isinstance(node, ast.Constant) for node in nodes):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            keys = frozenset(node.value for node in nodes if isinstance(node, ast.Constant))
            yield Literal(keys, module.place(statement), ast.unparse(target))


def _copied(registry: str, literal: Literal, place: Place | None) -> Finding:
    places = (literal.place, *([place._replace(role="reference")] if place is not None else []))
    message = f"{literal.name} writes the keys of {registry} ({listed(sorted(map(str, literal.keys)))}) once more; the two will drift apart."
    hint = f"Make it from {registry}, or declare that it equals it."
    return Finding("REG170", f"{literal.place.path} {literal.name}", message, hint, places, registry, level="warning")
