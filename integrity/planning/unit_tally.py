"""The fold of one unit's events: what its last attempt did, in bounded memory. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from integrity.inside.wire import TEXT_LIMIT_BYTES, cut
from integrity.model.event import CollectError, EnvReady, PhaseEnd, Planned, TestEnd, UnitEnd, WarningRaised
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.model.report import Counts, ReportedError, ReportedTest, ReportedUnit, ReportedWarning
from integrity.planning.rerun import rerun_command

if TYPE_CHECKING:
    from integrity.model.event import Attempted
    from integrity.model.plan import PlannedUnit

UNIT_TEXT_LIMIT = 1024 * 1024  # characters of text and output that a report keeps of one unit
MESSAGE_LIMIT = 4096
WARNING_LIMIT = 100  # different warnings kept of one unit
_LOST = "it was planned, and no result of it was recorded"


class UnitTally:
    """The fold over one planned unit. A later attempt replaces what an earlier one left, but for phases it did not repeat."""

    def __init__(self, planned: PlannedUnit) -> None:
        self.planned = planned
        self._attempt = 0
        self._unsteady = False  # an earlier attempt ended otherwise than passed
        self._phases: dict[str, float] = {}
        self._python = planned.python
        self._packages: dict[str, str] = {}
        self._begin(1)

    def add(self, event: Attempted) -> None:
        """Take one event of this unit."""
        if event.attempt > self._attempt:
            self._begin(event.attempt)
        match event:
            case PhaseEnd():
                self._phases[event.phase] = rounded(event.duration_s)
            case EnvReady():
                self._python, self._packages = event.python, event.packages
            case Planned():
                self._planned_tests += len(event.ids)
            case TestEnd():
                self._add_test(event.id, self._reported(event, event.outcome, event.output), event.outcome)
            case CollectError():
                self._add_test(event.id, self._reported(event, TestOutcome.ERROR), TestOutcome.ERROR)
            case WarningRaised():
                self._warn(event)
            case UnitEnd():
                self._end(event)
            case _:
                pass  # starts are only for those who watch

    def report(self, *, run_interrupted: bool) -> ReportedUnit:
        """The unit's result so far."""
        end = self._final or _without_end(self.planned.id, run_interrupted=run_interrupted)
        tests = list(self._tests.values())
        return ReportedUnit(
            id=self.planned.id,
            name=self.planned.name,
            kind=self.planned.kind,
            path=self.planned.path,
            outcome=end.outcome,
            error=_error(end),
            message="" if end.outcome is Outcome.ERROR else end.message,
            cached=False,
            flaky=end.outcome is Outcome.PASSED and self._unsteady,
            attempts=self._attempt if self._touched else 0,
            reason=self.planned.reason,
            phases_s=dict(self._phases),
            python=self._python,
            packages=self._packages,
            services=[],
            counts=_counts(self._planned_tests, tests),
            tests=tests,
            warnings=[_counted(warning, number) for warning, number in self._warnings.items()],
            rerun=rerun_command(self.planned.selector, tests),
        )
