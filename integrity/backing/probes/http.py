"""HTTP: one GET; a status of 200 to 399 is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from integrity.backing.probes.answer import NotReadyError, connected, line_of

if TYPE_CHECKING:
    from integrity.backing.server import Endpoint

_GOOD = range(200, 400)
_STATUS_PARTS = 2


async def probe_http(endpoint: Endpoint, path: str) -> str:
    """Ask for `path`; only the status line of the answer is read."""
    target = quote("/" + path.removeprefix("/"), safe="/?&=%+,;:@~!$'()*")
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    request = f"GET {target} HTTP/1.1\r\nHost: {host}:{endpoint.port}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    async with connected(endpoint.host, endpoint.port) as (reader, writer):
        writer.write(request.encode())
        line = await line_of(reader)
    parts = line.split(maxsplit=_STATUS_PARTS)
    if len(parts) < _STATUS_PARTS or not parts[0].startswith("HTTP/") or not parts[1].isdecimal():
        raise NotReadyError(f"answered in another protocol: {line[:60]!r}")
    if int(parts[1]) not in _GOOD:
        raise NotReadyError(f"GET {target} answered {' '.join(parts[1:])}")
    return ""
