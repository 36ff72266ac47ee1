"""What one pass over the nodes of a syntax tree gathers; all checks share it."""

from __future__ import annotations

import ast
from functools import cached_property
from operator import attrgetter
from typing import Any, Iterable, TypeVar

Node = TypeVar("Node", bound=ast.AST)
_PLACE = attrgetter("lineno", "col_offset")


class Gathered:
    """The nodes of each kind that checks ask for, in the order of the file. `package` is what relative imports start from."""

    def __init__(self, nodes: Iterable[Any], package: str) -> None:
        self.classes: list[ast.ClassDef] = []
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.assignments: list[ast.Assign | ast.AnnAssign | ast.AugAssign] = []
        self._dicts: list[ast.Dict] = []
        self._subscripts: list[ast.Subscript] = []
        self._calls: list[ast.Call] = []
        self._package = package
        self._importing: list[ast.Import | ast.ImportFrom] = []
        takers: dict[type, Any] = {
            ast.Call: self._calls.append,
            ast.Dict: self._dicts.append,
            ast.ClassDef: self.classes.append,
            ast.FunctionDef: self.functions.append,
            ast.AsyncFunctionDef: self.functions.append,
            ast.Assign: self.assignments.append,
            ast.AnnAssign: self.assignments.append,
            ast.AugAssign: self.assignments.append,
            ast.Subscript: self._subscripts.append,
            ast.Import: self._importing.append,
            ast.ImportFrom: self._importing.append,
        }
        for node in nodes:
            takers[node.__class__](node)

    @cached_property
    def dicts(self) -> list[ast.Dict]:
        """The dict displays."""
        return self._in_order(self._dicts)

    @cached_property
    def subscripts(self) -> list[ast.Subscript]:
        """The subscripts."""
        return self._in_order(self._subscripts)

    @cached_property
    def calls(self) -> dict[str, list[ast.Call]]:
        """The calls, by the last part of what is called."""
        found: dict[str, list[ast.Call]] = {}
        for call in self._in_order(self._calls):
            called = call.func.__dict__
            name = called.get("attr") or called.get("id") or ""
            if name in found:
                found[name].append(call)
            else:
                found[name] = [call]
        return found

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each imported name stands for; a later import of the same name wins."""
        return {name: origin for each in self._importing for name, origin in _imported(each, self._package).items()}

    def _in_order(self, found: list[Node]) -> list[Node]:
        if self._is_mixed:
            found.sort(key=_PLACE)
        return found

    @cached_property
    def _is_mixed(self) -> bool:
        """Whether there are decorators or annotations: a tree has these behind the body that they are written before."""
        return any(each.decorator_list or getattr(each, "returns", None) for each in (*self.classes, *self.functions))


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
