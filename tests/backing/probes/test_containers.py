"""The probes against the real servers in containers, through docker-proxy."""

from __future__ import annotations

import asyncio
import re

import pytest

from integrity.backing.ready import probe_once, wait_until_ready
from integrity.backing.server import Account
from integrity.errors import UnitFault
from integrity.model.need import Ready, ReadyBy
from tests.backing import servers

pytestmark = pytest.mark.docker
PASSWORD = "it's @ p4ss/wörd"
POSTGRES = {"POSTGRES_PASSWORD": PASSWORD}
RABBITMQ = {"RABBITMQ_DEFAULT_USER": "admin", "RABBITMQ_DEFAULT_PASS": "s3cret"}
STARTS = {
    "postgres": ("postgres:15", Account(user="postgres", password=PASSWORD, database="postgres"), POSTGRES),
    "mariadb": ("mariadb:11", Account(user="root", password=PASSWORD), {"MARIADB_ROOT_PASSWORD": PASSWORD}),
    "redis": ("redis:7", Account(database="0"), {}),
    "rabbitmq": ("rabbitmq:3", Account(user="admin", password="s3cret", database="/"), RABBITMQ),
    "nats": ("nats:2", Account(), {}),
    "memcached": ("memcached:1", Account(), {}),
}
SLOW = ("postgres", "mariadb", "rabbitmq")


@pytest.mark.parametrize("kind", STARTS)
def test_a_server_is_ready_when_it_answers_in_its_protocol(engine, kind):
    """Docker accepts before the server does; the wait ends with the server's own answer, which has its version."""
    image, admin, environment = STARTS[kind]
    spec = servers.spec_of(kind, image=image)
    with servers.container(engine, spec, admin, environment=environment) as server:

        async def awaited():
            early = await probe_once(server, Ready(by=ReadyBy.TCP)), await probe_once(server, spec.kind.ready)
            version = await wait_until_ready(server, spec.kind.ready, 100)
            return *early, version, await probe_once(server, spec.kind.ready)

        accepted, early, version, after = asyncio.run(awaited())

        assert accepted.is_ready
        assert not (early.is_ready and kind in SLOW)
        assert re.fullmatch(r"\d+(\.\d+)+", version)
        assert after.is_ready


def test_the_first_start_of_postgres_is_no_readiness(engine):
    """While its init scripts run, the image's first server listens within the container only: the wait outlasts it."""
    spec = servers.spec_of("postgres", image="postgres:15")
    admin = Account(user="postgres", password=PASSWORD, database="postgres")
    with servers.container(engine, spec, admin, environment=POSTGRES) as server:
        asyncio.run(wait_until_ready(server, spec.kind.ready, 100))

        assert asyncio.run(server.log()).count(b"database system is ready to accept connections") == 2


def test_an_exited_container_ends_the_wait(engine):
    """PostgreSQL's image without a password says why it doesn't start, and so does the fault."""
    spec = servers.spec_of("postgres", image="postgres:15")
    with servers.container(engine, spec, Account(user="postgres")) as server, pytest.raises(UnitFault) as raised:
        asyncio.run(wait_until_ready(server, spec.kind.ready, 100))

    assert raised.value.message == "postgres did not start: exited with code 1"
    assert "POSTGRES_PASSWORD" in raised.value.error.detail
