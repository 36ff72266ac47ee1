"""What names stand for across a unit's modules: by imports and re-exports, as far as sources tell. Nothing is imported."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple, Union

if TYPE_CHECKING:
    from integrity.checks.sources.module import Module
    from integrity.checks.sources.tree import Sources

FAR = 6  # re-exports that are followed
Bound = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.AugAssign]


class Unknown:
    """The value of an expression that sources don't tell."""


UNKNOWN = Unknown()


class Definition(NamedTuple):
    """Where a name is bound at the top of a module. `bound` are all statements that do; `rest` is the path below it."""

    module: Module
    name: str
    bound: tuple[Bound, ...]
    rest: tuple[str, ...] = ()


class Names:
    """Looks names up in one unit's sources; keeps what it found."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._bindings: dict[str, dict[str, list[Bound]]] = {}

    def absolute(self, module: Module, expression: ast.AST) -> str:
        """The full dotted name of an expression, with the module's own name in front of what it doesn't import; "" for no name."""
        dotted = module.dotted(expression)
        root = expression
        while isinstance(root, ast.Attribute):
            root = root.value
        if not dotted or not isinstance(root, ast.Name):
            return ""
        if root.id not in module.imports:
            return f"{module.name}.{dotted}"
        origin = module.imports[root.id]
        return _without_dots(module, origin) + dotted[len(origin) :]

    def found(self, name: str, far: int = FAR) -> Definition | None:
        """The definition behind a full dotted name; None for what stands outside the unit or isn't bound by a statement."""
        parts = name.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = self._sources.module(".".join(parts[:length]))
            if module is not None:
                return self._found_in(module, parts[length], tuple(parts[length + 1 :]), far)
        return None

    def at(self, module: Module, expression: ast.AST) -> Definition | None:
        """The definition behind an expression."""
        name = self.absolute(module, expression)
        return self.found(name) if name else None

    def bound(self, module: Module, name: str) -> tuple[Bound, ...]:
        """The statements at the top of a module, or in an `if`, `try` or `with` there, that bind a name."""
        if module.path not in self._bindings:
            self._bindings[module.path] = _bindings(module.tree)
        return tuple(self._bindings[module.path].get(name, ()))

    def constant(self, module: Module, expression: ast.AST | None) -> Any:
        """The value of an expression of constants, and of names that are bound to one once; else UNKNOWN."""
        if isinstance(expression, ast.Constant):
            return expression.value
        if isinstance(expression, ast.UnaryOp) and isinstance(expression.op, ast.USub):
            value = self.constant(module, expression.operand)
            return -value if isinstance(value, (int, float)) else UNKNOWN
        if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
            left, right = self.constant(module, expression.left), self.constant(module, expression.right)
            return left + right if isinstance(left, str) and isinstance(right, str) else UNKNOWN
        if isinstance(expression, (ast.Name, ast.Attribute)):
            there = self.at(module, expression)
            if there is not None and not there.rest and len(there.bound) == 1:
                value = value_of(there.bound[0])
                return (
                    self.constant(there.module, value)
                    if isinstance(value, (ast.Constant, ast.BinOp, ast.UnaryOp))
                    else UNKNOWN
                )
        return UNKNOWN

    def _found_in(self, module: Module, name: str, rest: tuple[str, ...], far: int) -> Definition | None:
        bound = self.bound(module, name)
        if bound:
            return Definition(module, name, bound, rest)
        if name in module.imports and far:
            origin = _without_dots(module, module.imports[name])
            return self.found(".".join((origin, *rest)), far - 1)
        return None


def value_of(statement: ast.AST) -> ast.expr | None:
    """What an assignment binds; None for other statements, and for a bare annotation."""
    return statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None


def targets_of(statement: ast.stmt) -> list[ast.expr]:
    """What an assignment binds to."""
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, (ast.AnnAssign, ast.AugAssign)) else []


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements that run with a body: also those in its `if`, `try`, `with`, `for` and `while`."""
    for statement in body:
        yield statement
        for block in ("body", "orelse", "finalbody"):
            if isinstance(statement, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
                yield from statements(getattr(statement, block, []))
        for handler in getattr(statement, "handlers", ()):
            yield from statements(handler.body)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The argument of this name; None where it isn't there."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def pairs(each: ast.expr | None) -> list[tuple[ast.expr | None, ast.expr]]:
    """The keys and values of a dict display, those of `**other` with None; none for any other expression."""
    return list(zip(each.keys, each.values)) if isinstance(each, ast.Dict) else []  # noqa: B905 - Python 3.9


def items(each: ast.expr | None) -> dict[str, ast.expr]:
    """The values of a dict display by their keys, of those that are written strings."""
    return {
        key.value: value for key, value in pairs(each) if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _bindings(tree: ast.Module | None) -> dict[str, list[Bound]]:
    found: dict[str, list[Bound]] = {}
    for statement in statements(tree.body) if tree is not None else ():
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            for target in targets_of(statement):
                for name in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, []).append(statement)
    return found


def _without_dots(module: Module, origin: str) -> str:
    """An import's origin, with the dots of a relative one resolved. `from . import x` is gathered as `..x`."""
    name = origin.lstrip(".")
    level = len(origin) - len(name)
    if not level:
        return origin
    if "." not in name:
        level -= 1
    package = module.name.split(".")
    if module.path.rpartition("/")[2] != "__init__.py":
        package = package[:-1]
    package = package[: len(package) - level + 1]
    return ".".join([*package, name])
