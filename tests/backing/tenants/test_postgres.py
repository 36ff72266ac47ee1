"""Tenants of a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import replace

import psycopg
import pytest

from integrity.backing.probes.postgres import logged_in
from integrity.backing.ready import wait_until_ready
from integrity.backing.server import Account, Endpoint
from integrity.backing.tenants import RECIPES
from integrity.errors import UnitFault
from tests.backing import servers

RECIPE = RECIPES["postgres"]
SCHEMA = """\
create extension citext;
create extension postgres_fdw;
create table invoice (number serial primary key, customer citext unique);
create function total() returns bigint language plpgsql as $$ begin return (select count(*) from invoice); end $$;
create view customers as select customer from invoice;
create schema archive create table old (id int);
create type state as enum ('open', 'paid');
insert into invoice (customer) values ('Ada'), ('Semi;colon');
"""
OWNERS = """
select distinct r.rolname from pg_roles r where r.oid in (
  select relowner from pg_class where relnamespace in ('public'::regnamespace, 'archive'::regnamespace)
  union select proowner from pg_proc where pronamespace = 'public'::regnamespace
  union select extowner from pg_extension where extname <> 'plpgsql'
  union select typowner from pg_type where typname = 'state'
  union select fdwowner from pg_foreign_data_wrapper
  union select nspowner from pg_namespace where nspname in ('public', 'archive')
  union select datdba from pg_database where datname = current_database())
"""


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


def connect(server, account, database=None):
    return psycopg.connect(
        host=server.endpoint.host,
        port=server.endpoint.port,
        user=account.user,
        password=account.password,
        dbname=database or account.database,
        autocommit=True,
    )


def rows(server, account, query, database=None):
    with connect(server, account, database) as connection:
        return connection.execute(query).fetchall()


def names(server, prefix):
    """Roles and databases that start so."""
    query = f"select rolname from pg_roles union all select datname from pg_database where datname like '{prefix}%'"
    return sorted(name for (name,) in rows(server, server.admin, query) if name.startswith(prefix))


def written(tmp_path, text, name="schema.sql"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_units_with_the_same_table_names_do_not_meet(postgres):
    """Two units make and fill a table of the same name."""
    with tenant(postgres, "same_a") as first, tenant(postgres, "same_b") as second:
        for account, value in ((first, 1), (second, 2)):
            with connect(postgres, account) as connection:
                connection.execute("create table invoice (number int)")
                connection.execute("insert into invoice values (%s)", (value,))

        assert rows(postgres, first, "select number from invoice") == [(1,)]
        assert rows(postgres, second, "select number from invoice") == [(2,)]


def test_a_unit_gets_into_no_neighbours_database(postgres):
    """Neither a neighbour's database nor the template can be connected to."""
    refused = pytest.raises(psycopg.OperationalError, match="permission denied for database")
    with tenant(postgres, "closed_a") as first, tenant(postgres, "closed_b") as second, refused:
        connect(postgres, first, second.database)


def test_a_unit_is_no_superuser_unless_it_is_alone(postgres):
    """A shared server's unit may not read the server's files; one that is alone may."""
    query = "select rolsuper, rolconnlimit from pg_roles where rolname = current_user"
    with tenant(postgres, "plain") as shared, tenant(postgres, "alone", alone=True) as alone:
        assert rows(postgres, shared, query) == [(False, 50)]
        assert rows(postgres, alone, query) == [(True, -1)]


def test_a_unit_that_drops_its_database_is_closed_all_the_same(postgres):
    """It drops its database and makes it again, as test runners do; a second one goes with it."""
    account = opened(postgres, "dropper")
    neighbour = opened(postgres, "dropper_neighbour")
    with connect(postgres, account, "postgres") as connection:
        connection.execute("drop database dropper")
        connection.execute("create database test_dropper")

    closed(postgres, account)

    assert names(postgres, "dropper") == ["dropper_neighbour", "dropper_neighbour"]
    assert names(postgres, "test_dropper") == []
    assert rows(postgres, neighbour, "select 1") == [(1,)]
    closed(postgres, neighbour)


def test_a_unit_that_exhausts_its_connections_leaves_the_neighbours_theirs(postgres):
    """The 51st connection of one unit is refused, and the neighbour connects."""
    with tenant(postgres, "greedy") as greedy, tenant(postgres, "modest") as modest, contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connect(postgres, greedy))
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            connect(postgres, greedy)

        assert rows(postgres, modest, "select 1") == [(1,)]


def test_open_connections_do_not_stop_the_end(postgres):
    """Connections that a unit left open, one within a transaction, are ended with its database."""
    account = opened(postgres, "leaver")
    left = [connect(postgres, account), connect(postgres, account, "postgres")]
    left[0].autocommit = False
    left[0].execute("create table held (id int)")

    closed(postgres, account)

    assert names(postgres, "leaver") == []
    for connection in left:
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
        connection.close()


def test_what_init_makes_belongs_to_the_unit(postgres, tmp_path):
    """Tables, functions, views, types, schemas, extensions and wrappers of a cloned template are the unit's own."""
    with tenant(postgres, "owner_a", [written(tmp_path, SCHEMA)]) as account:
        assert rows(postgres, account, OWNERS) == [("owner_a",)]
        assert rows(postgres, account, "select total()") == [(2,)]
        assert rows(postgres, account, "select rolsuper from pg_roles where rolname = current_user") == [(False,)]
        with connect(postgres, account) as connection:
            connection.execute("alter table invoice add column note text")
            connection.execute("drop schema public cascade")
            connection.execute("create schema public")


def test_a_template_is_made_once_and_nobody_gets_into_it(postgres, tmp_path):
    """Equal content in another file is the same template; other content is another."""
    before = set(names(postgres, "integrity_template_"))
    first, second = (
        written(tmp_path, "create table t (i int);", "a.sql"),
        written(tmp_path, "create table t (i int);", "b.sql"),
    )
    with tenant(postgres, "once_a", [first]) as account, tenant(postgres, "once_b", [second]):
        (template,) = set(names(postgres, "integrity_template_")) - before
        with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
            connect(postgres, account, template)


def test_a_folder_stands_for_its_files_in_order(postgres, tmp_path):
    """The `*.sql` of a folder are run sorted by name; others aren't."""
    folder = tmp_path / "sql"
    folder.mkdir()
    written(folder, "insert into t values (7);", "2.sql")
    written(folder, "create table t (i int);", "1.sql")
    written(folder, "this is no SQL", "README.md")

    with tenant(postgres, "folder", [folder]) as account:
        assert rows(postgres, account, "select i from t") == [(7,)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("create table a (i int);\n\n-- a comment\ninsert into b\nvalues (1);\n", 4, 'relation "b" does not exist'),
        ("create table a (i int primary key);\ninsert into a values (1), (1);", 2, "duplicate key value"),
        ("select 1;\nselect 'open;\n", 2, "unterminated quoted string"),
        ("create table a (i int);\nalter table a owner to app;", 2, 'role "app" does not exist'),
    ],
)
def test_an_error_of_sql_names_its_line(postgres, tmp_path, text, line, words):
    """File and line of the statement, in the database's words; nothing of the unit is left."""
    path = written(tmp_path, text)

    with pytest.raises(UnitFault) as raised:
        opened(postgres, "wrong_sql", [path])

    assert raised.value.message.startswith(f"{path}:{line}: ")
    assert words in raised.value.message
    assert names(postgres, "wrong_sql") == []


def test_a_role_that_another_unit_made_points_to_a_server_of_its_own(postgres, tmp_path):
    """Roles are the whole server's: who makes one that is there hears what to do."""
    path = written(tmp_path, f'create role "{postgres.admin.user}";')

    with pytest.raises(UnitFault, match="already exists") as raised:
        opened(postgres, "role_twice", [path])

    assert 'isolation = "server"' in raised.value.hint


def test_a_mended_file_is_read_anew(postgres, tmp_path):
    """A failed template doesn't stand in the way of the next one, nor of the same one once more."""
    path = written(tmp_path, "create table mended (i int);\nselect 1/0;")
    for _ in range(2):
        with pytest.raises(UnitFault, match="division by zero"):
            opened(postgres, "mended", [path])

    written(tmp_path, "create table mended (i int);")

    with tenant(postgres, "mended", [path]) as account:
        assert rows(postgres, account, "select count(*) from mended") == [(0,)]


def test_twenty_units_at_once(postgres, tmp_path):
    """Twenty tenants are opened on one server at the same time, from one template; each has its own copy."""
    path = written(tmp_path, "create table counted (i int);\ninsert into counted values (0);\nselect pg_sleep(0.2);")

    async def all_of_them():
        accounts = await asyncio.gather(
            *(RECIPE.open(postgres, f"many_{each}", [path], alone=False) for each in range(20))
        )

        async def use(number, account):
            async with logged_in(postgres.endpoint, account) as connection:
                await connection.execute("insert into counted values (%s)", (number,))
                return await (await connection.execute("select sum(i) from counted")).fetchone()

        sums = await asyncio.gather(*(use(number, account) for number, account in enumerate(accounts)))
        await asyncio.gather(*(RECIPE.close(postgres, account) for account in accounts))
        return sums

    assert asyncio.run(all_of_them()) == [(number,) for number in range(20)]
    assert names(postgres, "many_") == []


def test_a_cancelled_opening_leaves_nothing(postgres, tmp_path):
    """Cancelled within a long statement of `init`, the unit's role and database go; the next one gets its template."""
    path = written(tmp_path, "create table slow (i int);\nselect pg_sleep(1.5);")

    async def cancelled():
        task = asyncio.create_task(RECIPE.open(postgres, "cancelled", [path], alone=True))
        async with asyncio.timeout(servers.WAIT_S), logged_in(postgres.endpoint, postgres.admin) as admin:
            while not await (
                await admin.execute("select 1 from pg_stat_activity where query like 'select pg_sleep(1.5%'")
            ).fetchone():
                await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())

    assert names(postgres, "cancelled") == []
    with tenant(postgres, "cancelled", [path]):
        pass


def test_a_server_that_is_killed_meanwhile_ends_the_opening(tmp_path):
    """The fault says that the server ended; closing afterwards is quick and silent."""
    path = written(tmp_path, "select pg_sleep(60);")

    async def killed(server):
        await wait_until_ready(server, server.spec.kind.ready, servers.WAIT_S)
        task = asyncio.create_task(RECIPE.open(server, "killed", [path], alone=False))
        async with asyncio.timeout(servers.WAIT_S), logged_in(server.endpoint, server.admin) as admin:
            while not await (
                await admin.execute("select 1 from pg_stat_activity where query like 'select pg_sleep(60%'")
            ).fetchone():
                await asyncio.sleep(0.02)
        server.process.send_signal(3)
        with pytest.raises(
            UnitFault, match=r"could not make a database for the unit: it exited with code|the connection"
        ) as raised:
            await task
        await RECIPE.close(server, Account(user="killed", database="killed"))
        return raised.value

    with servers.postgres() as server:
        assert asyncio.run(killed(server)).error.kind == "service"


def test_closing_gives_up_on_a_server_that_hangs(postgres):
    """A server that accepts and never answers costs at most five seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = replace_endpoint(postgres, listener.getsockname()[1])

        async def timed():
            begun = asyncio.get_running_loop().time()
            await RECIPE.close(silent, Account(user="x", database="x"))
            return asyncio.get_running_loop().time() - begun

        assert asyncio.run(timed()) < 7


def test_an_account_that_may_not_make_roles_says_what_to_grant(postgres):
    """The URL's account lacks rights: the fault names them, and holds no password."""
    with tenant(postgres, "weak") as weak:
        with connect(postgres, postgres.admin) as connection:
            connection.execute("alter role weak nocreatedb")
        given = given_by(postgres, weak)

        with pytest.raises(UnitFault, match="permission denied to create role") as raised:
            opened(given, "refused")

    assert raised.value.hint == 'Give it the right, as a superuser: ALTER ROLE "weak" CREATEROLE CREATEDB;'
    assert weak.password not in repr(raised.value.error)


def test_an_account_that_may_make_roles_is_enough(postgres, tmp_path):
    """No superuser, but CREATEROLE and CREATEDB: `init` is run as the unit, no template is left, all goes away."""
    with tenant(postgres, "maker") as maker:
        with connect(postgres, postgres.admin) as connection:
            connection.execute("alter role maker createrole createdb")
        given, before = given_by(postgres, maker), names(postgres, "integrity_template_")
        text = "create extension citext; create table t (i citext); insert into t values ('x');"

        with tenant(given, "made", [written(tmp_path, text)]) as account:
            assert rows(postgres, account, "select i from t") == [("x",)]
            assert rows(postgres, account, "select tableowner from pg_tables where tablename = 't'") == [("made",)]
            left = connect(postgres, account)

        left.close()
        assert names(postgres, "made") == []
        assert names(postgres, "integrity_template_") == before


def test_a_long_name_is_cut(postgres):
    """A name that is too long for PostgreSQL still is unique."""
    name = "a" * 70
    with tenant(postgres, name) as account:
        assert len(account.user) == 63
        assert names(postgres, "aaa") == [account.user] * 2


def given_by(server, account):
    """The same server, as a URL with that account would give it."""
    return servers.RunningServer(
        spec=servers.spec_of("postgres", external="postgresql://given"),
        endpoint=server.endpoint,
        admin=replace(account, database="postgres"),
        process=server.process,
    )


def replace_endpoint(server, port):
    endpoint = Endpoint(host="127.0.0.1", port=port)
    return servers.RunningServer(spec=server.spec, endpoint=endpoint, admin=server.admin, process=server.process)
