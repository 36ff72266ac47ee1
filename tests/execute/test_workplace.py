"""A run takes its folders and locks, and gives back all but its results."""

import os
import subprocess

import filelock
import pytest

from integrity.errors import UsageError
from integrity.execute.workplace import workplace


def test_results_of_an_earlier_run_are_emptied(tmp_path):
    """Nothing of an earlier run is mixed with this one's."""
    results = tmp_path / "results"
    (results / "units/old").mkdir(parents=True)
    (results / "run.json").write_text("{}")

    with workplace(tmp_path, results, "run-1") as place:
        left = {path.name for path in results.iterdir() if not path.name.startswith(".")}

    assert left == set()
    assert place.mark == "run-1"


def test_folder_with_other_files_is_refused_and_kept(tmp_path):
    """A folder that holds no results is somebody's work."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results/thesis.tex").write_text("x")

    with (
        pytest.raises(UsageError, match="no results of an earlier run"),
        workplace(tmp_path, tmp_path / "results", "run-1"),
    ):
        pass

    assert (tmp_path / "results/thesis.tex").read_text() == "x"


def test_two_runs_never_hold_one_results_folder(tmp_path):
    """The second is told of the first, and to take another folder."""
    with (
        workplace(tmp_path, tmp_path / "results", "run-1"),
        pytest.raises(UsageError, match="another run") as refused,
        workplace(tmp_path, tmp_path / "results", "run-2"),
    ):
        pass

    assert "--results" in refused.value.hint


def test_scratch_and_locks_are_gone_afterwards(tmp_path):
    """Also when the run ended by an exception."""

    def failing_run() -> None:
        with workplace(tmp_path, tmp_path / "results", "run-1") as place:
            (place.scratch / "stream.jsonl").write_text("{}")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_run()

    assert list((tmp_path / ".integrity/scratch").iterdir()) == []
    assert list((tmp_path / ".integrity/running").iterdir()) == []
    assert not (tmp_path / "results/.reserve").exists()


def test_scratch_of_dead_runs_is_swept_and_of_living_ones_kept(tmp_path):
    """Dead is a run whose lock can be taken."""
    for name in ("dead", "living"):
        (tmp_path / ".integrity/scratch" / name).mkdir(parents=True)
    (tmp_path / ".integrity/running").mkdir(parents=True)

    with (
        filelock.FileLock(tmp_path / ".integrity/running/living.lock"),
        workplace(tmp_path, tmp_path / "results", "run-1"),
    ):
        left = {path.name for path in (tmp_path / ".integrity/scratch").iterdir()}

    assert left == {"living", "run-1"}


def test_space_for_the_reports_is_kept_until_they_are_written(tmp_path):
    """The reserve is there while the run lasts, and is given up on demand."""
    with workplace(tmp_path, tmp_path / "results", "run-1") as place:
        reserved = (tmp_path / "results/.reserve").stat().st_size
        place.release_reserve()
        released = not (tmp_path / "results/.reserve").exists()

    assert reserved == 4 * 1024 * 1024
    assert released


def test_lock_of_a_dead_run_goes_and_that_of_a_starting_one_stays(tmp_path):
    """A supervisor removed the dead run's scratch; a run that is about to hold its lock has no scratch yet."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    running = tmp_path / ".integrity/running"
    running.mkdir(parents=True)
    for pid in (ended.pid, os.getpid()):
        (running / f"20260101T000000Z-{pid}-ab.lock").touch()

    with workplace(tmp_path, tmp_path / "results", "run-1"):
        left = {path.stem.split("-")[1] for path in running.iterdir()}

    assert left == {str(os.getpid()), "1"}
