"""What is particular to PostgreSQL: settings of a server that only has to be quick, and its administrator's password."""

from __future__ import annotations

import asyncio
import secrets
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from integrity.backing.embedded.template import ADMIN
from integrity.backing.probes.postgres import logged_in
from integrity.backing.server import Account, service_fault
from integrity.system.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.backing.embedded.server import EmbeddedServer

_DEFAULTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "min_wal_size": "32MB",  # of small segments, as they are made with the template
    "max_wal_size": "256MB",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
STOPPING = ((signal.SIGINT, 2.0), (signal.SIGQUIT, 1.0))  # fast, then immediate: either frees its shared memory
_EXCHANGE_S = 20
_FIXED = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "dynamic_shared_memory_type": "mmap",  # files in the data folder, which goes away as a whole
    "logging_collector": "off",
    "log_destination": "stderr",
}


def default_arguments() -> tuple[str, ...]:
    """Settings that the unit's own `command` may overrule."""
    return _as_arguments(_DEFAULTS)


def fixed_arguments(port: int, folder: Path) -> tuple[str, ...]:
    """What nothing may overrule."""
    return ("-D", str(folder), *_as_arguments({**_FIXED, "port": str(port)}))


def template_account(password: str) -> Account:
    """The administrator as the template has it."""
    return Account(user=ADMIN, password=password, database="postgres")


async def exchange_password(server: EmbeddedServer) -> None:
    """Give the administrator a random password of this server's own. It reaches the server, and its log, only in SCRAM's form.

    Raises UnitFault (service).
    """
    import psycopg  # noqa: PLC0415 - loaded where PostgreSQL is used

    account = replace(server.admin, password=secrets.token_urlsafe(24))
    try:
        async with asyncio.timeout(_EXCHANGE_S), logged_in(server.endpoint, server.admin) as connection:
            encrypted = connection.pgconn.encrypt_password(account.password.encode(), ADMIN.encode(), b"scram-sha-256")
            await connection.execute(f"ALTER ROLE {ADMIN} PASSWORD '{encrypted.decode()}'".encode())
    except (psycopg.Error, TimeoutError) as problem:
        words = await server.failure() or str(problem) or f"no answer within {_EXCHANGE_S} s"
        raise service_fault(f"postgres was ready and then failed: {words}", hint="Its log says why.") from problem
    server.admin = account


def _as_arguments(settings: dict[str, str]) -> tuple[str, ...]:
    return tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
