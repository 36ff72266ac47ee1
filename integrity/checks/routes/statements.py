"""The statements of a module in their order, each with its scope and the alternatives in which it stands; expressions are not entered."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Iterator, NamedTuple, Sequence, Union

if TYPE_CHECKING:
    from integrity.checks.routes.model import Branches

Scope = tuple[str, ...]
Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


class Statement(NamedTuple):
    """A statement; `scope` are the names of the functions and classes around it."""

    node: ast.stmt
    scope: Scope
    branches: Branches


def statements_of(tree: ast.Module, lines: Sequence[int]) -> Iterator[Statement]:
    """Every statement, those of functions and classes right after their definition.

    Functions that have none of these lines, which are sorted, in their bodies are not entered.
    """
    return _statements(tree.body, Statement(tree.body[0], (), ()), lines) if tree.body else iter(())


def _statements(body: Sequence[ast.stmt], around: Statement, lines: Sequence[int]) -> Iterator[Statement]:
    scope, branches = around.scope, around.branches
    for node in body:
        statement = Statement(node, scope, branches)
        yield statement
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if bisect_left(lines, node.body[0].lineno) < bisect_right(lines, node.end_lineno or 0):
                yield from _statements(node.body, Statement(node, (*scope, node.name), ()), lines)
        elif isinstance(node, ast.ClassDef):
            yield from _statements(node.body, Statement(node, (*scope, node.name), branches), lines)
        else:
            for number, part in _parts(node):
                inside = branches if number is None else (*branches, (node.lineno, number))
                yield from _statements(part, Statement(node, scope, inside), lines)


def _parts(node: ast.stmt) -> Iterator[tuple[int | None, Sequence[ast.stmt]]]:
    """The bodies of a compound statement; those that always run have no number."""
    if isinstance(node, (ast.With, ast.AsyncWith)):
        yield None, node.body
    elif isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While)):
        yield from ((0, node.body), (1, node.orelse))
    elif isinstance(node, ast.Try):
        yield from (
            (0, [*node.body, *node.orelse]),
            *enumerate((each.body for each in node.handlers), 1),
            (None, node.finalbody),
        )
    else:
        yield from ((number, case.body) for number, case in enumerate(getattr(node, "cases", ())))
