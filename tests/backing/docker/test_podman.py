"""Podman instead of Docker: the same main path through its socket."""

from __future__ import annotations

import asyncio
import contextlib

import docker
import pytest

from integrity.backing.docker.engine import connect
from integrity.backing.server import Unavailable
from integrity.errors import UnitFault
from integrity.model.need import Pull
from tests.backing.docker.specs import HTTP, spec_of

pytestmark = pytest.mark.docker

POSTGRES = spec_of("postgres", "postgres:15")
REDIS = spec_of("redis", "redis:7")


@pytest.fixture
def client(podman_engine):
    """The SDK's client of Podman, here in place of the engine's."""
    with contextlib.closing(docker.DockerClient(base_url=podman_engine, timeout=30)) as client:
        yield client


@pytest.fixture
def site(site_at, podman_engine):
    """A run on Podman."""
    return site_at(podman_engine)


def test_podman_is_known(site):
    """What is different there can be told, because it is seen who answers."""
    found = asyncio.run(connect(site.host))
    found.client.close()

    assert found.is_podman


def test_servers_are_ready_bounded_and_gone(started, site, client):
    """PostgreSQL and Redis start, answer, have their limits and data in memory, and leave nothing."""

    async def look(postgres, redis):
        found = client.api.inspect_container(postgres.keepsake()["container"])
        assert await postgres.failure() == ""
        assert await redis.run(("echo", "out")) == (0, "out\n")
        return found, postgres.description, await redis.log()

    found, description, log = started(site, look, POSTGRES, REDIS)

    assert found["HostConfig"]["Memory"] == 1024**3
    assert found["Mounts"] == [] or all(each["Type"] == "tmpfs" for each in found["Mounts"])
    assert description.version.startswith("15.")
    assert b"Ready to accept connections" in log
    assert client.volumes.list() == []


def test_server_that_ends_at_start_is_told_with_its_log(started, site):
    """Exit code and log come from Podman as well."""
    spec = spec_of(HTTP, command=("sh", "-c", "echo fatal; exit 3"))

    with pytest.raises(UnitFault) as raised:
        started(site, None, spec)

    assert raised.value.error.message == "http did not start: exited with code 3"
    assert raised.value.error.detail == "fatal"


def test_command_that_does_not_exist_is_the_needs_fault(started, site):
    """Podman says it in other words."""
    with pytest.raises(UnitFault, match="can't be started"):
        started(site, None, spec_of(HTTP, command=("no-such-program",)))


def test_missing_image_is_told(started, site, registry):
    """What a registry answers comes through Podman in words that are understood."""
    with pytest.raises(Unavailable) as raised:
        started(site, None, spec_of(HTTP, f"{registry}/absent:1", pull=Pull.MISSING))

    assert "can't be pulled" in raised.value.reason
