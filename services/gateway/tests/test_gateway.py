"""What callers of the gateway get, and what the services behind see."""

import httpx
import pytest
from conftest import API_KEY, Clock, MemoryStore, Services, caller_of
from gateway.app import create_app
from gateway.settings import GatewaySettings
from ratelimits import Scope, limit_of

KEY = {"X-API-Key": API_KEY}

pytestmark = pytest.mark.anyio


async def test_request_reaches_its_service(client: httpx.AsyncClient, services: Services) -> None:
    """Path, query, body and the service token arrive; the API key does not."""
    answer = await client.post("/v1/subscriptions?dry=1&dry=2", content=b'{"plan": "team"}', headers=KEY)

    (request,) = services.requests
    assert (answer.status_code, answer.json()) == (201, {"made": True})
    assert str(request.url) == "http://billing.test/subscriptions?dry=1&dry=2"
    assert request.content == b'{"plan": "team"}'
    assert request.headers["Authorization"] == "Bearer placeholder"
    assert "x-api-key" not in request.headers
    assert "x-internal" not in answer.headers


async def test_parameter_cannot_leave_its_segment(client: httpx.AsyncClient, services: Services) -> None:
    """A slash in a parameter stays quoted, and a parameter of dots is refused."""
    await client.get("/v1/products/a%3Fb")
    dots = await client.get("/v1/products/%2E%2E")

    assert [str(request.url) for request in services.requests] == ["http://catalog.test/products/a%3Fb"]
    assert dots.status_code in {400, 404}


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}], ids=["none", "unknown"])
async def test_client_route_wants_a_key(client: httpx.AsyncClient, services: Services, headers: dict[str, str]) -> None:
    """Without a known key nothing reaches the service."""
    answer = await client.get("/v1/invoices", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert services.requests == []


async def test_burst_ends_and_the_next_window_starts(client: httpx.AsyncClient, clock: Clock) -> None:
    """One request more than the burst is refused, and told when to come again."""
    allowed = limit_of(Scope.PUBLIC_READ).burst.count
    answers = [await client.get("/v1/products") for _ in range(allowed + 1)]

    clock.now += 1
    later = await client.get("/v1/products")

    assert [answer.status_code for answer in answers] == [201] * allowed + [429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert later.status_code == 201


async def test_callers_are_counted_apart(client: httpx.AsyncClient) -> None:
    """A client with a key is not held to what its address has used up."""
    for _ in range(limit_of(Scope.PUBLIC_READ).burst.count):
        await client.get("/v1/products")

    assert (await client.get("/v1/products")).status_code == 429
    assert (await client.get("/v1/products", headers=KEY)).status_code == 201


async def test_service_that_is_away_is_a_bad_gateway(client: httpx.AsyncClient, services: Services) -> None:
    """The caller learns that it was not their mistake."""
    services.are_away = True

    answer = await client.get("/v1/products")

    assert (answer.status_code, answer.json()["code"]) == (502, "upstream-unavailable")


async def test_nothing_passes_without_counting(client: httpx.AsyncClient, store: MemoryStore) -> None:
    """Without Redis requests are refused, and health says why."""
    well = await client.get("/health")
    store.is_away = True

    assert well.json() == {"status": "ok"}
    assert (await client.get("/v1/products")).status_code == 503
    assert (await client.get("/health")).json()["code"] == "broker-unavailable"


async def test_real_store_that_is_away_is_unhealthy(settings: GatewaySettings) -> None:
    """The Redis client's own error is the one that is caught."""
    async with caller_of(create_app(settings)) as client:
        assert (await client.get("/health")).status_code == 503
