"""Redis and Valkey: PING. While it loads its data, a server answers `-LOADING`."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.backing.probes.answer import NotReadyError, Stream, connected, line_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from integrity.backing.server import Account, Endpoint


async def probe_redis(endpoint: Endpoint, account: Account) -> str:
    """PING and the version out of INFO. A server with a password that isn't the account's business is ready as well."""
    try:
        async with redis_talk(endpoint, account) as redis:
            await redis.call("PING")
            lines = (await redis.call("INFO", "server")).splitlines()
    except NotReadyError as problem:
        if problem.text.startswith("NOAUTH ") and not account.password:
            return ""
        raise
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    return told.get("valkey_version") or told.get("redis_version", "")


@dataclass(frozen=True, slots=True)
class Redis:
    """A talk with one server, in the second version of its protocol; for the few commands that are needed here."""

    stream: Stream

    async def call(self, *command: str) -> str:
        """The answer as text, empty for nil; of an array the last part. Raises NotReadyError with what the server refused."""
        reader, writer = self.stream
        parts = [part.encode() for part in command]
        writer.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        await writer.drain()
        return await self._answer(await line_of(reader))

    async def _answer(self, line: str) -> str:
        mark, rest = line[:1], line[1:]
        if mark in {"+", ":"}:
            return rest
        if mark == "-":
            raise NotReadyError(rest)
        if mark == "$" and _is_size(rest):
            return await self._text(int(rest))
        if mark == "*" and _is_size(rest):
            answers = [await self._answer(await line_of(self.stream[0])) for _ in range(int(rest))]
            return answers[-1] if answers else ""
        raise NotReadyError(f"answered in another protocol: {line[:60]!r}")

    async def _text(self, size: int) -> str:
        if size < 0:
            return ""
        data = await self.stream[0].readexactly(size + 2)
        return data[:-2].decode(errors="replace")


@contextlib.asynccontextmanager
async def redis_talk(endpoint: Endpoint, account: Account) -> AsyncIterator[Redis]:
    """A talk, logged in where the account has a password. Raises NotReadyError, OSError or EOFError."""
    async with connected(endpoint.host, endpoint.port) as stream:
        redis = Redis(stream)
        if account.password:
            await redis.call("AUTH", *filter(None, (account.user, account.password)))
        yield redis


def _is_size(text: str) -> bool:
    return text.removeprefix("-").isdecimal()
