"""Where the servers of an engine are reached, when that is not plainly this machine's loopback."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import docker
import pytest

from integrity.backing.docker import provider as provider_module
from integrity.backing.docker.addresses import Address
from tests.backing.docker.specs import spec_of

pytestmark = pytest.mark.docker

ROOT = Path(__file__).parent.parent.parent.parent
REDIS = spec_of("redis", "redis:7")
HERE = Address(bind="127.0.0.1", connect="127.0.0.1")
NOWHERE = Address(bind="198.51.100.7", connect="198.51.100.7")  # reserved for documentation: no machine has it
INSIDE = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from integrity.backing.docker import DockerProvider, addresses
from integrity.backing.server import Site
from tests.backing.docker.specs import spec_of

addresses._CONTAINER_MARKS = ("/proc/self",)  # the container's own mark stays outside of the chroot

async def main(run_id, engine):
    folder = Path("/nowhere")
    host = {"DOCKER_HOST": engine}
    provider = DockerProvider(Site(run_id=run_id, root=folder, cache=folder, logs=folder, mark="", host=host))
    first = await provider.start(spec_of("redis", "redis:7"), lambda _: None)
    second = await provider.start(spec_of("redis", "redis:7"), lambda _: None)
    await provider.close(keep=False)
    print(first.endpoint.host, second.endpoint.host)

asyncio.run(main(*sys.argv[1:]))
"""


def test_address_that_the_engine_does_not_have_is_dropped(started, site, monkeypatch):
    """A guessed address that can't be published on costs a try, not the server."""

    async def addresses(_):
        return HERE, NOWHERE

    monkeypatch.setattr(provider_module, "addresses", addresses)

    async def look(server):
        return server.endpoint.host

    assert started(site, look, REDIS) == "127.0.0.1"


def test_run_inside_of_a_container_reaches_servers_through_the_bridge(site, client, engine, containers):
    """With the engine's socket in a container, that container's own loopback is not where servers are."""
    if os.geteuid() != 0 or not engine.startswith("unix://"):
        pytest.skip("needs root, and an engine on this machine's files")
    program = ["chroot", "/host", "env", f"PYTHONPATH={ROOT}", sys.executable, "-c", INSIDE, site.run_id, engine]
    try:
        output = client.containers.run(
            "integrity-test/busybox:1",
            program,
            labels={"integrity.run": f"{site.run_id}-inside"},
            volumes={"/": {"bind": "/host", "mode": "ro"}},
            remove=True,
            stderr=True,
        )
    except docker.errors.ContainerError as problem:
        pytest.fail(problem.stderr.decode())

    first, second = output.decode().splitlines()[-1].split()
    assert first == second != "127.0.0.1"
    assert containers(site) == []
