"""Events reach the journal and the tally whatever becomes of those who show them."""

from pathlib import Path

from integrity.execute.recorder import Recorder
from integrity.model.event import Heartbeat
from integrity.model.plan import Plan
from integrity.planning.tally import Tally
from integrity.report.journal import read


class Gone:
    """A reporter whose terminal was closed."""

    def __init__(self):
        self.asked = 0

    def on_event(self, event):
        self.asked += 1
        raise OSError(5, "Input/output error")

    def tick(self, now):
        raise AssertionError("it is asked no more")

    close = tick


class Present(Gone):
    """A reporter that works."""

    def on_event(self, event):
        self.asked += 1

    def tick(self, now=None):
        pass

    close = tick


def test_reporter_whose_terminal_went_away_is_asked_no_more(tmp_path: Path):
    """The run goes on without it; the others and the journal miss nothing."""
    gone, present = Gone(), Present()
    recorder = Recorder(tmp_path, Tally(Plan(run_id="r", units=())), [gone, present])

    for _ in range(3):
        recorder.emit(Heartbeat)
    recorder.tick()
    problem = recorder.close()

    assert problem is None
    assert (gone.asked, present.asked) == (1, 3)
    assert len(list(read(tmp_path / "events.jsonl"))) == 3
