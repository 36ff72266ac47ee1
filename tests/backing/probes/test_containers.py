"""The probes against the real servers in containers, through docker-proxy."""

from __future__ import annotations

import asyncio

import pytest

from integrity.backing.ready import probe_once, wait_until_ready
from integrity.backing.server import Account
from integrity.model.need import Ready, ReadyBy
from tests.backing import servers

pytestmark = pytest.mark.docker
PASSWORD = "it's @ p4ss/wörd"
POSTGRES = {"POSTGRES_PASSWORD": PASSWORD}
RABBITMQ = {"RABBITMQ_DEFAULT_USER": "admin", "RABBITMQ_DEFAULT_PASS": "s3cret"}
STARTS = (
    ("postgres", "postgres:15", Account(user="postgres", password=PASSWORD, database="postgres"), POSTGRES, "15."),
    ("mariadb", "mariadb:11", Account(user="root", password=PASSWORD), {"MARIADB_ROOT_PASSWORD": PASSWORD}, "1"),
    ("redis", "redis:7", Account(database="0"), {}, "7."),
    ("rabbitmq", "rabbitmq:3", Account(user="admin", password="s3cret", database="/"), RABBITMQ, "3."),
    ("nats", "nats:2", Account(), {}, "2."),
    ("memcached", "memcached:1", Account(), {}, "1."),
)


@pytest.mark.parametrize(("kind", "image", "admin", "environment", "version"), STARTS, ids=[start[0] for start in STARTS])
def test_a_server_is_ready_when_it_answers_in_its_protocol(engine, kind, image, admin, environment, version):
    """Docker accepts before the server does; the wait ends with the server's own answer, which has its version."""
    spec = servers.spec_of(kind, image=image)
    with servers.container(engine, spec, admin, environment=environment) as server:

        async def awaited():
            early = await probe_once(server, Ready(by=ReadyBy.TCP)), await probe_once(server, spec.kind.ready)
            found = await wait_until_ready(server, spec.kind.ready, 120)
            return *early, found, await probe_once(server, spec.kind.ready)

        accepted, early, found, after = asyncio.run(awaited())

        assert accepted.is_ready
        assert found.startswith(version)
        assert after.is_ready
        if kind in {"postgres", "mariadb", "rabbitmq"}:
            assert not early.is_ready


def test_the_first_start_of_postgres_is_no_readiness(engine):
    """While its init scripts run, the image's first server listens within the container only: the wait outlasts it."""
    spec = servers.spec_of("postgres", image="postgres:15")
    admin = Account(user="postgres", password=PASSWORD, database="postgres")
    with servers.container(engine, spec, admin, environment=POSTGRES) as server:
        asyncio.run(wait_until_ready(server, spec.kind.ready, 120))

        assert asyncio.run(server.log()).count(b"database system is ready to accept connections") == 2


def test_an_exited_container_ends_the_wait(engine):
    """PostgreSQL's image without a password says why it doesn't start, and so does the fault."""
    spec = servers.spec_of("postgres", image="postgres:15")
    with servers.container(engine, spec, Account(user="postgres")) as server, pytest.raises(Exception) as raised:
        asyncio.run(wait_until_ready(server, spec.kind.ready, 120))

    assert raised.value.message == "postgres did not start: exited with code 1"
    assert "POSTGRES_PASSWORD" in raised.value.error.detail
