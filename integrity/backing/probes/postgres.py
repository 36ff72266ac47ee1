"""PostgreSQL: a real login and a query. The official image starts twice, the first time without TCP; only a login tells."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from integrity.backing.probes.answer import NotReadyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from psycopg import AsyncConnection

    from integrity.backing.server import Account, Endpoint

_CONNECT_S = 10


async def probe_postgres(endpoint: Endpoint, account: Account) -> str:
    """Log in to the account's database and ask for 1."""
    import psycopg  # noqa: PLC0415 - loaded where PostgreSQL is used

    try:
        async with logged_in(endpoint, account) as connection:
            await connection.execute("select 1")
            return (connection.info.parameter_status("server_version") or "").partition(" ")[0]
    except psycopg.Error as problem:
        raise NotReadyError(str(problem)) from problem


@contextlib.asynccontextmanager
async def logged_in(endpoint: Endpoint, account: Account, database: str = "") -> AsyncIterator[AsyncConnection[Any]]:
    """A connection to `database`, else to the account's; each statement is a transaction. Raises psycopg.Error."""
    import psycopg  # noqa: PLC0415 - loaded where PostgreSQL is used

    connection = await psycopg.AsyncConnection.connect(
        host=endpoint.host,
        port=endpoint.port,
        user=account.user or None,
        password=account.password or None,
        dbname=database or account.database or "postgres",
        connect_timeout=_CONNECT_S,
        autocommit=True,
    )
    try:
        yield connection
    finally:
        await connection.close()
