"""Gateway's registries are complete and agree with each other and with contracts; its routes lead to running services."""

import ast
import hashlib
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import NamedTuple

import gateway
import httpx
import pytest
from contracts import ENDPOINTS, ServiceName
from dotenv.parser import parse_stream
from fastapi import FastAPI
from gateway.app import create_app
from gateway.routes import INTERNAL, ROUTES, Access, Route
from gateway.settings import URL_FIELDS, GatewaySettings
from gateway.store import API_KEYS
from ratelimits import LIMITS, Rate, Scope, limit_of
from redis import Redis
from settings_kit import load, variables
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


# --- running, before running services


class Probe(NamedTuple):
    """A request for a route, and what only the endpoint behind it would answer."""

    parameters: Mapping[str, str]
    status: int
    excerpt: Mapping[str, object]
    body: Mapping[str, str] | None = None


PRODUCT = {"sku": "new", "name": "Notes", "email": "ada@example.org", "category": "book"}
SUBSCRIPTION = {"email": "ada@example.org", "plan": "team", "currency": "EUR"}
NO_INVOICE = {"code": "not-found", "detail": "No Invoice matches the given query."}
PROBES = {
    "catalog.list_products": Probe({}, 200, {"products": [PRODUCT | {"sku": "shown", "state": "published"}]}),
    "catalog.get_product": Probe({"sku": "shown"}, 200, PRODUCT | {"sku": "shown", "state": "published"}),
    "catalog.add_product": Probe({}, 201, PRODUCT | {"state": "draft"}, PRODUCT),
    "catalog.publish_product": Probe({"sku": "none"}, 404, {"code": "not-found", "detail": "no product none"}),
    "catalog.retire_product": Probe({"sku": "draft"}, 409, {"detail": "what is draft cannot become retired"}),
    "billing.list_subscriptions": Probe({}, 200, {"previous": None, "next": None}),
    "billing.start_subscription": Probe({}, 201, SUBSCRIPTION | {"cancelled_on": None}, SUBSCRIPTION),
    "billing.get_subscription": Probe({"id": "1"}, 200, SUBSCRIPTION | {"id": 1}),
    "billing.cancel_subscription": Probe({"id": "1"}, 200, SUBSCRIPTION | {"id": 1}),
    "billing.list_invoices": Probe({}, 200, {"count": 0, "results": []}),
    "billing.get_invoice": Probe({"number": "none"}, 404, NO_INVOICE),
    "billing.pay_invoice": Probe({"number": "none"}, 404, NO_INVOICE),
    "billing.void_invoice": Probe({"number": "none"}, 404, NO_INVOICE),
}


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    """Return the Redis of the running gateway."""
    with Redis.from_url(load(GatewaySettings, ServiceName.GATEWAY).redis_url, decode_responses=True) as redis:
        yield redis


@contextmanager
def client(redis: Redis, name: str) -> Iterator[httpx.Client]:
    """Give a caller of the running gateway whose API key is known."""
    key = f"the key of {name}"
    redis.hset(API_KEYS, hashlib.sha256(key.encode()).hexdigest(), name)
    with httpx.Client(base_url=os.environ["GATEWAY_URL"], headers={"X-API-Key": key}) as caller:
        yield caller


@pytest.fixture(scope="module")
def caller(redis: Redis) -> Iterator[httpx.Client]:
    """Return a client for whom there are a draft, a product on offer, and a subscription."""
    with client(redis, "prober") as caller:
        for sku in ("draft", "shown"):
            assert caller.post("/v1/products", json=PRODUCT | {"sku": sku}).status_code == 201
        assert caller.post("/v1/products/shown/publish").json()["state"] == "published"
        assert caller.post("/v1/subscriptions", json=SUBSCRIPTION).json()["id"] == 1
        yield caller


def test_running_gateway_is_healthy() -> None:
    """It counts, and says so to anyone."""
    answer = httpx.get(f"{os.environ['GATEWAY_URL']}/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_each_route_is_probed() -> None:
    """No route is left out below, and no probe is for a route that is gone."""
    assert PROBES.keys() == {route.endpoint_name for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.endpoint_name)
def test_route_leads_to_what_runs(caller: httpx.Client, route: Route) -> None:
    """Its endpoint itself answers: not another one, nor the service for a path that it does not know, nor the gateway."""
    probe = PROBES[route.endpoint_name]

    answer = caller.request(route.endpoint.method, route.path.format_map(probe.parameters), json=probe.body)

    assert (answer.status_code, "json" in answer.headers["Content-Type"]) == (probe.status, True), answer.text
    assert probe.excerpt
    assert {key: answer.json().get(key) for key in probe.excerpt} == probe.excerpt


def counted(redis: Redis, rate: Rate, name: str) -> list[int]:
    """Return the counters of a client's writing, one for each window of a rate, oldest first."""
    keys = redis.keys(f"gateway:rate:{Scope.CLIENT_WRITE}:{rate.period_s}:*:client:{name}")
    return [int(count) for count in redis.mget(sorted(keys))]


def test_requests_are_counted_in_redis(redis: Redis) -> None:
    """Those of the burst get through, the next is refused; all are counted, whenever the window changes meanwhile."""
    limit = limit_of(Scope.CLIENT_WRITE)
    answers: list[httpx.Response] = []

    with client(redis, "writer") as writer:
        while len(answers) <= 2 * limit.burst.count and (not answers or answers[-1].status_code == 404):
            answers.append(writer.post("/v1/products/none/publish"))

    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "rate-limited")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= limit.burst.period_s
    assert counted(redis, limit.burst, "writer")[-1] == limit.burst.count + 1
    assert sum(counted(redis, limit.burst, "writer")) == sum(counted(redis, limit.sustained, "writer")) == len(answers)
