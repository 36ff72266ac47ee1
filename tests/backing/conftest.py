"""Real servers that the tests of one module share."""

from __future__ import annotations

import asyncio

import pytest

from integrity.backing.ready import wait_until_ready
from tests.backing import servers


@pytest.fixture(scope="module")
def postgres():
    """A running PostgreSQL."""
    with servers.postgres() as server:
        asyncio.run(wait_until_ready(server, server.spec.kind.ready, servers.WAIT_S))
        yield server


@pytest.fixture(scope="module")
def valkey():
    """A running Valkey with 256 databases."""
    with servers.valkey() as server:
        asyncio.run(wait_until_ready(server, server.spec.kind.ready, servers.WAIT_S))
        yield server
