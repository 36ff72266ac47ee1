"""A measured process is measured whole."""

from __future__ import annotations

import os
import sys

import pytest

from benchmarks.measure import measured

pytestmark = pytest.mark.e2e


def measure(tmp_path, command, **options):
    return measured(command, folder=tmp_path, environment=dict(os.environ), log=tmp_path / "log", **options)


def test_time_of_children_counts(tmp_path):
    """CPU time that a child of the command used is in the result; so is the command's exit status."""
    busy = f"{sys.executable} -c 'import time\nwhile time.process_time() < 0.3: pass'"

    result = measure(tmp_path, f"{busy} & wait; exit 3")

    assert result.cpu_s >= 0.3
    assert result.status == 3


def test_peak_memory_is_of_the_first_process_alone(tmp_path):
    """Memory that was given back still counts, and a child's does not."""
    big = "exec {} -c 'import time; x = bytes(1) * ({} << 20); del x; time.sleep(0.3)'"

    own = measure(tmp_path, big.format(sys.executable, 200), with_memory=True)
    of_child = measure(tmp_path, f"({big.format(sys.executable, 200)}); true", with_memory=True)

    assert own.peak_mib > 200
    assert of_child.peak_mib < 100
