"""TCP: somebody accepts. It proves little where a proxy stands before the server, as it does before a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.backing.probes.answer import connected

if TYPE_CHECKING:
    from integrity.backing.server import Endpoint


async def probe_tcp(endpoint: Endpoint) -> str:
    """Connect; nothing is said."""
    async with connected(endpoint.host, endpoint.port):
        return ""
