"""A pytest plugin as users of testcontainers-python write it: one PostgreSQL and one Redis for each unit's session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from testcontainers.postgres import PostgresContainer
from testcontainers.redis import RedisContainer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def services() -> Iterator[None]:
    """Start both, and tell the tests where they are."""
    with PostgresContainer("postgres:15", driver=None) as postgres, RedisContainer("redis:7") as redis:
        os.environ["DATABASE_URL"] = postgres.get_connection_url()
        os.environ["REDIS_URL"] = f"redis://{redis.get_container_host_ip()}:{redis.get_exposed_port(6379)}/0"
        yield
