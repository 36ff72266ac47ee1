"""Tenants of a real MariaDB that writes a binary log."""

from __future__ import annotations

import asyncio
import contextlib

import pymysql
import pytest

from integrity.backing.ready import wait_until_ready
from integrity.backing.server import Account
from integrity.backing.tenants import RECIPES
from integrity.errors import UnitFault
from tests.backing import servers

pytestmark = pytest.mark.docker
RECIPE = RECIPES["mysql"]
SCHEMA = """\
create table invoice (number int auto_increment primary key, customer varchar(20));
insert into invoice (customer) values ('Ada'), ('Semi;colon % s');
delimiter //
create function total() returns int reads sql data
begin
  declare n int;
  select count(*) into n from invoice;
  return n;
end//
delimiter ;
create trigger upper_case before insert on invoice for each row set new.customer = upper(new.customer);
"""


@pytest.fixture(scope="module")
def mariadb(engine):
    """A running MariaDB that writes a binary log, as MySQL does of itself."""
    spec = servers.spec_of("mariadb")
    password = "it's @ p4ss/wörd"
    environment = {"MARIADB_ROOT_PASSWORD": password}
    admin = Account(user="root", password=password)
    with servers.container(engine, spec, admin, environment=environment, command=["mariadbd", "--log-bin"]) as server:
        asyncio.run(wait_until_ready(server, spec.kind.ready, 100))
        yield server


def opened(server, name, init=(), *, alone=False):
    return asyncio.run(RECIPE.open(server, name, init, alone=alone))


def closed(server, account):
    asyncio.run(RECIPE.close(server, account))


@contextlib.contextmanager
def tenant(server, name, init=(), *, alone=False):
    account = opened(server, name, init, alone=alone)
    try:
        yield account
    finally:
        closed(server, account)


@contextlib.contextmanager
def connect(server, account, database=None):
    connection = pymysql.connect(
        host=server.endpoint.host,
        port=server.endpoint.port,
        user=account.user,
        password=account.password.encode(),
        database=database or account.database or None,
        autocommit=True,
    )
    try:
        yield connection.cursor()
    finally:
        with contextlib.suppress(pymysql.Error):
            connection.close()


def rows(server, account, query, database=None):
    with connect(server, account, database) as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def names(server, part):
    """Users and databases with this in their names."""
    query = "select user from mysql.user union all select schema_name from information_schema.schemata"
    return sorted(name for (name,) in rows(server, server.admin, query) if part in name)


def test_units_do_not_meet(mariadb):
    """Same table names, a name that a wildcard would match, and no way into each other's database."""
    with (
        tenant(mariadb, "it_a_1") as first,
        tenant(mariadb, "it_axb1") as like_first,
        tenant(mariadb, "itxa_1") as second,
    ):
        for account, value in ((first, 1), (second, 2), (like_first, 3)):
            with connect(mariadb, account) as cursor:
                cursor.execute("create table invoice (number int)")
                cursor.execute("insert into invoice values (%s)", (value,))

        assert rows(mariadb, first, "select number from invoice") == ((1,),)
        for database in (second.database, like_first.database):
            with pytest.raises(pymysql.OperationalError, match="Access denied"):
                rows(mariadb, first, "select number from invoice", database)


def test_a_unit_that_exhausts_its_connections_leaves_the_neighbours_theirs(mariadb):
    """The 51st connection of one unit is refused, and the neighbour connects."""
    with tenant(mariadb, "greedy") as greedy, tenant(mariadb, "modest") as modest, contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connect(mariadb, greedy))
        with pytest.raises(pymysql.OperationalError, match="max_user_connections"):
            stack.enter_context(connect(mariadb, greedy))

        assert rows(mariadb, modest, "select 1") == ((1,),)


def test_all_of_a_unit_goes_away(mariadb):
    """Its database, which it dropped itself and made again, Django's test database, and open transactions."""
    account = opened(mariadb, "gone")
    with connect(mariadb, account) as left:
        left.execute("drop database gone")
        left.execute("create database gone")
        left.execute("create database test_gone")
        left.execute("create database test_gone_gw1")
        left.execute("create table gone.held (id int)")
        left.execute("begin")
        left.execute("insert into gone.held values (1)")

        closed(mariadb, account)

        with pytest.raises(pymysql.Error):
            left.execute("select 1")
    assert names(mariadb, "gone") == []


def test_what_init_makes_is_the_units(mariadb, tmp_path):
    """Tables, a function whose body has semicolons, and a trigger, made by the unit's own user."""
    path = tmp_path / "schema.sql"
    path.write_text(SCHEMA)
    with tenant(mariadb, "owner", [path]) as account:
        assert rows(mariadb, account, "select total()") == ((2,),)
        with connect(mariadb, account) as cursor:
            cursor.execute("insert into invoice (customer) values ('ada')")
            cursor.execute("select customer from invoice")
            assert cursor.fetchall() == (("Ada",), ("Semi;colon % s",), ("ADA",))
            cursor.execute("drop function total")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("create table a (i int);\n\n-- a comment\ninsert into b\nvalues (1);\n", 4, "b' doesn't exist"),
        ("create table a (i int primary key);\ninsert into a values (1), (1);", 2, "Duplicate entry"),
        ("select 1;\nselec 1;\n", 2, "You have an error in your SQL syntax"),
    ],
)
def test_an_error_of_sql_names_its_line(mariadb, tmp_path, text, line, words):
    """File and line of the statement, in the database's words; nothing of the unit is left."""
    path = tmp_path / "wrong.sql"
    path.write_text(text)

    with pytest.raises(UnitFault) as raised:
        opened(mariadb, "wrong_sql", [path])

    assert raised.value.message.startswith(f"{path}:{line}: ")
    assert words in raised.value.message
    assert names(mariadb, "wrong_sql") == []


def test_a_unit_that_is_alone_may_do_everything(mariadb):
    """It makes users and databases of any name."""
    with tenant(mariadb, "alone", alone=True) as account, connect(mariadb, account) as cursor:
        cursor.execute("create database another")
        cursor.execute("create user other@'%' identified by 'x'")
        cursor.execute("grant all on another.* to other@'%'")
        cursor.execute("drop database another")
        cursor.execute("drop user other@'%'")


def test_twenty_units_at_once(mariadb):
    """Twenty tenants are opened on one server at the same time."""

    async def all_of_them():
        accounts = await asyncio.gather(*(RECIPE.open(mariadb, f"many_{each}", (), alone=False) for each in range(20)))
        await asyncio.gather(*(RECIPE.close(mariadb, account) for account in accounts))
        return {account.user for account in accounts}

    assert len(asyncio.run(all_of_them())) == 20
    assert names(mariadb, "many_") == []


def test_an_account_that_may_not_make_users_says_what_to_grant(mariadb):
    """The URL's account lacks rights: the fault names them, and holds no password."""
    with tenant(mariadb, "weak") as weak:
        given = servers.RunningServer(
            spec=mariadb.spec, endpoint=mariadb.endpoint, admin=weak, container=mariadb.container
        )
        with pytest.raises(UnitFault, match="mariadb could not make a database for the unit: Access denied") as raised:
            opened(given, "refused")

    assert "GRANT ALL ON *.* TO `weak`" in raised.value.hint
    assert weak.password not in repr(raised.value.error)


def test_a_server_that_is_killed_meanwhile_ends_the_opening(engine, tmp_path):
    """The fault says that the server ended; closing afterwards is quick and silent."""
    path = tmp_path / "slow.sql"
    path.write_text("select sleep(60);")

    async def killed(server):
        await wait_until_ready(server, server.spec.kind.ready, 100)
        task = asyncio.create_task(RECIPE.open(server, "killed", [path], alone=False))
        async with asyncio.timeout(60):
            query = "select 1 from information_schema.processlist where info = 'select sleep(60)'"
            while not await asyncio.to_thread(rows, server, server.admin, query):
                await asyncio.sleep(0.05)
        server.kill()
        with pytest.raises(UnitFault) as raised:
            await task
        await RECIPE.close(server, Account(user="killed"))
        return raised.value.message

    spec = servers.spec_of("mariadb")
    admin, environment = Account(user="root", password="x"), {"MARIADB_ROOT_PASSWORD": "x"}
    with servers.container(engine, spec, admin, environment=environment) as server:
        assert asyncio.run(killed(server)) == "mariadb could not make a database for the unit: it exited with code 137"
