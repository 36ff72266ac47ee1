"""Servers that are given by a URL."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest

from integrity.backing.external import ExternalProvider
from integrity.backing.ready import wait_until_ready
from integrity.backing.server import Account, Site, Unavailable
from integrity.backing.templates import connection_values
from integrity.backing.tenants import RECIPES
from integrity.backing.tenants.rabbitmq import MANAGEMENT_PORT
from integrity.errors import UnitFault
from integrity.model.need import Ready, ReadyBy
from tests.backing import servers


def started(spec, *, allow_remote=False, said=None):
    where = Path("/nowhere")
    site = Site(run_id="run", root=where, cache=where, logs=where, mark="mark", host={}, allow_remote=allow_remote)
    provider = ExternalProvider(site)
    progress = (lambda _: None) if said is None else said.append
    return asyncio.run(provider.start(spec, progress))


def url_of(server, scheme, *, host=None, password=None):
    secret = server.admin.password if password is None else password
    endpoint = server.endpoint
    return f"{scheme}://{server.admin.user}:{secret}@{host or endpoint.host}:{endpoint.port}/{server.admin.database}"


def test_without_a_url_it_is_unavailable():
    """The next provider is asked."""
    with pytest.raises(Unavailable, match="no URL is given"):
        started(servers.spec_of("postgres"))


def test_a_given_postgres_serves_tenants(postgres):
    """It is described with its version; a unit gets a database of its own; stopping leaves it running."""
    said = []
    server = started(
        servers.spec_of("postgres", external=url_of(postgres, "postgresql+psycopg", host="localhost")), said=said
    )

    account = asyncio.run(RECIPES["postgres"].open(server, "external_unit", (), alone=False))
    asyncio.run(RECIPES["postgres"].close(server, account))
    asyncio.run(server.stop())

    assert (server.description.provider, server.description.note) == ("external", "")
    assert server.description.version.startswith("18.")
    assert server.admin == postgres.admin
    assert asyncio.run(postgres.failure()) == asyncio.run(server.failure()) == ""
    assert len(said) == 1
    assert server.admin.password not in said[0]


def test_a_given_redis_leaves_nothing(valkey):
    """Claim and data are gone when the unit is done."""
    server = started(servers.spec_of("redis", external=f"redis://127.0.0.1:{valkey.endpoint.port}/5"))

    account = asyncio.run(RECIPES["redis"].open(server, "unit", (), alone=False))
    asyncio.run(RECIPES["redis"].close(server, account))

    assert account.database not in {"0", "5"}
    assert server.admin.database == "5"


@pytest.mark.parametrize("password", ["", "p@ss"])
def test_the_url_of_a_unit_has_the_password_of_a_given_redis(password):
    """Without one it names nobody."""
    with servers.valkey(password=password) as valkey:
        given = url_of(valkey, "redis", password=quote(password))
        server = started(servers.spec_of("redis", external=given))
        account = asyncio.run(RECIPES["redis"].open(server, "unit", (), alone=False))

    values = connection_values(server.endpoint, account, url=server.spec.kind.url)

    assert values["url"] == given.replace(":@", "").removesuffix("0") + account.database


def test_another_machine_needs_consent():
    """The fault names the host and how to consent; with consent it is asked."""
    spec = servers.spec_of("postgres", external="postgres://u:s3cret@192.0.2.1/db", timeout_s=0.2)

    with pytest.raises(UnitFault, match=r"another machine, 192\.0\.2\.1") as refused:
        started(spec)
    with pytest.raises(UnitFault, match=r"was not ready within 0\.2 s") as unreachable:
        started(spec, allow_remote=True)

    assert "INTEGRITY_ALLOW_REMOTE=1" in refused.value.hint
    assert "s3cret" not in repr(refused.value.error) + repr(unreachable.value.error)


def test_nobody_there_is_a_fault_with_the_place():
    """Not waited for longer than the need says; the password isn't told."""
    port = servers.free_port()
    spec = servers.spec_of("postgres", external=f"postgres://u:s3cret@127.0.0.1:{port}/db", timeout_s=0.5)

    with pytest.raises(UnitFault) as raised:
        started(spec)

    assert raised.value.message.startswith("postgres was not ready within 0.5 s: ")
    assert raised.value.message.endswith(f"(it is given by a URL, at 127.0.0.1:{port})")
    assert "s3cret" not in repr(raised.value.error)


def test_a_wrong_password_is_the_servers_word(postgres):
    """The server's refusal is told."""
    spec = servers.spec_of("postgres", external=url_of(postgres, "postgres", password="wr0ng"), timeout_s=0.5)

    with pytest.raises(UnitFault, match="password authentication failed") as raised:
        started(spec)

    assert "wr0ng" not in repr(raised.value.error)


def test_a_server_that_ends_later_says_so():
    """After it answered once, its failure is what a probe finds."""
    with servers.valkey() as valkey:
        server = started(servers.spec_of("valkey", external=f"redis://127.0.0.1:{valkey.endpoint.port}"))
        before = asyncio.run(server.failure())
        valkey.kill()

        assert (before, asyncio.run(server.failure())) == ("", "answers no longer: connection refused")


@pytest.mark.parametrize("by", [ReadyBy.LOG, ReadyBy.EXEC, ReadyBy.HEALTH])
def test_what_only_a_container_could_tell_is_a_connection(valkey, by):
    """A kind that is ready by its log, a command or its health check is connected to."""
    kind = servers.other_kind(Ready(by=by, text="x", command=("x",)))
    url = f"http://me:secret@127.0.0.1:{valkey.endpoint.port}/base?x=1"

    server = started(servers.spec_of(kind, external=url))

    assert server.description.note == ""
    assert asyncio.run(server.run(("x",)))[0] != 0


@pytest.mark.docker
def test_a_given_rabbitmq_without_an_api_is_shared(engine):
    """Nothing listens on the port of the management API: the report says that units share the vhost."""
    environment = {"RABBITMQ_DEFAULT_USER": "admin", "RABBITMQ_DEFAULT_PASS": "s3cret"}
    spec = servers.spec_of("rabbitmq", image="rabbitmq:3")
    with servers.container(engine, spec, Account(), environment=environment) as container:
        asyncio.run(wait_until_ready(container, spec.kind.ready, 100))
        url = f"amqp://admin:s3cret@127.0.0.1:{container.endpoint.port}/%2F"

        server = started(servers.spec_of("rabbitmq", external=url))
        account = asyncio.run(RECIPES["rabbitmq"].open(server, "unit", (), alone=False))

    assert MANAGEMENT_PORT not in server.endpoint.ports
    assert "units share its vhost" in server.description.note
    assert account == Account(user="admin", password="s3cret", database="/")
