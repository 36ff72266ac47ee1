"""Memcached: the command `version` of its text protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.backing.probes.answer import NotReadyError, connected, line_of

if TYPE_CHECKING:
    from integrity.backing.server import Account, Endpoint


async def probe_memcached(endpoint: Endpoint, account: Account) -> str:  # noqa: ARG001 - all probes are called alike
    """Ask for the version."""
    async with connected(endpoint.host, endpoint.port) as (reader, writer):
        writer.write(b"version\r\n")
        line = await line_of(reader)
    word, _, version = line.partition(" ")
    if word != "VERSION":
        raise NotReadyError(f"answered {line[:60]!r}")
    return version
