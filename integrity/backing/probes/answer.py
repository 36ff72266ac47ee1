"""What a probe says of a server that isn't ready, and the few lines of stream handling that all probes share."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NotReadyError(Exception):
    """The server doesn't serve yet: its own words, or what was missing. With `is_final` waiting can't help."""

    def __init__(self, text: str, *, is_final: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.is_final = is_final


@contextlib.asynccontextmanager
async def connected(host: str, port: int) -> AsyncIterator[Stream]:
    """A TCP connection, closed without waiting for the other side. Raises OSError."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def line_of(reader: asyncio.StreamReader) -> str:
    """The next line without its end. Raises EOFError where the connection ends first, as docker-proxy's does."""
    try:
        line = await reader.readline()
    except ValueError as problem:  # longer than the stream's limit
        raise NotReadyError("answered with an endless line") from problem
    if not line.endswith(b"\n"):
        raise EOFError
    return line.decode(errors="replace").rstrip("\r\n")
