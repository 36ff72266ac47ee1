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


CLEANS_UP = "lambda *_: (open('cleaned', 'w').close(), os._exit(0))"


@pytest.mark.parametrize(("handler", "status"), [(CLEANS_UP, 0), ("signal.SIG_IGN", -signal.SIGKILL)])
def test_a_server_may_quit_before_it_is_killed(tmp_path, handler, status):
    """One that cleans up on SIGQUIT gets its moment, one that does nothing is killed; its environment is not looked at."""
    script = f"import os, signal, time; signal.signal(signal.SIGQUIT, {handler}); print(flush=True); time.sleep(300)"
    command = [sys.executable, "-c", script]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, start_new_session=True)
    server.stdout.readline()
    process = supervise("a-run")

    process.communicate(b'{"quit": %d}\n' % server.pid, timeout=20)
    found = server.wait(timeout=10)
    server.stdout.close()

    assert found == status
    assert (tmp_path / "cleaned").exists() == (status == 0)


def test_a_server_that_ended_is_nobody_by_now(sleeper):
    """A number alone is no proof: what had ended before it was told of has no start, and nothing is killed for it."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    process = supervise("a-run")

    process.communicate(b'{"quit": %d}\n' % ended.pid, timeout=20)

    assert process.returncode == 0
    assert is_alive(sleeper.pid)


SEGMENT = "import ctypes, sys, time; print(ctypes.CDLL(None).shmget(0, 4096, 0o600), flush=True); time.sleep(300)"


@pytest.mark.skipif(not Path("/proc/sysvipc/shm").exists(), reason="needs /proc/sysvipc")
def test_shared_memory_of_the_run_is_removed(mark):
    """A segment outlives who made it: those of the run's processes go, those of others stay."""
    makers = {}
    process = supervise(mark)
    try:
        for name in (mark, "another-run"):
            environment = {**os.environ, ATTEMPT_VARIABLE: f"{name}/unit/1"}
            made = subprocess.Popen(
                [sys.executable, "-c", SEGMENT], env=environment, stdout=subprocess.PIPE, start_new_session=True
            )
            makers[made] = made.stdout.readline().decode().strip()

        process.communicate(timeout=20)

        own, others = makers.values()
        assert own not in supervisor.segments()
        assert others in supervisor.segments()
    finally:
        for made in makers:
            made.kill()
            made.communicate()
        supervisor.remove_segments([identity for identity in makers.values() if identity in supervisor.segments()])
