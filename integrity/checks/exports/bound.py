"""All names that a module may have once it has run, and why that can't be told for sure."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterator, NamedTuple

if TYPE_CHECKING:
    from integrity.checks.sources import Module

_DYNAMIC = (
    b"globals()",
    b"vars()",
    b"locals()",
    b"exec(",
    b"sys.modules[",
    b"setattr(sys",
    b"setattr(module",
    b"global_enum",
    b"_convert_(",
)
_ALWAYS = frozenset(
    ["__name__", "__doc__", "__file__", "__path__", "__package__", "__spec__", "__loader__", "__all__", "__dict__"]
)
_BLOCKS = ("body", "orelse", "finalbody")
_NESTED = frozenset((*_BLOCKS, "handlers", "cases"))
_BINDING = frozenset(("targets", "target", "items", "name"))  # all others bind only by `:=`


class Bound(NamedTuple):
    """`names` are bound anywhere at the top of the module; `gap` is "" where there can be no others."""

    names: frozenset[str]
    gap: str


def bound_by(module: Module) -> Bound:
    """The names of a module; those bound in any branch count."""
    assert module.tree is not None
    found = set(_ALWAYS)
    found.update(_names(module.tree.body, has_walrus=b":=" in module.content))
    if b"global " in module.content:
        for function in module.functions:
            found.update(name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names)
    gap = ""
    if "*" in found:
        gap = "it imports * from another module"
    elif "__getattr__" in found:
        gap = "it has a __getattr__"
    elif any(text in module.content for text in _DYNAMIC):
        gap = "it may bind names by a call"
    return Bound(frozenset(found), gap)


def _names(body: list[ast.stmt], *, has_walrus: bool) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                yield alias.asname or (
                    alias.name.partition(".")[0] if isinstance(statement, ast.Import) else alias.name
                )
        else:
            yield from _targets(statement, has_walrus=has_walrus)
            yield from _inside(statement, has_walrus=has_walrus)


def _targets(statement: ast.stmt, *, has_walrus: bool) -> Iterator[str]:
    """Names that a statement binds by itself: targets, also of loops and `with`, captures, `:=`, `type X = …`."""
    bare = isinstance(statement, ast.AnnAssign) and statement.value is None
    parts = [
        value
        for field, value in ast.iter_fields(statement)
        if field not in _NESTED and (has_walrus or field in _BINDING)
    ]
    waiting = [
        each for part in parts for each in (part if isinstance(part, list) else [part]) if isinstance(each, ast.AST)
    ]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not bare:
            yield node.id
        if not isinstance(node, (ast.Lambda, ast.Constant)):
            waiting += ast.iter_child_nodes(node)


def _inside(statement: ast.stmt, *, has_walrus: bool) -> Iterator[str]:
    for block in _BLOCKS:
        yield from _names(getattr(statement, block, []), has_walrus=has_walrus)
    for handler in getattr(statement, "handlers", ()):
        if handler.name:
            yield handler.name
        yield from _names(handler.body, has_walrus=has_walrus)
    for case in getattr(statement, "cases", ()):
        for node in ast.walk(case.pattern):
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, str):
                yield name
        yield from _names(case.body, has_walrus=has_walrus)
