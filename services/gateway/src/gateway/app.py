"""The FastAPI application: ``uvicorn --factory gateway.app:create_app``."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from contracts import ErrorCode, ServiceName
from fastapi import FastAPI, Request, Response
from redis.asyncio import Redis
from redis.exceptions import RedisError
from settings_kit import load

from gateway.limiter import Limiter
from gateway.problems import RefusedError, answer_refused
from gateway.proxy import forward, upstream_path
from gateway.routes import ROUTES, Access, Route
from gateway.settings import GatewaySettings, upstream_url
from gateway.store import RedisStore, Store

REDIS_TIMEOUT_S = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the routes work with."""

    settings: GatewaySettings
    store: Store
    limiter: Limiter
    upstream: httpx.AsyncClient


def create_app(
    settings: GatewaySettings | None = None,
    store: Store | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Callable[[], float] = time.time,
) -> FastAPI:
    """Return the application, configured from the environment unless told otherwise.

    No connection is opened before the first request: it starts without Redis and the services.
    """
    settings = settings or load(GatewaySettings, ServiceName.GATEWAY)
    redis = Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
    )
    store = store or RedisStore(redis)
    resources = Resources(
        settings=settings,
        store=store,
        limiter=Limiter(store, clock),
        upstream=httpx.AsyncClient(transport=transport, timeout=settings.upstream_timeout_s),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await resources.upstream.aclose()
        await redis.aclose()

    app = FastAPI(title="gateway", lifespan=lifespan)
    app.add_exception_handler(RefusedError, answer_refused)
    app.add_api_route("/health", _health_view(resources), name="gateway.health")
    for route in ROUTES:
        app.add_api_route(
            route.path,
            _view(route, resources),
            methods=[route.endpoint.method],
            name=route.endpoint_name,
            operation_id=route.endpoint_name,
            response_class=Response,
        )
    return app


def _health_view(resources: Resources) -> Callable[[], Awaitable[dict[str, str]]]:
    async def health() -> dict[str, str]:
        """Answer 200 when requests can be counted, else 503."""
        try:
            await resources.store.answers()
        except RedisError as error:
            raise RefusedError(ErrorCode.BROKER_UNAVAILABLE, "") from error
        return {"status": "ok"}

    return health


def _view(route: Route, resources: Resources) -> Callable[[Request], Awaitable[Response]]:
    target = upstream_url(resources.settings, route.endpoint.service)
    token = resources.settings.service_token.get_secret_value()

    async def view(request: Request) -> Response:
        await _admit(route, resources, request)
        url = target + upstream_path(route.endpoint.path, request.path_params)
        return await forward(resources.upstream, request, route.endpoint.method, url, token)

    return view


async def _admit(route: Route, resources: Resources, request: Request) -> None:
    try:
        caller = await _caller(route, resources.store, request)
        wait_s = await resources.limiter.wait_s(route.scope, caller)
    except RedisError as error:
        raise RefusedError(ErrorCode.BROKER_UNAVAILABLE, "") from error
    if wait_s:
        headers = {"Retry-After": str(wait_s)}
        raise RefusedError(ErrorCode.RATE_LIMITED, f"wait {wait_s} s", headers)


async def _caller(route: Route, store: Store, request: Request) -> str:
    api_key = request.headers.get("x-api-key", "")
    client = await store.client_of(api_key) if api_key else None
    if client is not None:
        return f"client:{client}"
    if route.access is Access.CLIENT:
        raise RefusedError(ErrorCode.UNAUTHENTICATED, "X-API-Key is missing or unknown")
    return f"address:{request.client.host if request.client else 'unknown'}"
