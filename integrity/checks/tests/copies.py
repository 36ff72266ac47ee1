"""VAC004: expectations that are a copy of what the code has: they say nothing about it, and change with it."""

from __future__ import annotations

import ast
from typing import Iterable, Iterator

from integrity.checks.model import Finding
from integrity.checks.sources.names import Definition, value_of
from integrity.checks.tests.failing import parametrized_names
from integrity.checks.tests.nature import definition_of, is_enum
from integrity.checks.tests.written import WrittenTest, called, local_value, within

LEAST = 4
_AROUND = frozenset({"set", "frozenset", "list", "tuple", "sorted", "dict"})


def copied_expectations(test: WrittenTest) -> Iterator[Finding]:
    """The findings for literals that hold exactly what the thing that they are compared with has in its source."""
    for node in test.nodes:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for side in sides:
                words = _literal(test, side)
                others = [other for other in sides if other is not side]
                found = (found for other in others for found in _definitions(test, other))
                yield from _copies(test, side, words, found)
    for mark in test.marks:
        if parametrized_names(mark) and isinstance(mark, ast.Call) and len(mark.args) > 1:
            used = (
                found
                for node in test.nodes
                if isinstance(node, (ast.Name, ast.Attribute))
                for found in _definitions(test, node)
            )
            yield from _copies(test, mark.args[1], _literal(test, mark.args[1]), used)


def _copies(
    test: WrittenTest, node: ast.AST, words: frozenset[object], found: Iterable[Definition]
) -> Iterator[Finding]:
    if len(words) < LEAST:
        return
    for definition in found:
        statement = definition.bound[0]
        if definition.module is not test.module and any(words == entries for entries in _entries(statement)):
            message = f"{test.node.name} expects a copy of {definition.name}, written by hand: it is the same list twice, and proves neither."
            hint = "Compare it with something that has its own reason to be complete, or keep it in a lock."
            places = (test.module.place(node), definition.module.place(statement, "reference"))
            yield Finding("VAC004", test.entry, message, hint, places, level="warning")
            return


def _definitions(test: WrittenTest, value: ast.AST) -> Iterator[Definition]:
    """What an expression names in the unit's sources, also through a local name."""
    for node in within(value):
        if isinstance(node, ast.Name):
            local = local_value(test, node.id)
            if local is not None and not isinstance(local, ast.Name):
                yield from (found for inner in within(local) if (found := _definition(test, inner)) is not None)
        if (found := _definition(test, node)) is not None:
            yield found


def _definition(test: WrittenTest, node: ast.AST) -> Definition | None:
    found = definition_of(test, node) if isinstance(node, (ast.Name, ast.Attribute)) else None
    return found if found is not None and not found.rest and len(found.bound) == 1 else None


def _literal(test: WrittenTest, value: ast.AST) -> frozenset[object]:
    """The words of a literal, or of a name that stands for one in the test's file; nothing for what is no literal of words."""
    while called(value) in _AROUND and isinstance(value, ast.Call) and len(value.args) == 1:
        value = value.args[0]
    if isinstance(value, ast.Name):
        local = local_value(test, value.id)
        bound = test.names.bound(test.module, value.id)
        found = local if local is not None else value_of(bound[0]) if len(bound) == 1 else None
        return _words(found) if found is not None else frozenset()
    return _words(value)


def _entries(statement: ast.AST) -> Iterator[frozenset[object]]:
    """The words that a definition has: items, keys, values, first halves of pairs, members of an Enum."""
    if is_enum(statement):
        values = [value_of(each) for each in getattr(statement, "body", ())]
        yield _words(ast.List([each for each in values if each is not None], ast.Load()))
        return
    value: ast.AST | None = value_of(statement)
    while value is not None and called(value) in _AROUND and isinstance(value, ast.Call) and len(value.args) == 1:
        value = value.args[0]
    if value is None:
        return
    yield _words(value)
    if isinstance(value, ast.Dict):
        yield _words(ast.List(value.values, ast.Load()))
    elif all(isinstance(each, ast.Tuple) and each.elts for each in getattr(value, "elts", ())):
        yield _words(ast.List([each.elts[0] for each in getattr(value, "elts", ())], ast.Load()))


def _words(value: ast.AST) -> frozenset[object]:
    """The texts in a list, tuple or set, or the keys of a dict; nothing where anything else stands among them."""
    items = value.keys if isinstance(value, ast.Dict) else getattr(value, "elts", [])
    if all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in items):
        return frozenset(item.value for item in items if isinstance(item, ast.Constant))
    return frozenset()
