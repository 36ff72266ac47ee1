"""Gateway's registries are complete and agree with each other and with contracts."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path

import gateway
import pytest
from contracts import ENDPOINTS, ServiceName
from dotenv.parser import parse_stream
from fastapi import FastAPI
from gateway.app import create_app
from gateway.routes import INTERNAL, ROUTES, Access, Route
from gateway.settings import URL_FIELDS, GatewaySettings
from ratelimits import LIMITS
from settings_kit import variables
from starlette.routing import Match

PACKAGE = Path(gateway.__file__).parent
UNIT = Path(__file__).parent


def repeated(items: Iterable[object]) -> list[object]:
    """Return what occurs more than once; an empty collection proves nothing and fails."""
    counts = Counter(items)
    assert counts, "nothing was examined"
    return [item for item, count in counts.items() if count > 1]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """Return the application as its environment makes it."""
    return create_app()


# --- the route table


def test_route_leads_to_a_promised_endpoint() -> None:
    """Every promised endpoint has one route or is internal on purpose; no route leads nowhere."""
    routed = [route.endpoint_name for route in ROUTES]

    assert repeated(routed) == []
    assert set(routed).isdisjoint(INTERNAL)
    assert set(routed) | INTERNAL == {entry.name for entry in ENDPOINTS}


def test_public_operation_is_unique() -> None:
    """Two routes with one method and path would hide one another."""
    assert repeated((route.endpoint.method, route.path) for route in ROUTES) == []


def test_route_has_the_parameters_of_its_endpoint() -> None:
    """What the endpoint's path needs, the public path gives."""
    parameters = re.compile(r"\{(\w+)\}")
    differing = [route for route in ROUTES if parameters.findall(route.path) != parameters.findall(route.endpoint.path)]

    assert ROUTES
    assert differing == []


def test_nobody_writes_without_a_key() -> None:
    """A route for anyone only reads."""
    open_routes = [route for route in ROUTES if route.access is Access.ANYONE]

    assert open_routes
    assert [route for route in open_routes if route.endpoint.method != "GET"] == []


# --- what the application makes of the table


def first_match(app: FastAPI, method: str, path: str) -> str | None:
    """Return the name of the route that would answer, as the router chooses it."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    matching = (route.name for route in app.routes if route.matches(scope)[0] is Match.FULL)
    return next(matching, None)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.endpoint_name)
def test_request_is_answered_by_its_own_route(app: FastAPI, route: Route) -> None:
    """No route is shadowed by one before it: a real path finds exactly this one."""
    path = re.sub(r"\{\w+\}", "7", route.path)

    assert first_match(app, route.endpoint.method, path) == route.endpoint_name


def test_health_is_served_as_promised(app: FastAPI) -> None:
    """The gateway's own endpoints are where contracts says."""
    own = [entry for entry in ENDPOINTS if entry.service == ServiceName.GATEWAY]

    assert own
    assert [e for e in own if first_match(app, e.method, e.path) != e.name] == []


def test_nothing_else_is_served(app: FastAPI) -> None:
    """Beside the table there is only health, and what describes the API."""
    descriptions = {"openapi", "swagger_ui_html", "swagger_ui_redirect", "redoc_html"}
    served = {route.name for route in app.routes} - descriptions

    assert served == {route.endpoint_name for route in ROUTES} | {"gateway.health"}


# --- rate limits


def test_scopes_are_those_that_the_gateway_enforces() -> None:
    """Every route has a limit that is the gateway's to enforce, and each of those has a route."""
    enforced = {s for s, limit in LIMITS.items() if limit.enforced_by == ServiceName.GATEWAY}

    assert {route.scope for route in ROUTES} == enforced != set()


# --- settings


def test_every_service_behind_has_an_address() -> None:
    """Each service that a route leads to has its own field in the settings, and no field is idle."""
    tree = ast.parse((PACKAGE / "settings.py").read_text(encoding="utf-8"))
    (table,) = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]

    assert repeated(ast.unparse(key) for key in table.keys if key) == []
    assert repeated(URL_FIELDS.values()) == []
    assert set(URL_FIELDS) == {route.endpoint.service for route in ROUTES}
    assert set(URL_FIELDS.values()) <= set(GatewaySettings.model_fields)


def test_example_documents_what_is_read() -> None:
    """Each variable that the settings read stands once in ``.env.example``, and no other does."""
    with (UNIT / ".env.example").open(encoding="utf-8") as stream:
        documented = [binding.key for binding in parse_stream(stream) if binding.key]

    assert repeated(documented) == []
    assert set(documented) == {variable.name for variable in variables(GatewaySettings)}


def test_commands_can_be_started() -> None:
    """Each console script of the manifest points to something callable."""
    manifest = tomllib.loads((UNIT / "pyproject.toml").read_text(encoding="utf-8"))
    scripts = manifest["project"]["scripts"]

    assert scripts
    for name, target in scripts.items():
        assert callable(EntryPoint(name, target, "console_scripts").load()), name
