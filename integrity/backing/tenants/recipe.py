"""What a recipe is: how one unit gets a part of a server to itself, and how that part goes away again."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from integrity.backing.server import Account, Server

CLOSING_S = 5.0
CONNECTIONS = 50  # that one unit may hold; the server has room for that many for each lease

_HASH_CHARACTERS = 8


class Recipe(Protocol):
    """Tenants of one kind of server. Recipes keep no state: what is taken stands in the server itself."""

    async def open(self, server: Server, name: str, init: Sequence[Path], *, alone: bool) -> Account:
        """An account of its own under `name`, which nobody else in the run has, with `init` done in it.

        `alone` says that the unit has the server to itself: the account may do everything there. Raises UnitFault (service).
        """

    async def close(self, server: Server, account: Account) -> None:
        """Remove all of it; never raises, and gives up after 5 seconds."""


async def failure_of(server: Server) -> str:
    """Why the server runs no longer, empty where it runs or can't say in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_S):
            return await server.failure()
    return ""


def password() -> str:
    """A random password of letters and digits, which every URL and every shell leaves as it is."""
    return secrets.token_hex(16)


def shortened(name: str, limit: int) -> str:
    """`name` in at most `limit` bytes; one that was cut ends in a hash of the whole."""
    if len(name.encode()) <= limit:
        return name
    kept = name.encode()[: limit - _HASH_CHARACTERS - 1].decode(errors="ignore")
    return f"{kept}_{hashlib.sha256(name.encode()).hexdigest()[:_HASH_CHARACTERS]}"
