"""NATS: the INFO line that the server sends to whoever connects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from integrity.backing.probes.answer import NotReadyError, connected, line_of

if TYPE_CHECKING:
    from integrity.backing.server import Account, Endpoint


async def probe_nats(endpoint: Endpoint, account: Account) -> str:  # noqa: ARG001 - all probes are called alike
    """Read the INFO line."""
    async with connected(endpoint.host, endpoint.port) as (reader, _):
        line = await line_of(reader)
    word, _, told = line.partition(" ")
    try:
        server = json.loads(told) if word == "INFO" else None
    except ValueError:
        server = None
    if not isinstance(server, dict):
        raise NotReadyError(f"answered in another protocol: {line[:60]!r}")
    return str(server.get("version", ""))
