"""The few commands of PostgreSQL that tenants and templates are made of, with what differs between its versions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, LiteralString

from integrity.backing.probes.postgres import logged_in
from integrity.backing.tenants.postgres_sql import postgres_statements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import psycopg

    from integrity.backing.server import Account, Endpoint
    from integrity.backing.tenants.sql import Statement

_HAS_FORCE = 130000
_HAS_STRATEGY = 150000
_ROLES = {
    "UndefinedObject": "A dump names roles of its server: write it with `pg_dump --inserts --no-owner --no-privileges`.",
    "DuplicateObject": 'Roles are the whole server\'s, which units share: ask for `isolation = "server"`.',
}
_TRIES = 100
_PAUSE_S = 0.05


async def execute(connection: psycopg.AsyncConnection[Any], command: LiteralString, *names: str) -> None:
    """One command with names of roles and databases put into it."""
    from psycopg import sql  # noqa: PLC0415 - loaded where PostgreSQL is used

    await connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


async def new_database(admin: psycopg.AsyncConnection[Any], name: str, *, owner: str, template: str = "") -> None:
    """An empty database, or a copy of the template; waits while somebody looks into what is copied.

    An empty one is a copy of `template0`, into which nobody can look: any unit could, into `template1`.
    """
    template = template or "template0"
    if admin.info.server_version >= _HAS_STRATEGY:
        await _free_of_others(
            admin, "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy", name, owner, template
        )
    else:
        await _free_of_others(admin, "CREATE DATABASE {} OWNER {} TEMPLATE {}", name, owner, template)


async def drop_database(admin: psycopg.AsyncConnection[Any], name: str) -> None:
    """Drop it where it is, and end the connections to it."""
    if admin.info.server_version >= _HAS_FORCE:
        await execute(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        return
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
    await _free_of_others(admin, "DROP DATABASE IF EXISTS {}", name)


async def run_files(endpoint: Endpoint, account: Account, files: Sequence[Path]) -> None:
    """Run them in order as the account, each in a connection of its own. Raises UnitFault with the place of what fails."""
    for path in files:
        statements = postgres_statements(path)
        async with logged_in(endpoint, account) as connection:
            for statement in statements:
                await _run(connection, statement)


async def _run(connection: psycopg.AsyncConnection[Any], statement: Statement) -> None:
    from psycopg import Error, OperationalError, errors  # noqa: PLC0415 - loaded where PostgreSQL is used

    try:
        await connection.execute(statement.text.encode(), prepare=False)
    except OperationalError:
        raise  # the server is at fault, not the statement
    except (errors.UndefinedObject, errors.DuplicateObject) as problem:
        hint = _ROLES[type(problem).__name__] if "role" in str(problem) else "Mend this statement."
        raise statement.fault(_words(problem), hint=hint) from problem
    except Error as problem:
        raise statement.fault(_words(problem), hint="Mend this statement.") from problem


def _words(problem: psycopg.Error) -> str:
    return ": ".join(filter(None, (problem.diag.message_primary or str(problem), problem.diag.message_detail)))


async def _free_of_others(admin: psycopg.AsyncConnection[Any], command: LiteralString, *names: str) -> None:
    """Repeat the command while the database that it copies or drops is being accessed by others."""
    from psycopg import errors  # noqa: PLC0415 - loaded where PostgreSQL is used

    for left in reversed(range(_TRIES)):
        try:
            return await execute(admin, command, *names)
        except errors.ObjectInUse:
            if not left:
                raise
            await asyncio.sleep(_PAUSE_S)
    return None
