"""What the gateway keeps in Redis: request counters and API keys."""

import hashlib
from typing import Protocol

from redis.asyncio import Redis

API_KEYS = "gateway:api-keys"


class Store(Protocol):
    """The few operations that the gateway needs; tests have one in memory."""

    async def increment(self, key: str, lifetime_s: int) -> int:
        """Add one to a counter and return it; a new counter lives for ``lifetime_s``."""

    async def client_of(self, api_key: str) -> str | None:
        """Return the name of the client that a key was given to."""

    async def answers(self) -> bool:
        """Tell whether the store can be used; raise whatever its client raises."""


class RedisStore:
    """The store of a deployment."""

    def __init__(self, redis: Redis) -> None:
        """Use a client that decodes its answers."""
        self._redis = redis

    async def increment(self, key: str, lifetime_s: int) -> int:
        """Count and set the lifetime in one round trip, so that no counter is left for ever."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, lifetime_s, nx=True)
            count, _ = await pipeline.execute()
        return int(count)

    async def client_of(self, api_key: str) -> str | None:
        """Look a key up by its digest: the keys themselves are not stored."""
        return await self._redis.hget(API_KEYS, hashlib.sha256(api_key.encode()).hexdigest())

    async def answers(self) -> bool:
        """Send a PING."""
        return bool(await self._redis.ping())
