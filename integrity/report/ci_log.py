"""The run as a log, where nothing can be repainted: one line for each unit that ended, and a sign of life in long silences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.model.event import RunStart, ServiceProgress, StopRequested
from integrity.model.outcome import Outcome
from integrity.report.line import Style, cells, line, padded
from integrity.report.progress import WAITING, Progress
from integrity.report.words import counted, duration, named, plural, style

if TYPE_CHECKING:
    from integrity.model.event import Base
    from integrity.model.plan import Plan
    from integrity.report.line import Line
    from integrity.report.output import Output
    from integrity.report.progress import Finished, Running

SILENCE_S = 30.0
PATIENCE_S = 10.0  # between two lines about what a provider of services is at
NAME_WIDTH = 40
WORD_WIDTH = 11  # the longest outcome
TIME_WIDTH = 10  # "59 min 59 s" is the first that is longer
RUNNING_SHOWN = 8


class CiLog:
    """A reporter that only appends lines."""

    def __init__(self, plan: Plan, output: Output) -> None:
        self._progress = Progress(plan)
        self._output = output
        self._spoke: float | None = None
        self._told = 0.0  # when the last line about services was shown
        self._name_width = min(NAME_WIDTH, max((cells(name) for name in self._progress.names), default=0))

    def on_event(self, event: Base) -> None:
        """Show what it finished."""
        finished = self._progress.add(event)
        if self._spoke is None or isinstance(event, RunStart):
            self._spoke = event.ts
        if finished is not None:
            self._say(event.ts, self._finished(finished))
        elif isinstance(event, StopRequested):
            self._say(event.ts, self._heartbeat(event.ts))
        elif isinstance(event, ServiceProgress) and event.text and event.ts - self._told >= PATIENCE_S:
            self._told = event.ts
            self._say(event.ts, line(self._counter(self._progress.done), event.text))

    def tick(self, now: float) -> None:
        """Show what is running, when nothing was shown for long."""
        if self._spoke is None or now - self._spoke < SILENCE_S or not self._progress.running:
            return
        self._say(now, self._heartbeat(now))

    def close(self) -> None:
        """Nothing is held."""

    def _say(self, now: float, said: Line) -> None:
        self._spoke = now
        self._output.show([said])

    def _finished(self, finished: Finished) -> Line:
        word = named(finished.outcome, flaky=finished.flaky)
        return line(
            self._counter(finished.number),
            (padded(word, WORD_WIDTH), style(finished.outcome, flaky=finished.flaky)),
            f"  {padded(finished.unit, self._name_width)}",
            (f" {duration(finished.work_s):>{TIME_WIDTH}}", Style.DIM),
            f"  {told(finished)}",
        )

    def _heartbeat(self, now: float) -> Line:
        longest_first = list(self._progress.running.values())
        shown = [_at_work(running, now) for running in longest_first[:RUNNING_SHOWN]]
        more = len(longest_first) - len(shown)
        rest = f", and {more} more" if more else ""
        stopping = f"{self._progress.stopping}; " if self._progress.stopping else ""
        at_work = f"running: {', '.join(shown)}{rest}" if shown else "nothing runs"
        return line(self._counter(self._progress.done), f"{stopping}{at_work}")

    def _counter(self, number: int) -> tuple[str, Style]:
        total = str(self._progress.total)
        return f"[{number:>{len(total)}}/{total}] ", Style.DIM


def told(finished: Finished) -> str:
    """What there is to say of a finished unit beside its outcome."""
    if not finished.final:
        return f"{_reason(finished)}; tried again"
    if finished.outcome is Outcome.PASSED:
        again = f" on attempt {finished.attempt}" if finished.flaky else ""
        return plural(finished.tests.total(), "test") + again
    return _reason(finished)


def _reason(finished: Finished) -> str:
    kind = f"{finished.error_kind}: " if finished.error_kind else ""
    return f"{kind}{finished.message or counted(finished.tests)}"


def _at_work(running: Running, now: float) -> str:
    count = f" {running.done}/{running.planned}" if running.planned and running.phase != WAITING else ""
    return f"{running.unit} ({running.phase}{count}, {duration(max(0.0, now - running.since))})"
