"""What is removed after runs that could not do it themselves, and what is not."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time

import pytest

from integrity.backing.docker import DockerProvider, removal_command
from integrity.backing.docker.removal import sweep
from integrity.system.owner import this_process
from tests.backing.docker.specs import spec_of

pytestmark = pytest.mark.docker

IMAGE = "integrity-test/never-ready:1"


@pytest.fixture
def left(client, site):
    """Makes a container as a run leaves it, with other labels; says later which are there."""
    made = {}

    def make(name, **labels):
        own = {**this_process().as_labels(), "integrity.run": site.run_id}
        labels = {**own, **{f"integrity.{key}": value for key, value in labels.items()}}
        made[name] = client.containers.create(IMAGE, labels={key: value for key, value in labels.items() if value})

    def there():
        ids = {each["Id"] for each in client.api.containers(all=True)}
        return {name for name, container in made.items() if container.id in ids}

    make.there = there
    yield make
    for container in made.values():
        with contextlib.suppress(Exception):
            container.remove(force=True, v=True)


def dead():
    """The labels of a process of this machine that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return {"pid": str(process.pid), "start": "1"}


def test_only_what_is_provably_dead_is_swept(left, client):
    """A live owner, another machine's, one that is not named, and what was kept are all left alone."""
    left("alive")
    left("dead", **dead())
    left("of an earlier boot", boot="another")
    left("kept", **dead(), kept="true")
    left("of another machine", **dead(), host="another")
    left("of another container", **dead(), namespace="pid:[1]")
    left("without an owner", boot="")

    sweep(client.api)

    assert left.there() == {"alive", "kept", "of another machine", "of another container", "without an owner"}


def test_next_run_sweeps_as_it_connects(left, site):
    """The first start of a run removes, beside its own work, what dead runs left."""
    left("dead", **dead())

    async def main():
        provider = DockerProvider(site)
        await provider.start(spec_of("redis", "redis:7"), lambda _: None)
        async with asyncio.timeout(10):
            while left.there():
                await asyncio.sleep(0.05)
        await provider.close(keep=False)

    asyncio.run(main())

    assert left.there() == set()


def test_command_of_the_supervisor_removes_a_run(left, site):
    """Run as a process of its own, also from a folder that has something called `docker`, it is quick and complete."""
    left("one")
    left("two")
    left("of another run", run=f"{site.run_id}x")
    (site.root / "docker").mkdir()
    (site.root / "docker" / "__init__.py").write_text("raise SystemExit('the wrong docker')")
    begin = time.monotonic()

    ended = subprocess.run(
        removal_command(site.run_id, site.host), cwd=site.root, env={}, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert left.there() == {"of another run"}
    assert time.monotonic() - begin < 10


def test_command_holds_only_what_finds_the_engine(site):
    """The caller's other variables, which may be secret, don't show up among the processes."""
    command = removal_command("r1", {**site.host, "TOKEN": "hidden", "DOCKER_CONFIG": "/c", "XDG_RUNTIME_DIR": "/x"})

    assert "hidden" not in " ".join(command)
    assert '"DOCKER_CONFIG": "/c"' in command[-1]
    assert '"XDG_RUNTIME_DIR": "/x"' in command[-1]


def test_command_without_an_engine_says_so(tmp_path):
    """When nobody answers, it is not said that all is gone."""
    ended = subprocess.run(
        removal_command("r1", {"DOCKER_HOST": f"unix://{tmp_path}/gone.sock"}), env={}, check=False, timeout=30
    )

    assert ended.returncode == 1


def test_container_that_comes_late_is_removed_too(left, site):
    """One that the engine was still creating at the first look is found by a later one."""
    left("first")
    command = removal_command(site.run_id, site.host)
    with subprocess.Popen(command) as process:
        deadline = time.monotonic() + 20
        while left.there() and time.monotonic() < deadline:
            time.sleep(0.005)
        left("late")
        assert process.wait(30) == 0

    assert left.there() == set()
