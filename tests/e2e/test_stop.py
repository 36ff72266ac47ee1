"""A run that is asked to stop, or killed, leaves reports where it can and processes never."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.e2e.command import marked_processes, outcomes, report_of, run, start, unit, wait_for
from tests.monorepo import make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SLEEPS = "import pathlib, time\ndef test_sleeps():\n    pathlib.Path('started').touch()\n    time.sleep(600)\n"
DEAF = (
    "import pathlib, signal, time\ndef test_deaf():\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    pathlib.Path('started').touch()\n    time.sleep(600)\n"
)
DETACHES = (
    "import pathlib, subprocess, time\ndef test_detaches():\n    subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    "    pathlib.Path('started').touch()\n    time.sleep(600)\n"
)
QUICK = "def test_quick(): pass\n"


@pytest.fixture
def monorepo(tmp_path):
    def make(**tests):
        files = {"pyproject.toml": "[tool.integrity]\n"}
        for name, test in tests.items():
            files |= unit(name, test)
        return make_monorepo(tmp_path, files)

    return make


def started(root, name):
    return (root / "services" / name / "started").exists


def run_id(root):
    return json.loads((root / "integrity-results/run.json").read_text())["run_id"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_first_signal_ends_gracefully_with_reports(monorepo, number):
    """One signal: the running unit is interrupted, the waiting one not started, the report complete, nothing left."""
    root = monorepo(sleeps=SLEEPS, waits=QUICK)
    process = start(root, "run", "sleeps", "waits", "--jobs", "1")
    wait_for(started(root, "sleeps"))

    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode == 130
    assert set(outcomes(root)) == {"sleeps", "waits"}
    assert outcomes(root)["sleeps"] == "interrupted"
    assert report_of(root)["run"]["interrupted"] is True
    assert marked_processes(f"INTEGRITY_ATTEMPT={run_id(root)}") == []


def test_run_whose_terminal_is_closed_still_writes_its_reports(monorepo):
    """The window is closed: output has nowhere to go, SIGHUP stops the run, and what it found is kept."""
    root = monorepo(sleeps=SLEEPS)
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "integrity", "run"],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
        env={name: value for name, value in os.environ.items() if name not in {"CI", "GITHUB_ACTIONS"}},
    )
    os.close(slave)
    wait_for(started(root, "sleeps"))

    os.close(master)
    process.send_signal(signal.SIGHUP)

    assert process.wait(60) == 130
    assert outcomes(root) == {"sleeps": "interrupted"}


def test_second_signal_ends_at_once(monorepo):
    """A unit that is deaf to INT and TERM is killed as soon as the stop is asked for twice."""
    root = monorepo(deaf=DEAF)
    process = start(root, "run")
    wait_for(started(root, "deaf"))

    process.send_signal(signal.SIGINT)
    wait_for(lambda: "stop-requested" in (root / "integrity-results/events.jsonl").read_text())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=4)

    assert process.returncode == 130
    assert outcomes(root) == {"deaf": "interrupted"}


def test_killed_run_leaves_no_process_and_the_next_one_works(monorepo):
    """After SIGKILL of the run even detached processes of its units end, and nothing stands in the way of a new run."""
    root = monorepo(detaches=DETACHES)
    process = start(root, "run")
    wait_for(started(root, "detaches"))
    mark = f"INTEGRITY_ATTEMPT={run_id(root)}"
    assert len(marked_processes(mark)) >= 2

    process.kill()
    process.communicate()
    wait_for(lambda: marked_processes(mark) == [], 5)
    (root / "services/detaches/test_integrity.py").write_text(QUICK)
    again = run(root, "run")

    assert again.returncode == 0, again.stderr
    assert list((root / ".integrity/scratch").iterdir()) == []
    assert list((root / ".integrity/running").iterdir()) == []


def test_fail_fast_starts_nothing_after_the_first_failure(monorepo):
    """Units that were not started are interrupted and say why; the run is red."""
    root = monorepo(a_fails="def test_bad(): assert False\n", b_waits=QUICK)

    done = run(root, "run", "--fail-fast", "--jobs", "1")

    assert done.returncode == 1
    assert outcomes(root) == {"a_fails": "failed", "b_waits": "interrupted"}
