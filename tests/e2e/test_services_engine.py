"""Engines that stop, hang or can't be asked: bounded waits, `error: service` where containers were needed, and nowhere else."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import docker
import pytest

from tests.e2e.serviced import HOLDS, QUICK, TALK, unit, wait_for, web

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

ENGINE = Path(__file__).parents[1] / "docker/engine"
IMAGE = "integrity-test/http:1"
REDIS = 'needs = ["redis:7"]'
BOUND_S = 40.0


class Private:
    """A dockerd of one test's own, with one image."""

    def __init__(self, socket_path):
        self.url = f"unix://{socket_path}"
        self._socket = socket_path
        self._call("start")

    def load(self, engine):
        """Give it the image that the other engine has."""
        with self.client() as own, contextlib.closing(docker.APIClient(base_url=engine)) as other:
            own.load_image(b"".join(other.get_image(IMAGE)))

    def client(self):
        """The SDK's client of it."""
        return contextlib.closing(docker.APIClient(base_url=self.url, timeout=10))

    def signal(self, number):
        """Send a signal to its main process alone."""
        pid = int((self._socket.with_suffix(".d") / "pid").read_text())
        os.kill(pid, number)

    def containers(self):
        """Names of all its containers."""
        with self.client() as client:
            return [each["Names"][0] for each in client.containers(all=True)]

    def end(self):
        """Stop it and remove all of it."""
        with contextlib.suppress(OSError, ValueError):
            self.signal(signal.SIGCONT)
        self._call("stop")

    def _call(self, verb):
        subprocess.run([ENGINE, verb, self._socket], check=True, capture_output=True, timeout=90)


@pytest.fixture
def private(engine):
    """A private engine with the image of the shared one."""
    with tempfile.TemporaryDirectory(prefix="engine-", ignore_cleanup_errors=True) as folder:
        try:
            own = Private(Path(folder) / "e.sock")
        except subprocess.CalledProcessError as failure:
            pytest.skip(f"no engine of its own can be started here: {failure.stderr.decode()[-300:]}")
        try:
            own.load(engine)
            yield own
        finally:
            own.end()


@pytest.fixture
def deaf(tmp_path):
    """A DOCKER_HOST that accepts connections and never answers."""
    with socket.socket(socket.AF_UNIX) as listener, tempfile.TemporaryDirectory(prefix="deaf-") as folder:
        listener.bind(f"{folder}/e.sock")
        listener.listen(64)
        yield f"unix://{folder}/e.sock"


@pytest.mark.docker
def test_engine_that_stops_while_tests_run(serviced_at, tmp_path, private):
    """The unit that had a container is an error, the other keeps its own outcome, and the run soon ends."""
    serviced = serviced_at(tmp_path / "repo")
    serviced.add(unit("one", HOLDS, web(IMAGE)), unit("two", HOLDS), unit("three", HOLDS, REDIS))
    process = serviced.start("run", "--services", "auto", "--jobs", "3", DOCKER_HOST=private.url)
    serviced.wait_until_held("one", "two", "three")

    private.signal(signal.SIGKILL)
    serviced.let_go("one", "two", "three")
    process.communicate(timeout=BOUND_S)

    assert serviced.outcomes() == {"one": "error/service", "two": "passed", "three": "passed"}
    assert "the engine no longer answers" in serviced.error("one")["message"]
    assert serviced.services("three")["redis"]["provider"] == "embedded"


@pytest.mark.docker
def test_engine_that_hangs_while_tests_run(serviced_at, tmp_path, private):
    """As if it had stopped; what can't be removed then is removed by the next run, once the engine answers again."""
    serviced = serviced_at(tmp_path / "repo")
    serviced.add(unit("one", HOLDS, web(IMAGE)), unit("two", HOLDS))
    process = serviced.start("run", "--services", "docker", "--jobs", "2", DOCKER_HOST=private.url)
    serviced.wait_until_held("one", "two")

    private.signal(signal.SIGSTOP)
    serviced.let_go("one", "two")
    process.communicate(timeout=BOUND_S)

    assert serviced.outcomes() == {"one": "error/service", "two": "passed"}
    assert "the engine no longer answers" in serviced.error("one")["message"]
    private.signal(signal.SIGCONT)
    again = serviced.run("run", "--services", "docker", DOCKER_HOST=private.url)
    assert again.returncode == 0, again.stdout
    wait_for(lambda: private.containers() == [], 5)


@pytest.mark.docker
def test_engine_that_hangs_while_containers_start(serviced_at, tmp_path, private):
    """Who waits for a server that starts waits no longer than its deadline."""
    serviced = serviced_at(tmp_path / "repo")
    slow = web(IMAGE, more='environment = { DELAY = "60" }\ntimeout = 6')
    serviced.add(unit("one", QUICK, slow), unit("two", QUICK))
    process = serviced.start("run", "--services", "docker", DOCKER_HOST=private.url)
    wait_for(private.containers)

    private.signal(signal.SIGSTOP)
    process.communicate(timeout=BOUND_S)

    assert serviced.outcomes() == {"one": "error/service", "two": "passed"}


def test_engine_that_never_answers(serviced, deaf):
    """With Docker alone the units that need it are an error after a bounded wait; the words say what to do."""
    serviced.add(unit("one", QUICK, REDIS), unit("two", QUICK))
    began = time.monotonic()

    done = serviced.run("run", "--services", "docker", DOCKER_HOST=deaf)

    assert time.monotonic() - began < BOUND_S
    assert done.returncode == 3
    assert serviced.outcomes() == {"one": "error/service", "two": "passed"}
    assert "no answer within 2 s" in serviced.error("one")["message"]
    assert "Restart the engine" in serviced.error("one")["hint"]


def test_engine_that_never_answers_is_passed_over(serviced, deaf):
    """With `auto` the embedded server is used, and the report says so."""
    serviced.add(unit("one", TALK + "def test_ping(): assert redis('PING') == '+PONG'\n", REDIS))

    done = serviced.run("run", DOCKER_HOST=deaf)

    assert done.returncode == 0, done.stdout
    assert serviced.services("one")["redis"]["provider"] == "embedded"
