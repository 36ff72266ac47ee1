"""PostgreSQL: a role and a database for each unit. What `init` makes is made once in a template, and cloned."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from integrity.backing.probes.postgres import logged_in
from integrity.backing.server import Account, Server, service_fault
from integrity.backing.tenants.postgres_commands import drop_database, execute, new_database, run_files
from integrity.backing.tenants.postgres_template import template_of
from integrity.backing.tenants.recipe import CLOSING_S, CONNECTIONS, failure_of, password, shortened
from integrity.backing.tenants.sql import sql_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from psycopg import AsyncConnection

    from integrity.errors import UnitFault

_NAME_BYTES = 63
_PUBLIC_IS_THE_OWNERS = 150000  # since this version the owner of a database owns its schema `public`


class PostgresRecipe:
    """Role and database have the same name; the role may make further databases (as Django's tests do), which go with it."""

    async def open(self, server: Server, name: str, init: Sequence[Path], *, alone: bool) -> Account:
        """As in Recipe. An `alone` role is a superuser; only a shared server of the run's own keeps templates."""
        import psycopg  # noqa: PLC0415 - loaded where PostgreSQL is used

        name = shortened(name, _NAME_BYTES)
        account = Account(user=name, password=password(), database=name)
        files = sql_files(init)
        try:
            async with asyncio.timeout(server.spec.timeout_s), logged_in(server.endpoint, server.admin) as admin:
                await _open(server, admin, account, files, alone=alone)
        except BaseException as problem:
            await self.close(server, account)
            if isinstance(problem, psycopg.Error | OSError):
                raise await _fault(server, problem, alone=alone) from problem
            raise
        return account

    async def close(self, server: Server, account: Account) -> None:
        """As in Recipe; connections that were left open are ended first."""
        import psycopg  # noqa: PLC0415 - loaded where PostgreSQL is used

        with contextlib.suppress(psycopg.Error, OSError):
            async with asyncio.timeout(CLOSING_S), logged_in(server.endpoint, server.admin) as admin:
                await _close(admin, account.user)


async def _open(
    server: Server, admin: AsyncConnection[Any], account: Account, files: Sequence[Path], *, alone: bool
) -> None:
    is_superuser = await _is_superuser(admin)
    is_cloned = bool(files) and is_superuser and not alone and server.spec.external is None
    template = await template_of(server, admin, files) if is_cloned else ""
    # What the template holds may only belong to a superuser (foreign-data wrappers); the unit isn't told of its role before the end.
    await _new_role(admin, account, is_superuser=alone or is_cloned, is_limited=not alone)
    if not is_superuser:
        await execute(admin, "GRANT {} TO CURRENT_USER", account.user)
    await new_database(admin, account.database, owner=account.user, template=template)
    await execute(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", account.database)
    if is_cloned or (is_superuser and admin.info.server_version < _PUBLIC_IS_THE_OWNERS):
        async with logged_in(server.endpoint, server.admin, account.database) as inside:
            await execute(inside, "ALTER SCHEMA public OWNER TO {}", account.user)
            if is_cloned:
                await execute(inside, "REASSIGN OWNED BY {} TO {}", template, account.user)
    if is_cloned:
        await execute(admin, "ALTER ROLE {} NOSUPERUSER", account.user)
    else:
        await run_files(server.endpoint, account, files)


async def _new_role(admin: AsyncConnection[Any], account: Account, *, is_superuser: bool, is_limited: bool) -> None:
    from psycopg import sql  # noqa: PLC0415 - loaded where PostgreSQL is used

    await admin.execute(
        sql.SQL("CREATE ROLE {} LOGIN {} CREATEDB PASSWORD {} CONNECTION LIMIT {}").format(
            sql.Identifier(account.user),
            sql.SQL("SUPERUSER" if is_superuser else "NOSUPERUSER"),
            sql.Literal(account.password),
            sql.Literal(CONNECTIONS if is_limited else -1),
        )
    )


async def _close(admin: AsyncConnection[Any], role: str) -> None:
    known = await admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    if not await known.fetchone():
        return
    await execute(admin, "ALTER ROLE {} NOLOGIN", role)
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (role,))
    owned = await admin.execute("SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = %s", (role,))
    for (database,) in await owned.fetchall():
        await drop_database(admin, database)
    await execute(admin, "DROP ROLE {}", role)


async def _is_superuser(admin: AsyncConnection[Any]) -> bool:
    row = await (await admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).fetchone()
    return bool(row and row[0])


async def _fault(server: Server, problem: Exception, *, alone: bool) -> UnitFault:
    from psycopg import errors  # noqa: PLC0415 - loaded where PostgreSQL is used

    message = "postgres could not make a database for the unit"
    if failure := await failure_of(server):
        return service_fault(f"{message}: it {failure}", hint="Its log says why.")
    words = " ".join(str(problem).split()) or "no answer in time"
    if isinstance(problem, errors.InsufficientPrivilege):
        rights = "SUPERUSER" if alone else "CREATEROLE CREATEDB"
        return service_fault(
            f"{message}: {words}", hint=f'Give it the right, as a superuser: ALTER ROLE "{server.admin.user}" {rights};'
        )
    return service_fault(f"{message}: {words}", hint="Raise the need's `timeout` if its `init` only takes longer.")
