"""Routes that decorators and calls register on an object in one module: FastAPI, Starlette, Flask, and DRF's routers."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from integrity.checks.routes.expressions import constants_of, keyword, last_name, positional, written_name
from integrity.checks.routes.model import Route, Table
from integrity.checks.routes.readers import Registration, route_of
from integrity.checks.routes.statements import Function, Scope, Statement, statements_of

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources

MAKERS = {  # what makes an object that routes are registered on, and how its routes are written
    "FastAPI": "asgi",
    "APIRouter": "asgi",
    "Starlette": "asgi",
    "Flask": "flask",
    "Blueprint": "flask",
    "DefaultRouter": "drf",
    "SimpleRouter": "drf",
}
_DECORATOR = re.compile(rb"@[\w.]+\.(?:route|get|post|put|delete|patch|head|options|trace|websocket|api_route)\(")
_CALLS = {  # what registers without being a decorator, and where it takes what answers
    "add_api_route": (1, "endpoint"),
    "add_route": (1, "route"),
    "add_websocket_route": (1, "route"),
    "add_url_rule": (2, "view_func"),
    "register": (1, "viewset"),
}


class Registered(NamedTuple):
    """A route as it is registered, with the function that answers, where it is defined right there."""

    route: Route
    function: Function | None


class Registry(NamedTuple):
    """All that is registered on one object in one module."""

    kind: str
    table: Table
    registered: tuple[Registered, ...]


@dataclass
class _Object:
    kind: str
    label: str
    found: list[Registered] = field(default_factory=list)


def registries_of(module: Module, sources: Sources) -> list[Registry]:
    """One for each object that routes are registered on, where it can be told what that is."""
    is_candidate = _DECORATOR.search(module.content) or b".add_" in module.content or b".register(" in module.content
    lines = _lines(module) if is_candidate else []
    if not lines or module.tree is None:
        return []
    names = _Names(module, sources)
    for statement in statements_of(module.tree, lines):
        names.take(statement)
    return [
        Registry(
            each.kind, Table(each.label, tuple(one.route for one in each.found), each.kind == "drf"), tuple(each.found)
        )
        for each in names.objects
        if each.found
    ]


def _lines(module: Module) -> list[int]:
    """The lines on which something may be registered."""
    decorated = [each.lineno for function in module.functions for each in function.decorator_list]
    called = [call.lineno for name in (*_CALLS, "") for call in module.calls.get(name, ())]
    return sorted(decorated + called)


class _Names:
    """What the names of a module stand for while its statements are read in turn."""

    def __init__(self, module: Module, sources: Sources) -> None:
        self.objects: list[_Object] = []
        self._module = module
        self._sources = sources
        self._known: dict[tuple[Scope, str], _Object | None] = {}
        self._constants = constants_of(module)

    def take(self, statement: Statement) -> None:
        """Learn what a statement assigns, and keep what it registers."""
        node = statement.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._take_function(node, statement)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self._know(
                    statement.scope,
                    target,
                    MAKERS.get(last_name(node.value), "") if isinstance(node.value, ast.Call) else "",
                )
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            for target in node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]:
                self._know(statement.scope, target, "")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self._take_call(node.value, statement)

    def _take_function(self, node: Function, statement: Statement) -> None:
        inside = (*statement.scope, node.name)
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            self._know(inside, ast.Name(argument.arg), MAKERS.get(last_name(argument.annotation), ""))
        if any("version" in last_name(each).lower() for each in node.decorator_list):
            return  # such decorators let several routes share one path
        for decorator in reversed(node.decorator_list):
            if isinstance(decorator, ast.Call):
                self._register(Registration(decorator, statement, node, None))

    def _take_call(self, call: ast.Call, statement: Statement) -> None:
        if isinstance(call.func, ast.Call) and len(call.args) == 1:
            self._register(Registration(call.func, statement, None, call.args[0]))
        elif last_name(call) in _CALLS:
            position, name = _CALLS[last_name(call)]
            self._register(Registration(call, statement, None, positional(call, position) or keyword(call, name)))

    def _register(self, registration: Registration) -> None:
        func = registration.call.func
        found = self._object(registration.statement.scope, func.value) if isinstance(func, ast.Attribute) else None
        if found is not None:
            route = route_of(found.kind, registration, self._module, self._constants)
            if route is not None:
                found.found.append(Registered(route, registration.function))

    def _know(self, scope: Scope, target: ast.expr, kind: str) -> None:
        name = written_name(target)
        if not name:
            return
        made = _Object(kind, f"{self._module.name}:{'.'.join((*scope, name))}") if kind else None
        if made is not None:
            self.objects.append(made)
        self._known[scope, name] = made

    def _object(self, scope: Scope, node: ast.expr) -> _Object | None:
        name = written_name(node)
        for length in range(len(scope), -1, -1):
            if (scope[:length], name) in self._known:
                return self._known[scope[:length], name]
        if name in self._module.imports:
            self._know((), node, _imported_kind(self._module, name, self._sources))
        return self._known.get(((), name))


def _imported_kind(module: Module, name: str, sources: Sources) -> str:
    """The kind of what another module of the unit assigns once; "" where that can't be told."""
    origin, _, attribute = module.imports[name].rpartition(".")
    other = sources.module(origin) if origin else None
    values = [
        node.value
        for node in (other.assignments if other is not None else ())
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == attribute
    ]
    is_made = len(values) == 1 and isinstance(values[0], ast.Call)
    return MAKERS.get(last_name(values[0]), "") if is_made else ""
