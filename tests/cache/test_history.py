"""The file of past runs grows by a line a run, stays small, and is never misread."""

import msgspec
import pytest

from integrity.cache.history import KEPT, read_history, record_history
from integrity.errors import IntegrityError
from integrity.model.outcome import Outcome
from tests.report.sample import zoo_report


def test_each_run_is_a_line_with_every_unit(tmp_path):
    """Outcome and time of each unit can be read back."""
    file = tmp_path / "history.jsonl"
    report = zoo_report()

    problems = record_history(file, report) + record_history(file, report)

    runs = read_history(file)
    assert problems == []
    assert len(runs) == 2
    assert len(runs[0].units) == len(report.units)
    assert {unit.outcome for unit in runs[0].units.values()} >= {Outcome.PASSED, Outcome.FAILED, Outcome.ERROR}


def test_edited_files_are_of_no_commit(tmp_path):
    """A unit that was broken and mended before it was committed is not called flaky for that."""
    file = tmp_path / "history.jsonl"
    report = zoo_report()
    edited = msgspec.structs.replace(report, run=msgspec.structs.replace(report.run, dirty=True))

    record_history(file, report)
    record_history(file, edited)

    assert [run.commit for run in read_history(file)] == ["abc", None]


def test_file_stays_small(tmp_path):
    """Past twice the number of runs that are kept, the oldest go."""
    file = tmp_path / "history.jsonl"
    record_history(file, zoo_report())
    file.write_bytes(file.read_bytes() * (2 * KEPT))

    record_history(file, zoo_report())

    assert len(read_history(file)) == KEPT


def test_torn_last_line_is_passed_over_and_never_glued_to_the_next(tmp_path):
    """A run that was killed while it wrote costs its own line only."""
    file = tmp_path / "history.jsonl"
    record_history(file, zoo_report())
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])

    assert len(read_history(file)) == 1
    record_history(file, zoo_report())
    assert file.read_bytes() == whole * 2


def test_line_that_is_no_run_is_named(tmp_path):
    """What something else wrote, or a newer release, is an error with the line."""
    file = tmp_path / "history.jsonl"
    record_history(file, zoo_report())
    file.write_bytes(file.read_bytes() + b'{"schema": "integrity.history/2"}\n')

    with pytest.raises(IntegrityError, match=r"history\.jsonl:2 is no run"):
        read_history(file)


def test_disk_that_refuses_is_told(tmp_path):
    """The run goes on, and says what was not written."""
    assert "could not be written" in record_history(tmp_path / "nowhere" / "history.jsonl", zoo_report())[0]
