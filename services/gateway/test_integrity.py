"""Gateway's registries agree with each other and with contracts; its routes lead to running services.

What holds for each registry, and for routes, environment and services, is declared in pyproject.toml.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import httpx
import pytest
from contracts import ENDPOINTS, ServiceName
from fastapi import FastAPI
from gateway.app import create_app
from gateway.routes import INTERNAL, ROUTES, Access, Route
from gateway.settings import URL_FIELDS, GatewaySettings
from gateway.store import API_KEYS
from ratelimits import LIMITS, Rate, Scope, limit_of
from redis import Redis
from settings_kit import load
from starlette.routing import Match

import integrity

test_declared = integrity.declared_tests()


# --- the route table


def test_every_promised_endpoint_has_a_route_or_is_internal() -> None:
    """What no route leads to, none leads to on purpose."""
    routed = [route.endpoint_name for route in ROUTES]

    integrity.assert_covers([*routed, *INTERNAL], [entry.name for entry in ENDPOINTS], names=("routes", "endpoints"))


def test_public_operation_is_unique() -> None:
    """Two routes with one method and path would hide one another."""
    integrity.assert_unique([f"{route.endpoint.method} {route.path}" for route in ROUTES], name="public operations")


def test_route_has_the_parameters_of_its_endpoint() -> None:
    """What the endpoint's path needs, the public path gives."""
    parameters = re.compile(r"\{(\w+)\}")

    integrity.registry("routes").check(
        lambda entry: parameters.findall(entry.value.path) == parameters.findall(entry.value.endpoint.path),
        "has other parameters than its endpoint",
    )


def test_nobody_writes_without_a_key() -> None:
    """A route for anyone only reads."""
    open_routes = [route for route in ROUTES if route.access is Access.ANYONE]

    assert open_routes
    assert [route for route in open_routes if route.endpoint.method != "GET"] == []


def test_scopes_are_those_that_the_gateway_enforces() -> None:
    """Every route has a limit that is the gateway's to enforce, and each of those has a route."""
    enforced = [scope for scope, limit in LIMITS.items() if limit.enforced_by == ServiceName.GATEWAY]

    integrity.assert_covers([route.scope for route in ROUTES], enforced, names=("routes", "enforced scopes"))


def test_every_service_behind_has_an_address() -> None:
    """Each service that a route leads to has its own field in the settings, and no field is idle."""
    behind = [route.endpoint.service for route in ROUTES]

    integrity.assert_covers(URL_FIELDS, behind, names=("URL_FIELDS", "services"))
    integrity.assert_covers(GatewaySettings.model_fields, URL_FIELDS.values(), names=("fields", "addresses"))


# --- what the application makes of the table


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """Return the application as its environment makes it."""
    return create_app()


def first_match(app: FastAPI, method: str, path: str) -> str | None:
    """Return the name of the route that would answer, as the router chooses it."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    matching = (route.name for route in app.routes if route.matches(scope)[0] is Match.FULL)
    return next(matching, None)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.endpoint_name)
def test_request_is_answered_by_its_own_route(app: FastAPI, route: Route) -> None:
    """A real path finds exactly this one."""
    path = re.sub(r"\{\w+\}", "7", route.path)

    assert first_match(app, route.endpoint.method, path) == route.endpoint_name


def test_nothing_else_is_served(app: FastAPI) -> None:
    """Beside the table there is only health, and what describes the API."""
    descriptions = {"openapi", "swagger_ui_html", "swagger_ui_redirect", "redoc_html"}
    served = {route.name for route in app.routes} - descriptions

    assert served == {route.endpoint_name for route in ROUTES} | {"gateway.health"}


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
