"""The supervisor ends what a killed run left, and nothing when the run ended by itself."""

import os
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


def test_a_run_that_ended_itself_is_left_alone(mark, sleeper):
    """After the word that the run is over, nothing is touched."""
    process = supervise(mark)

    process.communicate(b"done\n", timeout=20)

    assert is_alive(sleeper.pid)


def test_processes_of_other_runs_are_left_alone(sleeper):
    """Only the own mark counts."""
    process = supervise("another-run")

    process.communicate(timeout=20)

    assert is_alive(sleeper.pid)
