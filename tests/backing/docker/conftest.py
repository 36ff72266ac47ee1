"""Runs of their own for tests of containers, and what is left of them in the engine."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import replace

import docker
import pytest

from integrity.backing.docker import DockerProvider
from integrity.backing.server import Site


@pytest.fixture
def site_at(tmp_path):
    """Makes the site of a run: its engine, and what else differs."""

    def make(url, **changes):
        site = Site(
            run_id=f"test{secrets.token_hex(4)}",
            root=tmp_path,
            cache=tmp_path / "cache",
            logs=tmp_path / "logs",
            mark="",
            host={"DOCKER_HOST": url, "HOME": str(tmp_path)} if url else {"HOME": str(tmp_path)},
        )
        return replace(site, **changes)

    return make


@pytest.fixture
def site(site_at, engine):
    """A run on the engine."""
    return site_at(engine)


@pytest.fixture
def client(engine):
    """The SDK's own client, to see what is there."""
    with contextlib.closing(docker.DockerClient(base_url=engine, timeout=30)) as client:
        yield client


@pytest.fixture
def containers(client):
    """Names the containers that a run has in the engine; removes them at the end of the test."""
    runs = []

    def named(site):
        runs.append(site)
        return [each["Names"][0] for each in labelled(client, site)]

    yield named
    for site in runs:
        for each in labelled(client, site):
            client.api.remove_container(each["Id"], force=True, v=True)


def labelled(client, site):
    return client.api.containers(all=True, filters={"label": f"integrity.run={site.run_id}"})


@pytest.fixture
def started(containers):
    """Starts servers of a run, gives them to a look at them, and checks that the run leaves nothing."""

    def run(site, look, *specs, **options):
        async def main():
            provider = DockerProvider(site, **options)
            try:
                servers = await asyncio.gather(*(provider.start(spec, lambda _: None) for spec in specs))
                return await look(*servers)
            finally:
                await provider.close(keep=False)

        try:
            return asyncio.run(main())
        finally:
            assert containers(site) == []

    return run
