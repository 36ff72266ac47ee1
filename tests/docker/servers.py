"""Servers that only the tests of containers need: a registry of images, and Podman's service, with places of their own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

WAIT_S = 30.0
IMAGES = ("postgres:15", "redis:7", "integrity-test/http:1")  # what Podman gets of the engine's
_REGISTRY = """\
version: 0.1
storage:
  filesystem: {{rootdirectory: {folder}}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:0"}}
"""
_CONTAINERS = """\
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
{runtime}
"""


class Missing(Exception):  # noqa: N818 - a state of affairs
    """What such a server needs is not on this machine; says what."""


def ping(url):
    """Raise OSError or HTTPException where no engine answers at a DOCKER_HOST."""
    parts = urlsplit(url)
    if parts.scheme not in ("unix", "tcp"):
        raise OSError(f"the tests can't ask an engine at {url}")
    connection = HTTPConnection(parts.hostname or "localhost", parts.port or 2375, timeout=5)
    with contextlib.closing(connection):
        if parts.scheme == "unix":
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(5)
            connection.sock.connect(parts.path)
        connection.request("GET", "/_ping")
        answer = connection.getresponse()
        answer.read()
    if answer.status != 200:
        raise OSError(f"it answered {answer.status}")


@contextlib.contextmanager
def registry(folder):
    """A registry on a free port of loopback; gives `127.0.0.1:<port>`."""
    needed("docker-registry")
    config, log = folder / "config.yml", folder / "log"
    config.write_text(_REGISTRY.format(folder=folder / "images"))
    with running("docker-registry", "serve", config, log=log):
        yield awaited(lambda: re.search(r"listening on (127\.0\.0\.1:\d+)", log.read_text()), log).group(1)


@contextlib.contextmanager
def podman(engine):
    """Podman's service with a storage of its own that holds IMAGES; gives its DOCKER_HOST."""
    needed("podman", "docker")
    bridges = set(bridges_of_podman())
    # The path of a socket and of an overlay must be short; the folder of the running test isn't.
    folder = Path(tempfile.mkdtemp(prefix="integrity-podman-"))
    command = ["podman", "--root", folder / "root", "--runroot", folder / "run", "--tmpdir", folder / "tmp"]
    environment = {**os.environ, "CONTAINERS_CONF": str(containers_conf(folder))}
    url, log = f"unix://{folder}/podman.sock", folder / "log"
    try:
        copy_images(engine, command, environment)
        with running(*command, "system", "service", "--time=0", url, log=log, env=environment):
            awaited(lambda: answers(url), log)
            yield url
            subprocess.run([*command, "rm", "--all", "--force", "--volumes", "--time=0"], env=environment, check=True)
    finally:
        subprocess.run(["umount", folder / "root" / "overlay"], stderr=subprocess.DEVNULL, check=False)
        for bridge in set(bridges_of_podman()) - bridges:
            if not any(Path("/sys/class/net", bridge, "brif").iterdir()):  # another session's Podman uses the same one
                subprocess.run(["ip", "link", "delete", bridge], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def needed(*programs):
    if missing := [program for program in programs if shutil.which(program) is None]:
        raise Missing(f"{' and '.join(missing)} is not installed: tests/docker/engine install {' '.join(missing)}")


@contextlib.contextmanager
def running(*command, log, env=None):
    """A process that also ends when this one is killed; its output goes to `log`."""
    with log.open("wb") as output:
        bound = ["setpriv", "--pdeathsig", "TERM", *command]
        process = subprocess.Popen(bound, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def awaited(look, log):
    """What `look` finds at last; fails with the end of the log."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise TimeoutError(f"not up after {WAIT_S:.0f} s:\n{log.read_text()[-2000:]}")


def answers(url):
    try:
        ping(url)
    except (OSError, HTTPException):
        return False
    return True


def containers_conf(folder):
    path = folder / "containers.conf"
    # crun, which Podman prefers, refuses machines that have not only the second version of cgroups.
    is_unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    path.write_text(_CONTAINERS.format(runtime="" if is_unified else 'runtime = "runc"'))
    return path


def copy_images(engine, command, environment):
    save = subprocess.Popen(
        ["docker", "save", *IMAGES], env={**os.environ, "DOCKER_HOST": engine}, stdout=subprocess.PIPE
    )
    with save:
        subprocess.run([*command, "load"], env=environment, stdin=save.stdout, capture_output=True, check=True)
    assert save.returncode == 0, f"docker save {' '.join(IMAGES)} failed"


def bridges_of_podman():
    return [path.name for path in Path("/sys/class/net").iterdir() if re.fullmatch(r"(cni-)?podman\d+", path.name)]
