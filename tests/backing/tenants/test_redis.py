"""Tenants of a real Valkey."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from integrity.backing.probes.redis import redis_talk
from integrity.backing.ready import wait_until_ready
from integrity.backing.server import Account
from integrity.backing.tenants import RECIPES
from integrity.errors import UnitFault
from tests.backing import servers

RECIPE = RECIPES["redis"]


def opened(server, name, *, alone=False):
    return asyncio.run(RECIPE.open(server, name, (), alone=alone))


def closed(server, account):
    asyncio.run(RECIPE.close(server, account))


def told(server, number, *commands):
    async def talk():
        async with redis_talk(server.endpoint, server.admin) as redis:
            await redis.call("SELECT", number)
            return [await redis.call(*command) for command in commands]

    return asyncio.run(talk())


def given_by(server):
    """The same server, as a URL would give it."""
    spec = servers.spec_of("valkey", external="redis://given/0")
    return servers.RunningServer(spec=spec, endpoint=server.endpoint, admin=server.admin, process=server.process)


def test_units_of_a_shared_server_have_numbers_of_their_own(valkey):
    """One unit's FLUSHDB doesn't touch the other's keys; number 0 is nobody's."""
    first, second = opened(valkey, "a"), opened(valkey, "b")
    told(valkey, first.database, ("SET", "key", "1"))
    told(valkey, second.database, ("SET", "key", "2"))

    told(valkey, first.database, ("FLUSHDB",))

    assert len({first.database, second.database, "0"}) == 3
    assert told(valkey, second.database, ("GET", "key")) == ["2"]
    closed(valkey, first)
    closed(valkey, second)
    assert told(valkey, second.database, ("DBSIZE",)) == ["0"]
    assert told(valkey, "0", ("DBSIZE",)) == ["0"]


def test_a_server_of_its_own_is_used_at_number_0(valkey):
    """Nothing is claimed, and nothing is emptied at the end: the server goes away."""
    account = opened(valkey, "alone", alone=True)
    told(valkey, "0", ("SET", "key", "1"))

    closed(valkey, account)

    assert account.database == "0"
    assert told(valkey, "0", ("GET", "key"), ("DEL", "key")) == ["1", "1"]


def test_flushall_in_its_own_server_is_not_noticed_elsewhere(valkey):
    """A unit with a server of its own flushes all of it; the neighbour's server keeps its keys."""
    with servers.valkey() as own:
        asyncio.run(wait_until_ready(own, own.spec.kind.ready, servers.WAIT_S))
        neighbour, account = opened(valkey, "neighbour"), opened(own, "flusher", alone=True)
        told(valkey, neighbour.database, ("SET", "key", "1"))

        told(own, account.database, ("FLUSHALL",))

        assert told(valkey, neighbour.database, ("GET", "key")) == ["1"]
        closed(valkey, neighbour)


def test_a_given_server_gives_only_what_is_empty_and_unclaimed():
    """Of four databases one holds the claims, one somebody's data, one another run's claim; the last is taken, then none is left."""
    with servers.valkey("--databases", "4") as server:
        asyncio.run(wait_until_ready(server, server.spec.kind.ready, servers.WAIT_S))
        given = given_by(server)
        told(server, "2", ("SET", "somebodys", "data"))
        told(server, "0", ("SET", "integrity:lease:3", "another run"))

        account = opened(given, "first")
        with pytest.raises(UnitFault, match="no database that is empty"):
            opened(given, "second")
        closed(given, account)

        assert account.database == "1"
        assert opened(given, "third").database == "1"
        assert told(server, "2", ("GET", "somebodys")) == ["data"]
        assert told(server, "0", ("GET", "integrity:lease:3"), ("GET", "integrity:lease:1")) == ["another run", "third"]
        assert 21000 < int(told(server, "0", ("TTL", "integrity:lease:1"))[0]) <= 21600


def test_many_units_at_once_get_different_numbers(valkey):
    """Thirty claims at the same time; all different."""

    async def all_of_them():
        accounts = await asyncio.gather(*(RECIPE.open(valkey, f"many_{each}", (), alone=False) for each in range(30)))
        await asyncio.gather(*(RECIPE.close(valkey, account) for account in accounts))
        return {account.database for account in accounts}

    assert len(asyncio.run(all_of_them())) == 30


def test_a_server_that_is_gone_is_a_fault_and_closes_in_silence():
    """Opening says that the server ended; closing says nothing."""
    with servers.valkey() as server:
        asyncio.run(wait_until_ready(server, server.spec.kind.ready, servers.WAIT_S))
        account = opened(server, "early")
        server.kill()

        with pytest.raises(UnitFault, match="valkey could not give the unit a database: exited with code -9"):
            opened(server, "late")
        closed(server, account)


def test_a_password_goes_to_the_unit_and_into_no_message():
    """The unit's account has the server's password; a wrong one is refused without being told."""
    with servers.valkey(password="s3cret") as server:
        asyncio.run(wait_until_ready(server, server.spec.kind.ready, servers.WAIT_S))
        assert opened(server, "unit", alone=True) == Account(password="s3cret", database="0")
        server.admin = replace(server.admin, password="wr0ng")

        with pytest.raises(UnitFault, match="WRONGPASS") as raised:
            opened(server, "unit")
        assert "wr0ng" not in raised.value.message
