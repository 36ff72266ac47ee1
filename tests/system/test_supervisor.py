"""The supervisor ends what a killed run left, and nothing when the run ended by itself."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.system import supervisor
from tests.system.test_process import eventually, is_alive

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")


@pytest.fixture
def mark():
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
def sleeper(mark):
    process = subprocess.Popen(
        ["sleep", "300"], env={**os.environ, ATTEMPT_VARIABLE: f"{mark}/unit/1"}, start_new_session=True
    )
    yield process
    process.kill()
    process.wait()


def supervise(mark):
    return subprocess.Popen(
        [sys.executable, "-I", "-S", supervisor.__file__, f"{ATTEMPT_VARIABLE}={mark}/"], stdin=subprocess.PIPE
    )


def test_end_of_file_ends_marked_processes(mark, sleeper):
    """When the pipe breaks without a word, every process with the run's mark is killed."""
    process = supervise(mark)

    process.communicate(timeout=20)

    assert eventually(lambda: not is_alive(sleeper.pid))


def test_a_run_that_ended_itself_is_left_alone(mark, sleeper, tmp_path):
    """After the word that the run is over, nothing is touched."""
    process = supervise(mark)

    process.communicate(b'{"folder": "%s"}\n{"done": true}\n' % bytes(tmp_path), timeout=20)

    assert is_alive(sleeper.pid)
    assert tmp_path.exists()


def test_processes_of_other_runs_are_left_alone(sleeper):
    """Only the own mark counts."""
    process = supervise("another-run")

    process.communicate(timeout=20)

    assert is_alive(sleeper.pid)


def test_what_it_was_told_is_removed_and_run(mark, tmp_path):
    """After a kill its folders go and its commands run, in the order that leaves no process writing to a folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "file").write_text("x")
    process = supervise(mark)
    tasks = [{"folder": str(folder)}, {"command": ["touch", str(tmp_path / "ran")]}, {"command": ["/no/such/program"]}]

    process.communicate("".join(json.dumps(task) + "\n" for task in tasks).encode(), timeout=20)

    assert not folder.exists()
    assert (tmp_path / "ran").exists()


def test_a_process_may_quit_before_it_is_killed(mark, tmp_path):
    """A server that cleans up on SIGQUIT gets its moment; one of another run is not touched."""
    script = f"trap 'touch {tmp_path}/cleaned; exit 0' QUIT; echo ready; while :; do sleep 0.05; done"
    servers = [
        subprocess.Popen(
            ["sh", "-c", script],
            env={**os.environ, ATTEMPT_VARIABLE: f"{run}/services"},
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        for run in (mark, "another-run")
    ]
    for server in servers:
        server.stdout.readline()
    process = supervise(mark)

    process.communicate(b"".join(b'{"quit": %d}\n' % server.pid for server in servers), timeout=20)
    alive = servers[1].poll() is None
    os.killpg(servers[1].pid, signal.SIGKILL)
    statuses = [server.wait() for server in servers]
    for server in servers:
        server.stdout.close()

    assert (tmp_path / "cleaned").exists()
    assert statuses[0] == 0
    assert alive
