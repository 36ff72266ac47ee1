"""What got away from a unit is found by its mark, or as a child that nobody here started."""

import subprocess
import sys
from pathlib import Path

import pytest

from integrity.system.descendants import children, end_adopted

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")


def test_children_that_were_not_known_are_ended():
    """One that was there before stays; one that came later goes, also with an environment of its own."""
    known = subprocess.Popen(["sleep", "300"])
    spared = children()
    foreign = subprocess.Popen(["/bin/sleep", "300"], env={}, start_new_session=True)

    ended = end_adopted(spared)

    assert ended == [foreign.pid]
    assert known.poll() is None
    foreign.returncode = -9  # it was reaped already
    known.kill()
    known.wait()


def test_nothing_is_ended_where_all_is_known():
    """A run that left nothing ends nothing."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    assert end_adopted(children()) == []

    process.communicate(b"\n", timeout=20)
    assert process.returncode == 0
