"""MySQL and MariaDB: a real login. Their images start twice too, the first time without TCP."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from integrity.backing.probes.answer import NotReadyError
from integrity.backing.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.backing.server import Account, Endpoint

_PROBE_S = 2


async def probe_mysql(endpoint: Endpoint, account: Account) -> str:
    """Log in and ask for the version."""
    import pymysql  # noqa: PLC0415 - loaded where MySQL is used

    def ask() -> str:
        with mysql_login(endpoint, account, timeout_s=_PROBE_S) as connection, connection.cursor() as cursor:
            cursor.execute("select version()")
            return str((cursor.fetchone() or ("",))[0])

    try:
        version = await in_thread(ask)
    except pymysql.Error as problem:
        raise NotReadyError(words(problem)) from problem
    return version.partition("-")[0]


@contextlib.contextmanager
def mysql_login(endpoint: Endpoint, account: Account, *, database: str | None = None, timeout_s: int) -> Iterator[Any]:
    """A blocking connection, each statement a transaction. Raises pymysql.Error."""
    import pymysql  # noqa: PLC0415 - loaded where MySQL is used

    connection = pymysql.connect(
        host=endpoint.host,
        port=endpoint.port,
        user=account.user,
        password=account.password.encode(),  # of text, PyMySQL would send Latin-1
        database=database,
        connect_timeout=timeout_s,
        read_timeout=timeout_s,
        write_timeout=timeout_s,
        autocommit=True,
        charset="utf8mb4",
    )
    try:
        yield connection
    finally:
        with contextlib.suppress(pymysql.Error):
            connection.close()


def words(problem: Exception) -> str:
    """What the server said, without the number before it."""
    return str(problem.args[-1]) if problem.args else type(problem).__name__
