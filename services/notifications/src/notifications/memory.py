"""What the service remembers between tasks, in Redis."""

from functools import cache
from typing import Protocol
from uuid import UUID

from redis import Redis

from notifications.settings import current_settings

REMEMBERED_S = 7 * 24 * 3600
POSITION = "notifications:catalog-position"


class Memory(Protocol):
    """The few things to remember; tests have a memory of their own."""

    def is_delivered(self, event_id: UUID) -> bool:
        """Tell whether ``remember_delivered`` was called within the last days."""

    def remember_delivered(self, event_id: UUID) -> None:
        """Remember that people were told of an event."""

    def position(self) -> int:
        """Return how far catalog's feed was read; 0 at the beginning."""

    def remember_position(self, position: int) -> None:
        """Remember how far catalog's feed was read."""


class RedisMemory:
    """The memory of a deployment."""

    def __init__(self, redis: Redis) -> None:
        """Use a client of the service's database."""
        self._redis = redis

    def is_delivered(self, event_id: UUID) -> bool:
        """Look the event up."""
        return bool(self._redis.exists(f"notifications:delivered:{event_id}"))

    def remember_delivered(self, event_id: UUID) -> None:
        """Keep the event's identity for some days, longer than any retry."""
        self._redis.set(f"notifications:delivered:{event_id}", 1, ex=REMEMBERED_S)

    def position(self) -> int:
        """Return the stored position."""
        return int(self._redis.get(POSITION) or 0)

    def remember_position(self, position: int) -> None:
        """Store the position."""
        self._redis.set(POSITION, position)


@cache
def current_memory() -> Memory:
    """Return the memory of this process."""
    return RedisMemory(Redis.from_url(current_settings().redis_url))
