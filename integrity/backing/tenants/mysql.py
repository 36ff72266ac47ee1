"""MySQL and MariaDB: a user and a database for each unit."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from integrity.backing.probes.mysql import mysql_login, words
from integrity.backing.server import Account, Server, service_fault
from integrity.backing.tenants.mysql_sql import mysql_statements
from integrity.backing.tenants.recipe import CLOSING_S, CONNECTIONS, failure_of, password, shortened
from integrity.backing.tenants.sql import sql_files
from integrity.backing.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from integrity.errors import UnitFault

_NAME_BYTES = 32
_DENIED = (1044, 1045, 1142, 1227, 1410)  # access denied, in its several cases


class MysqlRecipe:
    """User and database have the same name. `test_<name>`, which Django's tests make, is the unit's as well."""

    async def open(self, server: Server, name: str, init: Sequence[Path], *, alone: bool) -> Account:
        """As in Recipe; `init` is run by the unit's own user, for each unit anew."""
        import pymysql  # noqa: PLC0415 - loaded where MySQL is used

        name = shortened(name, _NAME_BYTES)
        account = Account(user=name, password=password(), database=name)
        files = sql_files(init)
        try:
            async with asyncio.timeout(server.spec.timeout_s):
                await in_thread(lambda: _make(server, account, alone=alone))
                await in_thread(lambda: _prepare(server, account, files))
        except BaseException as problem:
            await self.close(server, account)
            if isinstance(problem, pymysql.Error | OSError):
                raise await _fault(server, problem) from problem
            raise
        return account

    async def close(self, server: Server, account: Account) -> None:
        """As in Recipe; connections that were left open are ended first."""
        import pymysql  # noqa: PLC0415 - loaded where MySQL is used

        with contextlib.suppress(pymysql.Error, OSError):
            async with asyncio.timeout(CLOSING_S):
                await in_thread(lambda: _remove(server, account.user))


def _make(server: Server, account: Account, *, alone: bool) -> None:
    name = account.user
    # In a grant `_` and `%` are wildcards: without the backslash a neighbour's name would match.
    exact = name.replace("_", r"\_")
    with mysql_login(server.endpoint, server.admin, timeout_s=_seconds(server)) as admin, admin.cursor() as cursor:
        if server.spec.external is None:
            # While MySQL writes a binary log, it would let only administrators make triggers and functions.
            cursor.execute("SET GLOBAL log_bin_trust_function_creators = 1")
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        limit = 0 if alone else CONNECTIONS
        cursor.execute(
            f"CREATE USER `{name}`@'%%' IDENTIFIED BY %s WITH MAX_USER_CONNECTIONS {limit}", (account.password,)
        )
        if alone:
            cursor.execute(f"GRANT ALL PRIVILEGES ON *.* TO `{name}`@'%' WITH GRANT OPTION")
            return
        for pattern in (exact, rf"test\_{exact}", rf"test\_{exact}\_gw%"):
            cursor.execute(f"GRANT ALL PRIVILEGES ON `{pattern}`.* TO `{name}`@'%'")


def _prepare(server: Server, account: Account, files: Sequence[Path]) -> None:
    """Run the files; also without one the unit's login is tried, which fills MySQL's cache of passwords for clients without TLS."""
    import pymysql  # noqa: PLC0415 - loaded where MySQL is used

    with mysql_login(server.endpoint, account, database=account.database, timeout_s=_seconds(server)):
        pass
    for path in files:
        statements = mysql_statements(path)
        with (
            mysql_login(server.endpoint, account, database=account.database, timeout_s=_seconds(server)) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                try:
                    cursor.execute(statement.text)
                except pymysql.Error as problem:
                    if not connection.open:
                        raise  # the server is at fault, not the statement
                    raise statement.fault(words(problem), hint="Mend this statement.") from problem


def _remove(server: Server, name: str) -> None:
    import pymysql  # noqa: PLC0415 - loaded where MySQL is used

    escaped = name.replace("_", r"\_")
    with mysql_login(server.endpoint, server.admin, timeout_s=int(CLOSING_S)) as admin, admin.cursor() as cursor:
        cursor.execute(f"DROP USER IF EXISTS `{name}`@'%'")
        for number in _selected(cursor, "SELECT id FROM information_schema.processlist WHERE user = %s", name):
            with contextlib.suppress(pymysql.Error):  # it may have ended by itself
                cursor.execute(f"KILL {int(number)}")
        query = (
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name IN (%s, %s) OR schema_name LIKE %s"
        )
        for database in _selected(cursor, query, name, f"test_{name}", rf"test\_{escaped}\_gw%"):
            cursor.execute(f"DROP DATABASE IF EXISTS `{database}`")


def _selected(cursor: Any, query: str, *values: str) -> list[Any]:
    cursor.execute(query, values)
    return [row[0] for row in cursor.fetchall()]


def _seconds(server: Server) -> int:
    return max(1, int(server.spec.timeout_s))


async def _fault(server: Server, problem: Exception) -> UnitFault:
    message = f"{server.spec.kind.name} could not make a database for the unit"
    if failure := await failure_of(server):
        return service_fault(f"{message}: it {failure}", hint="Its log says why.")
    if problem.args and problem.args[0] in _DENIED:
        hint = f"Give it the right, as root: GRANT ALL ON *.* TO `{server.admin.user}`@'%' WITH GRANT OPTION;"
        return service_fault(f"{message}: {words(problem)}", hint=hint)
    return service_fault(f"{message}: {words(problem) if problem.args else 'no answer in time'}")
