"""Flask: the rules of an application, with blueprints and subdomains, and how Werkzeug chooses between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from integrity.checks.routes.model import Live, Route, Table
from integrity.checks.routes.standing import name_of, places_of
from integrity.checks.routes.templates import ANGLES, parameters_of, paths_of, pieces_of, shape_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit

BASES = ("flask.sansio.app.App", "flask.app.Flask")


def live_routes(app: Any, unit: Unit) -> Live:
    """The rules of an application, in the order in which they were added."""
    rules = [rule for rule in app.url_map.iter_rules() if not rule.build_only]
    positions = {id(rule): position for position, rule in enumerate(rules)}
    views = tuple(app.view_functions.get(rule.endpoint) for rule in rules)

    def resolve(method: str, host: str, path: str) -> int | None:
        from werkzeug.exceptions import HTTPException  # noqa: PLC0415 - only where the unit has it
        from werkzeug.routing import RequestRedirect  # noqa: PLC0415 - only where the unit has it

        adapter = _bound(app.url_map, host)
        try:
            rule, _ = adapter.match(path, method=method, return_rule=True, websocket=method == "WEBSOCKET")
        except (HTTPException, RequestRedirect):
            return None
        return positions.get(id(rule))

    routes = tuple(_route(rule, view, unit) for rule, view in zip(rules, views))  # noqa: B905 - Python 3.9
    return Live(Table(str(app.import_name), routes), resolve, views)


def _route(rule: Any, view: Any, unit: Unit) -> Route:
    pieces = pieces_of(rule.rule, ANGLES)
    patterns = {name: converter.regex for name, converter in rule._converters.items()}  # noqa: SLF001 - it has no other door
    endpoint = name_of(view) if view is not None else rule.endpoint
    methods = _methods(rule)
    return Route(
        rule.rule,
        shape_of(pieces),
        endpoint,
        view=rule.endpoint,
        methods=methods,
        answers=methods,
        parameters=parameters_of(pieces),
        name=rule.endpoint,
        host=rule.host or rule.subdomain or "",
        is_documented=True,
        places=places_of(view, unit) if view is not None else (),
        samples=paths_of(pieces, patterns),
    )


def _methods(rule: Any) -> tuple[str, ...]:
    if rule.websocket:
        return ("WEBSOCKET",)
    methods = set(rule.methods or ())
    implied = ({"HEAD"} if "GET" in methods else set()) | (
        {"OPTIONS"} if getattr(rule, "provide_automatic_options", True) else set()
    )
    return tuple(sorted(methods - implied))


def _bound(url_map: Any, host: str) -> Any:
    concrete = re.sub(r"<[^<>]*>", "sample", host)
    if url_map.host_matching:
        return url_map.bind(concrete or "localhost")
    return url_map.bind("localhost", subdomain=concrete or url_map.default_subdomain)
