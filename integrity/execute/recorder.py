"""Gives events their number and time, and hands each to the journal, the tally and the reporters, in that order."""

from __future__ import annotations

import itertools
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from integrity.model.event import Attempted, Base, UnitEnd
from integrity.report.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from integrity.planning.tally import Tally
    from integrity.report.reporter import Reporter

EventType = TypeVar("EventType", bound=Base)


class Recorder:
    """The one way an event comes into being. Each goes to `events.jsonl` of the run, those of a unit to its own too."""

    def __init__(self, results: Path, tally: Tally, reporters: Sequence[Reporter]) -> None:
        self._results = results
        self._journal = Journal(results / "events.jsonl")
        self._of_units: dict[str, Journal] = {}
        self._tally = tally
        self._reporters = list(reporters)
        self._numbers = itertools.count()

    def emit(self, kind: type[EventType], /, **fields: Any) -> EventType:
        """Record an event of this kind, now; its text must be masked already."""
        event = self._journal.append(kind(seq=next(self._numbers), ts=time.time(), **fields))
        if isinstance(event, Attempted):
            self._append_to_unit(event)
        self._tally.add(event)
        self._show(lambda reporter: reporter.on_event(event))
        return event

    def tick(self) -> None:
        """Let the reporters show the passing of time."""
        now = time.time()
        self._show(lambda reporter: reporter.tick(now))

    def close(self) -> OSError | None:
        """Close the journals and the reporters; returns what kept the run's journal from being whole."""
        for journal in (self._journal, *self._of_units.values()):
            journal.close()
        self._show(lambda reporter: reporter.close())
        return self._journal.problem

    def _show(self, say: Callable[[Reporter], None]) -> None:
        """Let every reporter speak. One whose terminal went away is asked no more; the run goes on without it."""
        for reporter in tuple(self._reporters):
            try:
                say(reporter)
            except OSError:
                self._reporters.remove(reporter)

    def _append_to_unit(self, event: Attempted) -> None:
        if event.unit not in self._of_units:
            folder = self._results / "units" / event.unit
            with suppress(OSError):  # the journal says itself that it can't be written
                folder.mkdir(parents=True, exist_ok=True)
            self._of_units[event.unit] = Journal(folder / "events.jsonl")
        self._of_units[event.unit].append(event)
        if isinstance(event, UnitEnd) and event.final:
            self._of_units.pop(event.unit).close()
