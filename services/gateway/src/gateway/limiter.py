"""Counting requests in fixed windows: the window's number is part of the counter's name.

A caller can fit two windows' worth around a boundary. That is the price of one counter for each
rate; the services behind have limits of their own.
"""

from collections.abc import Callable

from ratelimits import Rate, Scope, limit_of

from gateway.store import Store


class Limiter:
    """Holds callers to the limits of ``ratelimits``."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        """Count in ``store``; ``clock`` gives seconds since the epoch."""
        self._store = store
        self._clock = clock

    async def wait_s(self, scope: Scope, caller: str) -> int:
        """Count a request; return 0 when it is within both rates, else seconds to wait."""
        limit = limit_of(scope)
        waits = [await self._count(rate, scope, caller) for rate in (limit.burst, limit.sustained)]
        return max(waits)

    async def _count(self, rate: Rate, scope: Scope, caller: str) -> int:
        now = self._clock()
        window = int(now // rate.period_s)
        key = f"gateway:rate:{scope}:{rate.period_s}:{window}:{caller}"
        count = await self._store.increment(key, rate.period_s)
        remaining_s = (window + 1) * rate.period_s - now
        return 0 if count <= rate.count else max(1, round(remaining_s))
