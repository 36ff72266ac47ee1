"""The servers that other tests build upon do what they are for, and nothing of them stays."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import docker
import pytest

from tests.docker import leaks, servers

pytestmark = pytest.mark.docker

ROOT = Path(__file__).parent.parent.parent
SCRIPT = Path(__file__).parent / "engine"
IMAGE = "integrity-test/never-ready:1"
PROBE = """
import contextlib
from tests.conftest import *
import docker, pytest

def test_leak(engine):
    with contextlib.closing(docker.DockerClient(base_url=engine)) as client:
        client.containers.create({image!r}, name={name!r})
"""


@pytest.fixture
def client(engine):
    with contextlib.closing(docker.DockerClient(base_url=engine)) as client:
        yield client


def test_registry_takes_an_image_and_gives_it_back_with_progress(client, registry):
    """What is pushed can be pulled: with the layers' progress and a digest."""
    name = f"{registry}/test/layers"
    client.images.get("integrity-test/layers:1").tag(name, "1")
    try:
        pushed = client.images.push(name, "1")
    finally:
        client.images.remove(f"{name}:1")

    events = [*client.api.pull(name, "1", stream=True, decode=True)]
    digests = client.images.get(f"{name}:1").attrs["RepoDigests"]
    client.images.remove(f"{name}:1")

    assert "errorDetail" not in pushed
    assert any("Digest: sha256:" in event["status"] for event in events)
    assert [digest.partition("@")[0] for digest in digests] == [name]


def test_registry_does_not_know_other_images(client, registry):
    """An image that was never pushed is missing, not refused."""
    with pytest.raises(docker.errors.NotFound, match="manifest unknown"):
        client.images.pull(f"{registry}/test/nothing", "1")


def test_podman_runs_a_container_with_a_port(podman_engine):
    """Podman answers the SDK, has the images, and publishes ports on loopback."""
    with contextlib.closing(docker.DockerClient(base_url=podman_engine)) as client:
        names = {name for image in client.images.list() for name in image.tags}
        container = client.containers.run("integrity-test/http:1", detach=True, ports={"8080/tcp": ("127.0.0.1", None)})
        container.reload()
        [binding] = container.ports["8080/tcp"]
        container.remove(force=True, v=True)

    assert {name.removeprefix("localhost/").removeprefix("docker.io/library/") for name in names} == set(servers.IMAGES)
    assert binding["HostIp"] == "127.0.0.1"


def test_leaks_are_named(client, engine, tmp_path):
    """A container, its volume, a network and a process of a run are each found while they are there, and only then."""
    before = leaks.traces(engine)
    network = client.networks.create("integrity-test-leak")
    container = client.containers.create("redis:7")
    marked = {**os.environ, "INTEGRITY_ATTEMPT": "leak"}
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=marked)

    found = leaks.left(before, engine, wait_s=0)
    process.communicate(b"\n")
    container.remove(v=True)
    network.remove()

    mine = (container.id[:12], network.id[:12], f"process {process.pid} ", "volume ")
    assert all(any(part in each for each in found) for part in mine), found
    assert not [each for each in leaks.left(before, engine) if any(part in each for part in mine[:3])]


def test_session_that_leaves_a_container_fails(client, engine, tmp_path):
    """With every test passed, what is left makes the session red, by name; also when workers ran the tests."""
    name = f"integrity-test-leak-{os.getpid()}"
    probe = tmp_path / "test_probe.py"
    probe.write_text(PROBE.format(image=IMAGE, name=name))
    environment = {**os.environ, "DOCKER_HOST": engine, "INTEGRITY_TEST_DOCKER": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "1",
        "-p",
        "tests.conftest",
        "--rootdir",
        ROOT,
        "-c",
        ROOT / "pyproject.toml",
        probe,
    ]
    try:
        session = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    finally:
        client.containers.get(name).remove()

    assert session.returncode == 1, session.stdout
    assert "1 passed" in session.stdout
    assert f"/{name} of {IMAGE}" in session.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="starting an engine needs root")
@pytest.mark.parametrize("is_killed", [False, True])
def test_stopped_engine_leaves_nothing(is_killed, engine):
    """Stopping an engine takes its containers, bridge and mounts away; of a killed one, too, whose containers live on."""
    with tempfile.TemporaryDirectory(prefix="integrity-engine-") as folder:  # the path of a socket must be short
        url = f"unix://{folder}/e.sock"
        before = surroundings(folder)
        subprocess.run([SCRIPT, "start", url], stdout=subprocess.DEVNULL, check=True)
        try:
            save = subprocess.run(["docker", "save", IMAGE], capture_output=True, check=True)
            other = {**os.environ, "DOCKER_HOST": url}
            subprocess.run(["docker", "load"], input=save.stdout, env=other, capture_output=True, check=True)
            subprocess.run(["docker", "run", "--detach", IMAGE], env=other, capture_output=True, check=True)
            during = surroundings(folder)
            if is_killed:
                os.kill(int(Path(folder, "e.d", "pid").read_text()), signal.SIGKILL)
        finally:
            subprocess.run([SCRIPT, "stop", url], check=True)
        after = surroundings(folder)

    assert {kind for kind, _ in during - before} == {"process", "bridge", "mount"}
    assert after == before


def surroundings(folder):
    """What an engine adds to its machine: processes that name its folder, its bridge, mounts in the folder."""
    mounts = {line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()}
    found = {("mount", place) for place in mounts if place.startswith(f"{folder}/")}
    checksum = subprocess.run(["cksum"], input=f"{folder}/e.sock".encode(), capture_output=True, check=True).stdout
    bridge = Path("/sys/class/net", f"itest{checksum.split()[0].decode()}")
    found |= {("bridge", bridge.name)} if bridge.exists() else set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{folder}/" in (entry / "cmdline").read_text(errors="replace"):
                found.add(("process", entry.name))
    return found
