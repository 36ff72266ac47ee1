"""AMQP 0-9-1: the server's first frame, Connection.Start. RabbitMQ sends it when its long boot is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.backing.probes.answer import NotReadyError, connected

if TYPE_CHECKING:
    from integrity.backing.server import Account, Endpoint

_HEADER = b"AMQP\x00\x00\x09\x01"
_FRAME_HEAD_BYTES = 7  # type, channel, size
_METHOD_FRAME = 1
_CONNECTION_START = b"\x00\x0a\x00\x0a"
_VERSION_KEY = b"\x07versionS"  # in the server's properties: a short string, then a long one
_MOST_BYTES = 1 << 17


async def probe_amqp(endpoint: Endpoint, account: Account) -> str:  # noqa: ARG001 - all probes are called alike
    """Send the protocol's header and read Connection.Start; nobody logs in."""
    async with connected(endpoint.host, endpoint.port) as (reader, writer):
        writer.write(_HEADER)
        head = await reader.readexactly(_FRAME_HEAD_BYTES)
        if head[0] != _METHOD_FRAME or int.from_bytes(head[3:]) > _MOST_BYTES:
            raise NotReadyError(f"answered in another protocol: {head!r}")
        body = await reader.readexactly(int.from_bytes(head[3:]))
    if not body.startswith(_CONNECTION_START):
        raise NotReadyError("answered with another frame than Connection.Start")
    return _version(body)


def _version(body: bytes) -> str:
    _, found, rest = body.partition(_VERSION_KEY)
    return rest[4 : 4 + int.from_bytes(rest[:4])].decode(errors="replace") if found else ""
