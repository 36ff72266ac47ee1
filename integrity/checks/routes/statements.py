"""The statements of a module in their order, each with its scope and the alternatives in which it stands; expressions are not entered."""

from __future__ import annotations

import ast
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


def statements_of(tree: ast.Module) -> Iterator[Statement]:
    """Every statement, those of functions and classes right after their definition."""
    return _statements(tree.body, (), ())


def _statements(body: Sequence[ast.stmt], scope: Scope, branches: Branches) -> Iterator[Statement]:
    for node in body:
        yield Statement(node, scope, branches)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _statements(node.body, (*scope, node.name), ())
        elif isinstance(node, ast.ClassDef):
            yield from _statements(node.body, (*scope, node.name), branches)
        else:
            for number, part in _parts(node):
                inside = branches if number is None else (*branches, (node.lineno, number))
                yield from _statements(part, scope, inside)


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
