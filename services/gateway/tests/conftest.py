"""What the tests share: a store in memory, services that record, and a gateway between them."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from gateway.app import create_app
from gateway.settings import GatewaySettings
from redis.exceptions import ConnectionError as RedisConnectionError

API_KEY = "acme's key"


@dataclass
class MemoryStore:
    """A store that forgets at exit; ``is_away`` makes it fail as Redis does."""

    counters: Counter[str] = field(default_factory=Counter)
    is_away: bool = False

    async def increment(self, key: str, lifetime_s: int) -> int:
        """Count; the lifetime does not matter, because windows have names of their own."""
        assert lifetime_s > 0
        await self.answers()
        self.counters[key] += 1
        return self.counters[key]

    async def client_of(self, api_key: str) -> str | None:
        """Know one client."""
        await self.answers()
        return "acme" if api_key == API_KEY else None

    async def answers(self) -> bool:
        """Fail when told to."""
        if self.is_away:
            raise RedisConnectionError
        return True


@dataclass
class Services:
    """The services behind: every request is recorded and answered with 201."""

    requests: list[httpx.Request] = field(default_factory=list)
    are_away: bool = False

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Serve as the handler of httpx's mock transport."""
        if self.are_away:
            raise httpx.ConnectError("refused", request=request)
        self.requests.append(request)
        return httpx.Response(201, json={"made": True}, headers={"X-Internal": "hidden"})


@dataclass
class Clock:
    """Seconds since the epoch, moved by hand."""

    now: float = 1_000_000.25

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def store() -> MemoryStore:
    """Return an empty store."""
    return MemoryStore()


@pytest.fixture
def services() -> Services:
    """Return services that nobody has called."""
    return Services()


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def settings() -> GatewaySettings:
    """Return settings whose servers do not exist."""
    values = {
        "billing_url": "http://billing.test",
        "catalog_url": "http://catalog.test/",
        "redis_url": "redis://127.0.0.1:1",
        "service_token": "placeholder",
    }
    return GatewaySettings.model_validate(values)


@asynccontextmanager
async def caller_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application, and give a caller of it."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as c,
    ):
        yield c


@pytest.fixture
def anyio_backend() -> str:
    """Run the tests on asyncio, as uvicorn runs the service."""
    return "asyncio"


@pytest.fixture
async def client(
    settings: GatewaySettings, store: MemoryStore, services: Services, clock: Clock
) -> AsyncIterator[httpx.AsyncClient]:
    """Return a caller of the gateway, without an API key."""
    transport = httpx.MockTransport(services.answer)
    async with caller_of(create_app(settings, store, transport, clock)) as client:
        yield client
