"""The journal: what is written is what is read, and nothing else is believed."""

import resource
import signal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from integrity.errors import IntegrityError
from integrity.model.event import Event, RunEnd
from integrity.planning.tally import Tally, fold
from integrity.report.journal import Journal, read
from tests.report.sample import BEGAN, PROPERTY, Script, hostile_runs, zoo


def written(path, events):
    """The events as the journal took them."""
    journal = Journal(path)
    taken = [journal.append(event) for event in events]
    journal.close()
    return taken


def test_what_is_written_is_read(tmp_path):
    """Every event comes back equal, in its order."""
    _, events = zoo()

    written(tmp_path / "events.jsonl", events)

    assert list(read(tmp_path / "events.jsonl")) == events


@settings(PROPERTY, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile_runs())
def test_live_and_folded_reports_are_equal(tmp_path, run):
    """The report of the run as it was seen is the report of its journal, whatever the text."""
    plan, events = run
    path = tmp_path / "events.jsonl"
    path.unlink(missing_ok=True)
    live = Tally(plan)

    for event in written(path, events):
        live.add(event)

    assert live.report() == fold(plan, read(path))


def test_events_are_there_at_once(tmp_path):
    """Nothing waits in a buffer: a killed run leaves all that happened."""
    journal = Journal(tmp_path / "events.jsonl")

    journal.append(Script().start(1).events[0])

    assert len(list(read(tmp_path / "events.jsonl"))) == 1
    journal.close()


@pytest.mark.parametrize("torn", [b'{"type":"run-end","seq":1,"ts', b"\x00\x00", b'{"type":7'])
def test_torn_last_line_is_passed_over(tmp_path, torn):
    """A line without an end is what a kill leaves."""
    path = tmp_path / "events.jsonl"
    written(path, Script().start(1).events)
    path.write_bytes(path.read_bytes() + torn)

    assert len(list(read(path))) == 1


def test_unknown_types_and_fields_are_passed_over(tmp_path):
    """A later version of the same major may say more."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"type":"later","seq":0,"ts":0.0}\n{"type":"run-end","seq":1,"ts":2.5,"mood":"fine"}\n')

    assert list(read(path)) == [RunEnd(seq=1, ts=2.5)]


@pytest.mark.parametrize("line", [b"nonsense\n", b'{"type":"run-end","seq":"x","ts":0}\n', b"{}\n", b"\xff\n"])
def test_broken_line_is_named(tmp_path, line):
    """A whole line that is no event names its place."""
    path = tmp_path / "events.jsonl"
    written(path, Script().start(1).events)
    path.write_bytes(path.read_bytes() + line)

    with pytest.raises(IntegrityError, match=r"events.jsonl:2 can't be read"):
        list(read(path))


def test_newer_major_is_refused(tmp_path):
    """A journal of a later major version is refused with the version that it needs."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"type":"run-start","schema":"integrity.event/2","seq":0,"ts":0.0,"units":[]}\n')

    with pytest.raises(IntegrityError, match=r"written in integrity.event/2, and this version reads integrity.event/1"):
        list(read(path))


def test_full_disk_stops_the_journal_and_not_the_run(tmp_path):
    """When a write fails, the problem is kept, later events are only returned, and the file ends there."""
    path = tmp_path / "events.jsonl"
    events = zoo()[1]
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        journal = Journal(path)
        taken = [journal.append(event) for event in events]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, former)
    journal.append(events[0])  # there is room again, behind a torn line
    journal.close()

    assert journal.problem is not None
    assert taken == events
    kept = list(read(path))
    assert 0 < len(kept) < len(events)
    assert kept == events[: len(kept)]


def test_missing_folder_is_a_problem_and_no_crash(tmp_path):
    """A journal that can't be opened says so and lets the run go on."""
    journal = Journal(tmp_path / "none" / "events.jsonl")

    event = journal.append(RunEnd(seq=0, ts=BEGAN))

    assert isinstance(journal.problem, FileNotFoundError)
    assert event.seq == 0


def test_a_line_is_one_event(tmp_path):
    """The file can be read by anything that reads JSON lines."""
    path = tmp_path / "events.jsonl"
    events = written(path, zoo()[1])

    lines = path.read_bytes().splitlines()

    assert [msgspec.json.decode(line, type=Event) for line in lines] == events
