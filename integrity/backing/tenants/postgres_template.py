"""Templates: databases in which `init` was done once, by its content, so that each unit gets a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.backing.server import Account, Server
from integrity.backing.tenants.postgres_commands import drop_database, execute, new_database, run_files
from integrity.backing.tenants.recipe import password
from integrity.backing.tenants.sql import content_hash

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from psycopg import AsyncConnection


async def template_of(server: Server, admin: AsyncConnection[Any], files: Sequence[Path]) -> str:
    """The name of the template, and of the role that owns all in it. Raises UnitFault where a file is wrong."""
    digest = content_hash(files)
    name, lock = f"integrity_template_{digest[:16]}", int(digest[:15], 16)
    await admin.execute("SELECT pg_advisory_lock(%s)", (lock,))  # others wait; a connection that ends gives it back
    found = await admin.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", (name,))
    if not await found.fetchone():
        await _make(server, admin, name, files)
    await admin.execute("SELECT pg_advisory_unlock(%s)", (lock,))
    return name


async def _make(server: Server, admin: AsyncConnection[Any], name: str, files: Sequence[Path]) -> None:
    """Make it anew; what an earlier try left is removed first."""
    from psycopg import sql  # noqa: PLC0415 - loaded where PostgreSQL is used

    maker = Account(user=name, password=password(), database=name)
    await drop_database(admin, name)
    await execute(admin, "DROP ROLE IF EXISTS {}", name)
    await admin.execute(
        sql.SQL("CREATE ROLE {} LOGIN SUPERUSER PASSWORD {}").format(sql.Identifier(name), sql.Literal(maker.password))
    )
    await new_database(admin, name, owner=server.admin.user)
    await run_files(server.endpoint, maker, files)
    await execute(admin, "ALTER ROLE {} NOLOGIN", name)
    await execute(admin, "ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false", name)
