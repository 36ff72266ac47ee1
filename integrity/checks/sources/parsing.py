"""Parses Python, and tells the nodes of the kinds that checks ask for, without a look at all others."""

from __future__ import annotations

import ast
import gc
import warnings
from itertools import compress
from typing import Any

GATHERED = frozenset(
    (
        *(ast.Call, ast.Dict, ast.Subscript, ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef),
        *(ast.AsyncFunctionDef, ast.Assign, ast.AnnAssign, ast.AugAssign),
    )
)
_WANTED = GATHERED | {ast.Module}
_BARE = frozenset(  # fields that hold names, numbers and signs
    (
        *("id", "attr", "name", "names", "asname", "module", "level", "kind", "arg"),
        *("ctx", "op", "ops", "type_comment", "type_ignores", "simple", "conversion", "is_async"),
    )
)
_CHILDREN = {
    kind: tuple(field for field in kind._fields[::-1] if field not in _BARE)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind not in {ast.Name, ast.Constant}
}


def parsed(content: bytes) -> tuple[ast.Module, list[Any]]:
    """The tree and its nodes of the gathered kinds, those that hold others before them. Raises what `ast.parse` does.

    Where the garbage collector is off, as in `integrity check`, it has a list of all that was made since it was last
    frozen. That list gives the nodes in half of the time that a walk over the tree takes, which is a third of the parser's.
    """
    is_listed = not gc.isenabled()
    if is_listed:
        gc.freeze()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of doubtful escapes; where warnings are errors, they would be syntax errors
        tree = ast.parse(content)
    made = _wanted(gc.get_objects(generation=0)) if is_listed else []
    if made and made[0] is tree and list(map(type, made)).count(ast.Module) == 1:
        return tree, made[1:]
    return tree, walked(tree)


def _wanted(made: list[Any]) -> list[Any]:
    """Those of the wanted kinds; most objects are of none, so none of this is a loop in Python."""
    return list(compress(made, map(_WANTED.__contains__, map(type, made))))


def walked(tree: ast.Module) -> list[Any]:
    """The same nodes, by a walk over the tree."""
    found: list[Any] = []
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        fields = _CHILDREN.get(node.__class__)
        if fields is None:
            continue
        if node.__class__ in GATHERED:
            found.append(node)
        values = node.__dict__
        for field in fields:
            value = values[field]
            if value.__class__ is list:
                stack += value[::-1]
            elif value is not None:
                stack.append(value)
    return found
