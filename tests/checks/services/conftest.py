"""Real servers that the tests of services share."""

from __future__ import annotations

import asyncio

import pytest

from integrity.backing.ready import wait_until_ready
from tests.backing import servers

PASSWORD = "correct-horse/battery"


@pytest.fixture(scope="session")
def postgres():
    """A running PostgreSQL."""
    with servers.postgres() as server:
        asyncio.run(wait_until_ready(server, server.spec.kind.ready, servers.WAIT_S))
        yield server


@pytest.fixture(scope="session")
def valkey():
    """A running Valkey that asks for a password."""
    with servers.valkey(password=PASSWORD) as server:
        asyncio.run(wait_until_ready(server, server.spec.kind.ready, servers.WAIT_S))
        yield server


@pytest.fixture
def postgres_url(postgres):
    """The URL of the running PostgreSQL."""
    account = postgres.admin
    return f"postgresql://{account.user}:{account.password}@127.0.0.1:{postgres.endpoint.port}/{account.database}"


@pytest.fixture
def redis_url(valkey):
    """The URL of the running Valkey."""
    return f"redis://:correct-horse%2Fbattery@127.0.0.1:{valkey.endpoint.port}/3"
