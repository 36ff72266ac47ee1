"""Redis and Valkey: a database number for each unit of a shared server, claimed in the server itself, also across runs."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from typing import TYPE_CHECKING

from integrity.backing.probes.answer import NotReadyError
from integrity.backing.probes.redis import Redis, redis_talk
from integrity.backing.server import Account, Server, service_fault
from integrity.backing.tenants.recipe import CLOSING_S, failure_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LEASE_S = "21600"  # a run that was killed gives its numbers back after six hours
_FEWEST_DATABASES = 16  # how many there are where the server doesn't say


class RedisRecipe:
    """A server of its own is used at number 0; a given one is never a unit's own, whatever was asked for."""

    async def open(self, server: Server, name: str, init: Sequence[Path], *, alone: bool) -> Account:  # noqa: ARG002 - there is no SQL
        """As in Recipe; only a number that is empty and that nobody else claimed is taken."""
        if alone and server.spec.external is None:
            return _account(server, "0")
        try:
            async with asyncio.timeout(server.spec.timeout_s), redis_talk(server.endpoint, server.admin) as redis:
                number = await _claimed(redis, _home(server), name)
        except (NotReadyError, OSError, EOFError) as problem:
            words = await failure_of(server) or str(problem) or "no answer in time"
            raise service_fault(f"{server.spec.kind.name} could not give the unit a database: {words}") from problem
        if number is None:
            raise service_fault(
                f"{server.spec.kind.name} has no database that is empty and that no other run uses",
                hint="Empty one with FLUSHDB, or start the server with `--databases 256`.",
            )
        return _account(server, number)

    async def close(self, server: Server, account: Account) -> None:
        """As in Recipe: empty it, then give its number back."""
        if account.database == "0":
            return
        with contextlib.suppress(NotReadyError, OSError, EOFError):
            async with asyncio.timeout(CLOSING_S), redis_talk(server.endpoint, server.admin) as redis:
                await redis.call("SELECT", account.database)
                await redis.call("FLUSHDB")
                await redis.call("SELECT", _home(server))
                await redis.call("DEL", _key(account.database))


def _account(server: Server, number: str) -> Account:
    return Account(user=server.admin.user, password=server.admin.password, database=number)


def _home(server: Server) -> str:
    """The number where claims are written, which no unit gets."""
    return server.admin.database or "0"


def _key(number: str) -> str:
    return f"integrity:lease:{number}"


async def _claimed(redis: Redis, home: str, name: str) -> str | None:
    """Number 0 is never given. Each unit starts its search elsewhere, so that two rarely want the same."""
    count = await _databases(redis) - 1
    start = zlib.crc32(name.encode())
    for number in (str((start + step) % count + 1) for step in range(count)):
        if number != home and await _claim(redis, home, number, name):
            return number
    return None


async def _claim(redis: Redis, home: str, number: str, name: str) -> bool:
    await redis.call("SELECT", home)
    if not await redis.call("SET", _key(number), name, "NX", "EX", _LEASE_S):
        return False
    await redis.call("SELECT", number)
    if await redis.call("DBSIZE") == "0":
        return True
    await redis.call("SELECT", home)
    await redis.call("DEL", _key(number))
    return False


async def _databases(redis: Redis) -> int:
    try:
        return int(await redis.call("CONFIG", "GET", "databases") or _FEWEST_DATABASES)
    except NotReadyError:  # managed servers don't tell
        return _FEWEST_DATABASES
