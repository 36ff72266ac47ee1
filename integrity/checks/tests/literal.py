"""VAC002: tests whose every assertion is over what is written in the test's own file."""

from __future__ import annotations

import ast
from typing import Iterable, Iterator

from integrity.checks.model import Finding
from integrity.checks.sources.names import value_of
from integrity.checks.tests.failing import parametrized_names
from integrity.checks.tests.skips import is_skipped
from integrity.checks.tests.written import WrittenTest, called

PURE = frozenset(
    [
        "len",
        "set",
        "frozenset",
        "list",
        "tuple",
        "dict",
        "sorted",
        "reversed",
        "sum",
        "min",
        "max",
        "all",
        "any",
        "str",
        "int",
        "float",
        "bool",
        "abs",
        "round",
        "zip",
        "enumerate",
        "range",
        "isinstance",
        "type",
        "repr",
        "map",
        "filter",
        "iter",
        "next",
        "Counter",
    ]
)
_DOING = (ast.Attribute, ast.Await, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom)
_HOLDING = (ast.expr, ast.keyword)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def literal_tests(test: WrittenTest) -> Iterator[Finding]:
    """The findings for assertions that are true by how they are written, and for a test that has no others."""
    if is_skipped(test):
        return
    asserts = [node for node in test.nodes if isinstance(node, ast.Assert)]
    tuples = [node for node in asserts if isinstance(node.test, ast.Tuple) and node.test.elts]
    for node in tuples:
        message = f"{test.node.name} asserts a tuple, which is always true."
        yield Finding(
            "VAC002",
            test.entry,
            message,
            "Write `assert CONDITION, MESSAGE` without parentheses.",
            (test.module.place(node),),
        )
    if not asserts or tuples or any(isinstance(node.test, ast.Constant) and not node.test.value for node in asserts):
        return
    if _Literals(test).hold_for(test.body):
        message = f"{test.node.name} asserts only over what is written in the test itself, so no change of the code can make it fail."
        yield Finding(
            "VAC002", test.entry, message, "Assert over what the unit's code has.", (test.module.place(asserts[0]),)
        )


class _Literals:
    """The names of one test that stand for nothing but literals of its own file."""

    def __init__(self, test: WrittenTest) -> None:
        self._test = test
        self._known = {name for name in test.parameters if self._is_literal_parameter(name)}
        self._unknown = set(test.parameters) - self._known

    def hold_for(self, body: Iterable[ast.stmt]) -> bool:
        """Whether nothing in the statements is more than literals."""
        return all(self._is_plain(statement) for statement in body)

    def _is_plain(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.Expr):
            return called(statement.value) == "print" or self._is_literal(statement.value)
        if isinstance(statement, ast.Assert):
            return self._is_literal(statement.test)
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            return self._takes(statement)
        if isinstance(statement, ast.For):
            is_ready = self._is_literal(statement.iter) and self._binds(statement.target)
            return is_ready and self.hold_for([*statement.body, *statement.orelse])
        if isinstance(statement, ast.If):
            return self._is_literal(statement.test) and self.hold_for([*statement.body, *statement.orelse])
        return isinstance(statement, ast.Pass)

    def _takes(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return (
            statement.value is not None
            and self._is_literal(statement.value)
            and all(self._binds(target) for target in targets)
        )

    def _binds(self, target: ast.expr) -> bool:
        if isinstance(target, ast.Name):
            self._known.add(target.id)
            return True
        if isinstance(target, (ast.Tuple, ast.List)):
            return all(self._binds(each) for each in target.elts)
        return isinstance(target, ast.Subscript) and self._is_literal(target.value)

    def _is_literal(self, value: ast.AST) -> bool:
        if isinstance(value, ast.Name):
            return value.id in self._known or (value.id not in self._unknown and self._is_literal_of_file(value))
        if isinstance(value, ast.Call):
            return self._is_literal_call(value)
        if isinstance(value, _COMPREHENSIONS) and not all(
            self._is_literal(each.iter) and self._binds(each.target) for each in value.generators
        ):
            return False
        return not isinstance(value, _DOING) and all(
            self._is_literal(each) for each in ast.iter_child_nodes(value) if isinstance(each, _HOLDING)
        )

    def _is_literal_call(self, call: ast.Call) -> bool:
        arguments = [*call.args, *(each.value for each in call.keywords)]
        if not all(self._is_literal(each.value if isinstance(each, ast.Starred) else each) for each in arguments):
            return False
        if isinstance(call.func, ast.Attribute):
            return self._is_literal(call.func.value)
        return called(call) in PURE and bool(arguments)

    def _is_literal_of_file(self, name: ast.Name) -> bool:
        bound = self._test.names.bound(self._test.module, name.id)
        value = value_of(bound[0]) if len(bound) == 1 else None
        return name.id not in self._test.module.imports and value is not None and _Literals._of_constants(value)

    @staticmethod
    def _of_constants(value: ast.expr) -> bool:
        kinds = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.expr_context, ast.unaryop)
        return all(isinstance(node, kinds) for node in ast.walk(value))

    def _is_literal_parameter(self, name: str) -> bool:
        for mark in self._test.marks:
            if name in parametrized_names(mark) and isinstance(mark, ast.Call) and len(mark.args) > 1:
                return self._of_constants(mark.args[1])
        fixture = self._test.fixtures.get(name)
        if fixture is None or fixture not in self._test.module.functions or fixture.args.args:
            return False
        last = fixture.body[-1]
        is_short = all(
            isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) for each in fixture.body[:-1]
        )
        given = (
            last.value
            if isinstance(last, ast.Return)
            else getattr(getattr(last, "value", None), "value", None)
            if isinstance(last, ast.Expr)
            else None
        )
        return is_short and isinstance(given, ast.expr) and self._of_constants(given)
