"""VAC001: assertions of a test that are never asked, or whose failure nobody hears of. When in doubt, somebody does."""

from __future__ import annotations

import ast
from typing import Iterator, Sequence

from integrity.checks.tests.written import WrittenTest, called, is_assertion, within

_ALL = frozenset({"Exception", "BaseException"})
_CAUGHT = _ALL | {"AssertionError"}
_SAYING = frozenset({"debug", "info", "warning", "error", "exception", "log"})
_LEAVING = (ast.Break, ast.Continue, ast.Return, ast.Yield, ast.YieldFrom)
_ENDING = frozenset({"fail", "exit", "skip", "skipTest", "xfail", "importorskip"})


def unheard(test: WrittenTest) -> Iterator[tuple[ast.AST, str, str]]:
    """The statements around such assertions, with what is wrong and what to do."""
    for node in test.nodes:
        if isinstance(node, ast.Try) and _swallows(node):
            yield node, "catches its own assertion, which therefore cannot fail.", "Take the except out, or fail in it."
        elif isinstance(node, (ast.With, ast.AsyncWith)) and suppresses(node, _CAUGHT) and _ends_in_one(node.body):
            yield node, "suppresses its own assertion, which therefore cannot fail.", "Take it out of the with."
        elif is_never(node) and any(is_assertion(each) for each in within(*getattr(node, "body", ()))):
            yield (
                node,
                "asserts under a condition that never holds.",
                "Take the condition out, or remove the assertion.",
            )


def is_never(node: ast.AST) -> bool:
    """Whether a body never runs: of `if False:` or `while 0:`."""
    condition = node.test if isinstance(node, (ast.If, ast.While)) else None
    return isinstance(condition, ast.Constant) and not condition.value


def catches_all(handler: ast.ExceptHandler, names: frozenset[str] = _ALL) -> bool:
    """Whether an `except` takes everything, or one of these."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in names for kind in kinds)


def suppresses(statement: ast.With | ast.AsyncWith, names: frozenset[str] = _ALL) -> bool:
    """Whether a `with` takes everything, or one of these."""
    calls = [item.context_expr for item in statement.items]
    return any(
        called(call) == "suppress" and any(getattr(each, "id", "") in names for each in getattr(call, "args", ()))
        for call in calls
    )


def only_says(call: ast.Call) -> bool:
    """Whether a call only prints or logs."""
    name = called(call)
    receiver = getattr(getattr(call.func, "value", None), "id", "")
    return name in {"print", "print_exc"} or (name in _SAYING and receiver.lower().startswith("log"))


def _swallows(statement: ast.Try) -> bool:
    handler = next((each for each in statement.handlers if catches_all(each, _CAUGHT)), None)
    if handler is None or statement.orelse or not _ends_in_one(statement.body):
        return False
    return all(_is_silent(each) for each in handler.body)


def _ends_in_one(body: Sequence[ast.stmt]) -> bool:
    """Whether nothing hangs on an assertion at the end of these statements: no name, no way out, no other failure."""
    last = body[-1]
    is_one = isinstance(last, ast.Assert) or (
        isinstance(last, ast.Expr) and called(last.value).startswith("assert") and not isinstance(last.value, ast.Await)
    )
    return is_one and not any(
        isinstance(node, _LEAVING)
        or called(node) in _ENDING
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        for node in within(*body)
    )


def _is_silent(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        value = statement.value
        return isinstance(value, ast.Constant) or (isinstance(value, ast.Call) and only_says(value))
    return isinstance(statement, ast.Pass)
