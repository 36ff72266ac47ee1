"""VAC007: tests that assert only inside loops which may run over nothing."""

from __future__ import annotations

import ast
from typing import Iterator

from integrity.checks.model import Finding
from integrity.checks.sources.names import Definition, targets_of, value_of
from integrity.checks.tests.nature import definition_of, is_enum
from integrity.checks.tests.skips import is_skipped
from integrity.checks.tests.written import (
    Function,
    WrittenTest,
    called,
    is_assertion,
    is_local,
    local_value,
    root_of,
    within,
)

_KEEPING = frozenset(
    {"list", "tuple", "sorted", "set", "frozenset", "iter", "reversed", "enumerate", "items", "keys", "values"}
)
_MAKING = ("create", "make", "build")
_FAR = 4


def empty_loops(test: WrittenTest) -> Iterator[Finding]:
    """The finding for a test that is green where its loop has nothing to run over."""
    if is_skipped(test) or any(_asserts_itself(test, function) for function in _called_functions(test)):
        return
    loops = [
        node for node in test.nodes if isinstance(node, (ast.For, ast.AsyncFor)) and _may_be_empty(test, node.iter)
    ]
    inside = {id(node) for loop in loops for node in within(*loop.body) if is_assertion(node)}
    outside = [node for node in test.nodes if is_assertion(node) and id(node) not in inside]
    if loops and inside and not outside:
        yield _finding(test, loops[0], loops[0].iter)
    elif not inside and len(outside) == 1 and isinstance(outside[0], ast.Assert):
        items = _items_of_all(outside[0].test)
        if items is not None and _may_be_empty(test, items):
            yield _finding(test, outside[0], items)


def _items_of_all(condition: ast.expr) -> ast.expr | None:
    """What `all(… for x in X)` goes over."""
    if called(condition) != "all" or not isinstance(condition, ast.Call) or len(condition.args) != 1:
        return None
    items = condition.args[0]
    return items.generators[0].iter if isinstance(items, (ast.GeneratorExp, ast.ListComp)) else None


def _may_be_empty(test: WrittenTest, value: ast.expr, far: int = _FAR) -> bool:
    """Whether what a test goes over comes from elsewhere, and nothing says that there is something in it.

    Collections that the test itself makes are its own business, and so is what it can only have filled.
    """
    value = _kept(value)
    if isinstance(value, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        loop = value.generators[0]
        return bool(loop.ifs) or _may_be_empty(test, loop.iter, far)
    if isinstance(value, ast.Call):
        if called(value) == "zip":
            return any(_may_be_empty(test, each, far) for each in value.args)
        return called(value) not in {"range", "product"} and not called(value).startswith(_MAKING)
    if isinstance(value, (ast.Name, ast.Attribute)):
        return not _is_asserted(test, value) and _name_may_be_empty(test, value, far)
    return isinstance(value, ast.Subscript)


def _name_may_be_empty(test: WrittenTest, value: ast.Name | ast.Attribute, far: int) -> bool:
    root = root_of(value)
    if isinstance(value, ast.Name) and is_local(test, value.id):
        local = local_value(test, value.id)
        if local is not None:
            return bool(far) and _may_be_empty(test, local, far - 1)
        fixture = test.fixtures.get(value.id)
        return (
            fixture is not None
            and not any(is_assertion(node) for node in within(*fixture.body))
            and not _gives_literal(fixture)
        )
    if root in {"self", "cls"}:
        return False
    found = definition_of(test, value)
    if found is None and root in test.module.imports and getattr(value, "attr", root).isupper():
        return False  # a constant of a library
    return found is None or _definition_may_be_empty(test, found)


def _definition_may_be_empty(test: WrittenTest, found: Definition, far: int = _FAR) -> bool:
    """Whether the sources of the unit don't show an item; of a class attribute, its class is looked into."""
    statement: ast.AST = found.bound[0]
    if len(found.bound) != 1 or len(found.rest) > 1:
        return True
    if found.rest:
        body = getattr(statement, "body", []) if isinstance(statement, ast.ClassDef) else []
        bound = [
            each for each in body if any(getattr(target, "id", "") == found.rest[0] for target in targets_of(each))
        ]
        if len(bound) != 1:
            return True
        statement = bound[0]
    if is_enum(statement):
        return False
    written = _kept(value_of(statement) or ast.Constant(None))
    if isinstance(written, (ast.ListComp, ast.SetComp, ast.DictComp)) and not written.generators[0].ifs and far:
        inner = test.names.at(found.module, _kept(written.generators[0].iter))
        return inner is None or _definition_may_be_empty(test, inner, far - 1)
    return not _has_items(written)


def _kept(value: ast.expr) -> ast.expr:
    """An expression without what keeps its items around it."""
    while called(value) in _KEEPING and isinstance(value, ast.Call):
        inner = value.args[0] if value.args else value.func.value if isinstance(value.func, ast.Attribute) else None
        if inner is None:
            break
        value = inner
    return value


def _has_items(value: ast.AST) -> bool:
    return bool(getattr(value, "elts", None) or getattr(value, "keys", None))


def _gives_literal(fixture: Function) -> bool:
    given = [node.value for node in within(*fixture.body) if isinstance(node, (ast.Return, ast.Yield))]
    return bool(given) and all(each is not None and _has_items(each) for each in given)


def _is_asserted(test: WrittenTest, value: ast.Name | ast.Attribute) -> bool:
    """Whether an assertion of the file, which is not inside a loop, names the collection."""
    wanted = ast.dump(value)
    bodies = [function.body for function in test.module.functions if function is not test.node]
    top = test.module.tree.body if test.module.tree is not None else []
    for body in [*bodies, top]:
        for statement in body:
            if isinstance(statement, ast.Assert) and any(
                ast.dump(node) == wanted for node in within(statement.test) if isinstance(node, type(value))
            ):
                return True
    return False


def _called_functions(test: WrittenTest) -> Iterator[Function]:
    """Functions of the test's own file that it calls, and fixtures that it asks for."""
    by_name = {function.name: function for function in test.module.functions}
    for node in test.nodes:
        name = called(node)
        if name in by_name and isinstance(getattr(node, "func", None), ast.Name):
            yield by_name[name]


def _asserts_itself(test: WrittenTest, function: Function) -> bool:
    return function is not test.node and any(is_assertion(node) for node in within(*function.body))


def _finding(test: WrittenTest, node: ast.AST, items: ast.expr) -> Finding:
    text = ast.unparse(items)
    text = text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - what fits into a line
    message = f"{test.node.name} asserts only for each item of {text}: where that is empty, it is green and has looked at nothing."
    return Finding(
        "VAC007", test.entry, message, "Assert first that it is not empty.", (test.module.place(node),), level="warning"
    )
