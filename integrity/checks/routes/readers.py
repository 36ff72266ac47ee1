"""Reads one call that registers a route, as its framework would."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from integrity.checks.routes.expressions import constant_text, keyword, last_name, positional
from integrity.checks.routes.model import Route
from integrity.checks.routes.templates import ANGLES, BRACES, parameters_of, paths_of, pattern_of, pieces_of, shape_of

if TYPE_CHECKING:
    from integrity.checks.routes.statements import Function, Statement
    from integrity.checks.sources import Module

METHODS = ("get", "post", "put", "delete", "patch", "head", "options", "trace")


class Registration(NamedTuple):
    """A call that registers: the decorator of a function, or with the expression of what answers."""

    call: ast.Call
    statement: Statement
    function: Function | None
    endpoint: ast.expr | None


def route_of(kind: str, registration: Registration, module: Module, constants: dict[str, str]) -> Route | None:
    """The route that a call on an object of this kind registers; None where it registers none, or path or methods are computed."""
    reader = {"asgi": _asgi_route, "flask": _flask_route, "drf": _drf_route}[kind]
    return reader(registration, module, constants)


def _asgi_route(registration: Registration, module: Module, constants: dict[str, str]) -> Route | None:
    call = registration.call
    called = last_name(call)
    path = constant_text(call.args[0] if call.args else keyword(call, "path"), constants)
    methods = _asgi_methods(call, called)
    if path is None or methods is None:
        return None
    pieces = pieces_of(path, BRACES)
    operation = constant_text(keyword(call, "operation_id"), constants) or ""
    return Route(
        path,
        shape_of(pieces),
        _endpoint(registration, module),
        methods=methods,
        answers=methods,
        parameters=parameters_of(pieces),
        operation=operation,
        is_documented=True,
        places=(module.place(call),),
        samples=paths_of(pieces),
        pattern=pattern_of(pieces),
        branches=registration.statement.branches,
    )


def _asgi_methods(call: ast.Call, called: str) -> tuple[str, ...] | None:
    if called in METHODS:
        return (called.upper(),)
    if called in {"websocket", "add_websocket_route", "websocket_route"}:
        return ("WEBSOCKET",)
    if called in {"api_route", "route", "add_api_route", "add_route"}:
        is_class = called == "add_route" and len(call.args) > 1 and last_name(call.args[1])[:1].isupper()
        return (
            None
            if is_class
            else _methods(keyword(call, "methods") or positional(call, 2 if called == "add_route" else None))
        )
    return None


def _flask_route(registration: Registration, module: Module, constants: dict[str, str]) -> Route | None:
    call = registration.call
    called = last_name(call)
    path = constant_text(call.args[0] if call.args else keyword(call, "rule"), constants)
    if (
        path is None
        or called not in {"route", "add_url_rule", *METHODS}
        or keyword(call, "build_only", "redirect_to", "alias")
    ):
        return None
    listed = keyword(call, "methods")
    if called == "add_url_rule" and listed is None and not isinstance(registration.endpoint, (ast.Name, ast.Attribute)):
        return None  # a class that says itself which methods it answers
    methods = (called.upper(),) if called in METHODS else _methods(listed)
    host = keyword(call, "host", "subdomain")
    if methods is None or any(each.arg is None for each in call.keywords):
        return None
    pieces = pieces_of(path, ANGLES)
    return Route(
        path,
        shape_of(pieces),
        _endpoint(registration, module),
        methods=methods,
        answers=methods,
        parameters=parameters_of(pieces),
        host=ast.dump(host) if host is not None else "",
        places=(module.place(call),),
        branches=registration.statement.branches,
    )


def _drf_route(registration: Registration, module: Module, constants: dict[str, str]) -> Route | None:
    call = registration.call
    prefix = constant_text(call.args[0] if call.args else keyword(call, "prefix"), constants)
    if prefix is None or last_name(call) != "register" or registration.endpoint is None:
        return None
    name = keyword(call, "basename", "base_name") or positional(call, 2)
    return Route(
        prefix,
        prefix,
        _endpoint(registration, module),
        name=constant_text(name, constants) or "",
        places=(module.place(call),),
        branches=registration.statement.branches,
    )


def _methods(node: ast.expr | None) -> tuple[str, ...] | None:
    """The methods of a list display; GET without one, None for what is computed."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return ("GET",)
    items = [constant_text(item) for item in node.elts] if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else [None]
    texts = [item.upper() for item in items if item is not None]
    return tuple(dict.fromkeys(texts)) if texts and len(texts) == len(items) else None


def _endpoint(registration: Registration, module: Module) -> str:
    if registration.function is not None:
        return ".".join((*registration.statement.scope, registration.function.name))
    node = registration.endpoint
    return (module.dotted(node) or "a computed view") if node is not None else "a view"
