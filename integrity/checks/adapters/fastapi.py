"""FastAPI and Starlette: the routes of an application, flat or in included routers, in mounts and hosts.

FastAPI 0.116 and later keeps included routers as one route each; `iter_route_contexts` tells what is in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterator, Sequence

from integrity.checks.routes.model import Live, Route, Table
from integrity.checks.routes.standing import name_of, places_of
from integrity.checks.routes.templates import BRACES, joined_paths, parameters_of, paths_of, pieces_of, shape_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit

BASES = ("starlette.applications.Starlette", "starlette.routing.Router")
REST = "/{path:path}"  # what a mount takes


@dataclass
class _Node:
    """A route as the framework tries it; `children` are those of a mount or host, `position` that in the table."""

    context: Any
    children: list[_Node] | None
    position: int


@dataclass(frozen=True)
class _Around:
    """What stands before a route: the paths and names of mounts, and their converters."""

    path: str = ""
    name: str = ""
    host: str = ""
    samples: tuple[str, ...] = ("",)
    is_documented: bool = True


def live_routes(app: Any, unit: Unit) -> Live:
    """The routes of an application or router, in the order in which it tries them."""
    reader = _Reader(unit)
    nodes = reader.nodes(app.routes, _Around())
    name = getattr(app, "title", None) or type(app).__name__

    def resolve(method: str, host: str, path: str) -> int | None:
        scope = {
            "type": "websocket" if method == "WEBSOCKET" else "http",
            "method": method,
            "path": path,
            "root_path": "",
            "path_params": {},
            "query_string": b"",
            "headers": [(b"host", (_concrete(host) or "localhost").encode())],
            "app": app,
        }
        return _resolved(nodes, scope)

    return Live(Table(str(name), tuple(reader.routes), notes=tuple(reader.notes)), resolve, tuple(reader.views))


def document_of(app: Any) -> dict[str, Any] | None:
    """The OpenAPI document that the application makes; None for one that makes none."""
    made: dict[str, Any] | None = app.openapi() if callable(getattr(app, "openapi", None)) else None
    return made


class _Reader:
    def __init__(self, unit: Unit) -> None:
        self.routes: list[Route] = []
        self.views: list[Any] = []
        self.notes: list[str] = []
        self._unit = unit

    def nodes(self, routes: Sequence[Any], around: _Around) -> list[_Node]:
        """The routes of one router; those of mounts and hosts below it are read too."""
        return [node for context in _contexts(routes) if (node := self._node(context, around)) is not None]

    def _node(self, context: Any, around: _Around) -> _Node | None:
        inner = getattr(context, "routes", None)
        if getattr(context, "endpoint", None) is not None:
            return self._leaf(context, around, context.path, context.endpoint)
        if inner:
            return self._branch(context, around, inner)
        if getattr(context, "app", None) is not None and getattr(context, "path", None) is not None:
            return self._leaf(context, around, f"{context.path}{REST}", context.app)
        self.notes.append(f"{type(context).__name__} is not examined")
        return None

    def _branch(self, context: Any, around: _Around, inner: Sequence[Any]) -> _Node:
        """A mount or host: what none of its routes takes, it answers itself, with 404."""
        inside = _inside(context, around)
        position = len(self.routes)
        name = name_of(getattr(context, "app", context))
        self.routes.append(
            Route(f"{inside.path}{REST}", f"{inside.path}{{path}}", name, parameters=("path",), host=inside.host)
        )
        self.views.append(None)
        return _Node(context, self.nodes(inner, inside), position)

    def _leaf(self, context: Any, around: _Around, path: str, endpoint: Any) -> _Node:
        whole = f"{around.path}{path}"
        pieces = pieces_of(whole, BRACES)
        methods = _methods(context)
        is_api = around.is_documented and hasattr(context, "operation_id")
        is_documented = is_api and bool(context.include_in_schema)
        own_name = getattr(context, "name", None) or ""
        route = Route(
            whole,
            shape_of(pieces),
            name_of(endpoint),
            methods=methods,
            answers=methods,
            parameters=parameters_of(pieces),
            name=f"{around.name}{own_name}" if own_name not in ("", getattr(endpoint, "__name__", "")) else "",
            host=around.host,
            operation=(context.operation_id or getattr(context, "unique_id", "")) if is_documented else "",
            is_documented=is_documented,
            is_hidden=is_api and not is_documented,
            places=places_of(endpoint, self._unit),
            samples=joined_paths((around.samples, paths_of(pieces_of(path, BRACES), _patterns(context)))),
        )
        self.routes.append(route)
        self.views.append(endpoint)
        return _Node(context, None, len(self.routes) - 1)


def _contexts(routes: Sequence[Any]) -> Iterator[Any]:
    """Each route, those of included routers with all that the inclusion adds to them."""
    if any(type(route).__module__.startswith("fastapi.") for route in routes):
        from fastapi import routing  # noqa: PLC0415 - it is there: one of the routes is its own

        if hasattr(routing, "iter_route_contexts"):
            return iter(routing.iter_route_contexts(routes))
    return iter(routes)


def _inside(context: Any, around: _Around) -> _Around:
    path = getattr(context, "path", None)
    name = f"{around.name}{context.name}:" if getattr(context, "name", None) else around.name
    if path is None:
        return _Around(around.path, name, context.host, around.samples, is_documented=False)
    samples = joined_paths((around.samples, paths_of(pieces_of(path, BRACES), _patterns(context))))
    return _Around(f"{around.path}{path}", name, around.host, samples, is_documented=False)


def _methods(context: Any) -> tuple[str, ...]:
    """The methods without the HEAD that comes with GET; none where the endpoint itself decides."""
    if type(getattr(context, "original_route", context)).__name__.endswith("WebSocketRoute"):
        return ("WEBSOCKET",)
    methods = set(getattr(context, "methods", None) or ())
    return tuple(sorted(methods - {"HEAD"} if "GET" in methods else methods))


def _patterns(context: Any) -> dict[str, str]:
    return {name: converter.regex for name, converter in (getattr(context, "param_convertors", None) or {}).items()}


def _resolved(nodes: Sequence[_Node], scope: dict[str, Any]) -> int | None:
    for node in nodes:
        match, inside = node.context.matches(dict(scope))
        if match.name == "FULL":
            found = _resolved(node.children, {**scope, **inside}) if node.children is not None else None
            return node.position if found is None else found
    return None


def _concrete(host: str) -> str:
    return re.sub(r"{[^{}]*}", "sample", host)
