"""Logs in to a database with what the unit's env has: psycopg, psycopg2, PyMySQL, mysqlclient, a Django or a SQLAlchemy connection."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any, Callable, Iterator

from integrity.checks.model import CannotExamine, Finding
from integrity.checks.services.answer import Answer, Deadline, Trouble
from integrity.checks.services.talk import talk_with
from integrity.checks.targets import live

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.services.address import Address

Opener = Callable[[], Any]
_OF_LIBPQ = (
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "channel_binding",
    "options",
    "gssencmode",
    "krbsrvname",
    "target_session_attrs",
    "host",
    "port",
    "user",
    "password",
    "service",
    "passfile",
)
_TEMPORARY = (
    "starting up",
    "shutting down",
    "in recovery mode",
    "closed the connection",
    "Too many connections",
    "Connection refused",
)
_VERSIONS = {"postgres": "SHOW server_version", "mysql": "SELECT VERSION()"}


def by_driver(address: Address) -> Callable[[Deadline], Opener] | None:
    """What gives an opener that uses the first driver of the env; None where there is none. The driver is imported here."""
    drivers = {
        "postgres": (("psycopg", _postgres), ("psycopg2", _postgres)),
        "mysql": (("pymysql", _mysql), ("MySQLdb", _mysql)),
    }
    for name, arguments in drivers[address.kind]:
        with contextlib.suppress(ImportError):
            driver = importlib.import_module(name)
            return _openers(driver, arguments, address)
    return None


def by_name(name: str, unit: Unit) -> Opener:
    """What opens a new connection of Django's alias, or of a SQLAlchemy engine's place (`module:engine`)."""
    if ":" in name:
        engine = live(name, unit)
        engine = engine() if callable(engine) else engine
        if not hasattr(engine, "raw_connection"):
            message = f"{name} is no SQLAlchemy engine that can be asked without an event loop."
            raise CannotExamine(Finding("DB101", name, message, "Name a plain engine, or give url-env."))
        return engine.raw_connection  # type: ignore[no-any-return]
    from integrity.checks.adapters.django import set_up  # noqa: PLC0415 - only where the unit has it

    set_up(unit)
    connection = own_django_connection(name)
    return lambda: connection.get_new_connection(connection.get_connection_params())


def own_django_connection(alias: str) -> Any:
    """A connection of Django's that is nobody else's; pytest-django's guard of the tests' connections is not asked."""
    from django.db import connections  # noqa: PLC0415 - only where the unit has it

    if alias not in connections:
        hint = f"Its aliases are: {', '.join(connections)}."
        raise CannotExamine(Finding("DB101", alias, f"Django's DATABASES has no {alias!r}.", hint))
    connection = connections.create_connection(alias)
    connection.ensure_connection = lambda: connection.connection is None and connection.connect()
    return connection


def asked(opener: Opener, shown: Callable[[str], str], version_of: str = "") -> Answer:
    """SELECT 1, and the version of a server of that kind. Raises Trouble; `shown` takes what is secret out of a driver's words."""
    with opened(opener, shown) as connection:
        rows = rows_of(connection, "SELECT 1")
        if [tuple(row) for row in rows] != [(1,)]:
            raise Trouble("it answers SELECT 1 with something else than 1")
        version = rows_of(connection, _VERSIONS[version_of])[0][0] if version_of else ""
        return Answer(version=str(version))


@contextlib.contextmanager
def opened(opener: Opener, shown: Callable[[str], str]) -> Iterator[Any]:
    """A connection, closed at the end. Raises Trouble for whatever its driver raises."""
    try:
        with contextlib.closing(opener()) as connection:
            yield connection
    except (Trouble, CannotExamine):
        raise
    except Exception as error:  # noqa: BLE001 - each driver has errors of its own
        raise trouble_of(error, shown) from None


def rows_of(connection: Any, query: str) -> list[Any]:
    """All rows that a query gives."""
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def trouble_of(error: Exception, shown: Callable[[str], str]) -> Trouble:
    """What a driver's error says, in its server's own words where it holds them."""
    words = str(error.args[-1]) if error.args else type(error).__name__
    words = words.rpartition("FATAL:")[2].strip().partition("\n")[0]
    if "timeout" in words.lower() or "timed out" in words.lower():
        return Trouble("it accepts connections, but gives no answer", "silent")
    return Trouble(f"it refuses: {shown(words)}", "absent" if any(each in words for each in _TEMPORARY) else "login")


def _openers(driver: Any, arguments: Callable[..., dict[str, Any]], address: Address) -> Callable[[Deadline], Opener]:
    return lambda deadline: lambda: _opened(driver, arguments(address, deadline), address, deadline)


def _opened(driver: Any, arguments: dict[str, Any], address: Address, deadline: Deadline) -> Any:
    if address.host:
        with talk_with(address._replace(is_tls=False), deadline):  # who waits for what is absent needs no driver
            pass
    return driver.connect(**arguments)


def _postgres(address: Address, deadline: Deadline) -> dict[str, Any]:
    named = {"host": address.host, "user": address.user, "password": address.password, "dbname": address.name}
    options = {name: value for name, value in address.options.items() if name in _OF_LIBPQ}
    given = {name: value for name, value in named.items() if value}
    return {"port": address.port, **given, **options, "connect_timeout": max(2, round(deadline.left()))}


def _mysql(address: Address, deadline: Deadline) -> dict[str, Any]:
    named = {"user": address.user, "password": address.password, "database": address.name}
    given = {name: value for name, value in named.items() if value}
    return {"host": address.host, "port": address.port, **given, "connect_timeout": max(1, round(deadline.left()))}
