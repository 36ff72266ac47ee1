"""What one walk over a syntax tree gathers. The walk takes a sixth of the time that parsing does, and is what all checks share."""

from __future__ import annotations

import ast
from typing import Any

_DECORATED = (
    "decorator_list",
    "type_params",
    "args",
    "bases",
    "keywords",
    "returns",
    "body",
)  # as they are written, not as in `_fields`
_BARE = frozenset(  # fields that hold names, numbers and signs, or what no check asks for
    (
        *("id", "attr", "name", "names", "asname", "module", "level", "kind", "arg"),
        *("ctx", "op", "ops", "type_comment", "type_ignores", "simple", "conversion", "is_async"),
    )
)
_LEAVES = (ast.Name, ast.Constant)


def _children(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node that hold nodes, the last written first."""
    fields = [field for field in kind._fields if field not in _BARE]
    if "decorator_list" in fields:
        fields.sort(key=_DECORATED.index)
    return tuple(reversed(fields))


_CHILDREN = {
    kind: fields
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind not in _LEAVES and (fields := _children(kind))
}


class Gathered:
    """The nodes of each kind that checks ask for, in the order of the file. `package` is what relative imports start from."""

    def __init__(self, tree: ast.Module | None, package: str) -> None:
        self.dicts: list[ast.Dict] = []
        self.classes: list[ast.ClassDef] = []
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.assignments: list[ast.Assign | ast.AnnAssign | ast.AugAssign] = []
        self.subscripts: list[ast.Subscript] = []
        self.calls: dict[str, list[ast.Call]] = {}
        self.imports: dict[str, str] = {}
        if tree is None:
            return
        calls: list[ast.Call] = []
        imports: list[ast.Import | ast.ImportFrom] = []
        self._walk(tree, calls, imports)
        self._index(calls)
        for statement in imports:
            self.imports.update(_imported(statement, package))

    def _walk(  # noqa: C901 - functions would double its time
        self, tree: ast.Module, calls: list[ast.Call], imports: list[ast.Import | ast.ImportFrom]
    ) -> None:
        takers: dict[type, Any] = {
            ast.Call: calls.append,
            ast.Dict: self.dicts.append,
            ast.ClassDef: self.classes.append,
            ast.FunctionDef: self.functions.append,
            ast.AsyncFunctionDef: self.functions.append,
            ast.Assign: self.assignments.append,
            ast.AnnAssign: self.assignments.append,
            ast.AugAssign: self.assignments.append,
            ast.Subscript: self.subscripts.append,
            ast.Import: imports.append,
            ast.ImportFrom: imports.append,
        }
        taker_of, children_of = takers.get, _CHILDREN.get
        name, constant, attribute, keyword = ast.Name, ast.Constant, ast.Attribute, ast.keyword
        stack: list[Any] = [tree]
        pop, push = stack.pop, stack.append
        while stack:  # a million rounds over a large project: the most frequent kinds come first
            node = pop()
            kind = node.__class__
            while kind is attribute or kind is keyword:
                node = node.value
                kind = node.__class__
            if kind is name or kind is constant:
                continue
            take = taker_of(kind)
            if take is not None:
                take(node)
            fields = children_of(kind)
            if fields is None:
                continue
            values = node.__dict__
            for field in fields:
                value = values[field]
                if value.__class__ is list:
                    if value:
                        stack += value[::-1]
                elif value is not None:
                    push(value)

    def _index(self, calls: list[ast.Call]) -> None:
        found = self.calls
        for call in calls:
            called = call.func.__dict__
            name = called.get("attr") or called.get("id") or ""
            if name in found:
                found[name].append(call)
            else:
                found[name] = [call]


def _imported(statement: ast.Import | ast.ImportFrom, package: str) -> dict[str, str]:
    """What each name that the statement binds stands for."""
    if isinstance(statement, ast.Import):
        tops = {
            alias.name.partition(".")[0]: alias.name.partition(".")[0] for alias in statement.names if not alias.asname
        }
        return {**tops, **{alias.asname: alias.name for alias in statement.names if alias.asname}}
    origin = _origin(statement.level, package) + (statement.module or "")
    between = "" if not origin or origin.endswith(".") else "."
    return {alias.asname or alias.name: f"{origin}{between}{alias.name}" for alias in statement.names}


def _origin(level: int, package: str) -> str:
    """What the dots of a relative import stand for, with a dot behind it; the dots themselves where they lead out of all that is known."""
    parts = package.split(".") if package else []
    if not level or level > len(parts):
        return "." * level
    return ".".join(parts[: len(parts) - level + 1]) + "."
