"""OpenAPI documents: the committed one with its lines, or the one that an application makes, against what is routed."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from integrity.checks.model import CannotExamine, Entry, Finding, Place
from integrity.checks.routes.demands import Documented
from integrity.checks.sources.yaml import NotYaml, documents, value_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.routes.model import Live, Route

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
OWN = "the application's own document"
_PATH_KEY = re.compile(r"^\s*[\"']?(/[^\"'\s]*?)[\"']?\s*:")
_PARAMETER = re.compile(r"\{[^{}]*\}|<[^<>]*>|\(\?P<\w+>(?:[^()]|\([^()]*\))*\)")


def committed_document(path: str, unit: Unit) -> Mapping[str, Any]:
    """The document of a file of the unit, JSON or YAML. Raises CannotExamine (RTE106)."""
    whole = unit.sources.from_unit(path)
    place = Place(whole)
    if not os.path.isfile(os.path.join(unit.root, whole)):
        raise CannotExamine(
            Finding("RTE106", path, f"There is no OpenAPI document {path}.", "Write it, or mend its path.", (place,))
        )
    try:
        text = unit.sources.text(whole)
        found = json.loads(text) if path.endswith(".json") else value_of(next(iter(documents(text, whole, "RTE106"))))
    except (ValueError, NotYaml, StopIteration) as error:
        raise CannotExamine(Finding("RTE106", path, f"{path} can't be read: {error}.", places=(place,))) from error
    if not isinstance(found, dict) or not isinstance(found.get("paths"), dict):
        raise CannotExamine(
            Finding("RTE106", path, f"{path} is no OpenAPI document: it has no paths.", places=(place,))
        )
    return found


def committed_routes(path: str, unit: Unit, lives: Iterable[Live]) -> Documented:
    """The operations of a committed document, and the routes that belong into it."""
    lives = tuple(lives)
    whole = unit.sources.from_unit(path)
    lines: dict[str, int] = {}
    for number, text in enumerate(unit.sources.text(whole).splitlines(), 1):
        for key in _PATH_KEY.findall(text):
            lines.setdefault(key, number)
    return _documented(path, committed_document(path, unit), lives, lambda key: Place(whole, lines.get(key)))


def own_routes(document: Mapping[str, Any], lives: Iterable[Live]) -> Documented:
    """The operations of the document that the application makes, and all routes of its interface."""
    return _documented(OWN, document, tuple(lives), None)


def _documented(
    name: str, document: Mapping[str, Any], lives: tuple[Live, ...], place_of: Callable[[str], Place] | None
) -> Documented:
    routes = [
        route
        for live in lives
        for route in live.table.routes
        if (route.is_documented or (place_of is None and route.is_hidden)) and not _is_format_twin(route, live)
    ]
    base = _base_path(document)
    shapes = {_shape(route.path) for route in routes}
    operations = [
        Entry(
            (method.upper(), _shape(path) if _shape(path) in shapes else _shape(f"{base}{path}")),
            f"{method.upper()} {path}",
            place_of(path) if place_of is not None else None,
        )
        for path, item in document["paths"].items()
        for method in (item if isinstance(item, Mapping) else ())
        if method in _METHODS
    ]
    return Documented(name, tuple(operations), tuple(entry for route in routes for entry in _entries(route)))


def _entries(route: Route) -> Iterator[Entry]:
    for method in route.answers:
        yield Entry((method, _shape(route.path)), f"{method} {route.path}", route.places[0] if route.places else None)


def _base_path(document: Mapping[str, Any]) -> str:
    """What the document's servers put before each path."""
    servers = document.get("servers") or ()
    urls = [server["url"] for server in servers if isinstance(server, Mapping) and isinstance(server.get("url"), str)]
    paths = {urlsplit(url).path.rstrip("/") for url in urls} or {str(document.get("basePath", "")).rstrip("/")}
    return paths.pop() if len(paths) == 1 else ""


def _shape(path: str) -> str:
    return _PARAMETER.sub("{}", path)


def _is_format_twin(route: Route, live: Live) -> bool:
    """Whether a route is the one of DRF's two that takes the format from the path's suffix."""
    return live.table.has_aliases and ("format" in route.parameters or ".<drf_format_suffix" in route.path)
