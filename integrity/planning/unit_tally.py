"""The fold of one unit's events: what its last attempt did, in bounded memory. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import msgspec

from integrity.inside.wire import TEXT_LIMIT, cut
from integrity.model.event import (
    CollectError,
    EnvReady,
    PhaseEnd,
    PhaseStart,
    Planned,
    ServiceReady,
    TestEnd,
    TestStart,
    UnitEnd,
    WarningRaised,
)
from integrity.model.outcome import Outcome, TestOutcome
from integrity.model.report import (
    Counts,
    EarlierAttempt,
    ReportedError,
    ReportedService,
    ReportedSpan,
    ReportedTest,
    ReportedUnit,
    ReportedWarning,
)
from integrity.planning.rerun import rerun_command

if TYPE_CHECKING:
    from integrity.model.event import Attempted
    from integrity.model.plan import PlannedUnit

UNIT_TEXT_LIMIT = 1024 * 1024  # characters of text and output that a report keeps of one unit
MESSAGE_LIMIT = 4096
WARNING_LIMIT = 100  # different warnings kept of one unit
FAILED_KEPT = 20  # tests named of an attempt that another one followed
_NOT_PASSED = (Outcome.FAILED, Outcome.ERROR)
_FAILING = (TestOutcome.FAILED, TestOutcome.ERROR)
_Warning = tuple[str, str, str | None, int | None]  # category, message, path, line
_OTHERS: _Warning = ("others", f"only the first {WARNING_LIMIT} different warnings of a unit are kept", None, None)


class UnitTally:
    """The fold over one planned unit. A later attempt replaces what an earlier one left, but for phases it did not repeat."""

    def __init__(self, planned: PlannedUnit) -> None:
        self.planned = planned
        self._attempt = 0
        self._earlier: list[EarlierAttempt] = []
        self._phases: dict[str, float] = {}
        self._spans: list[ReportedSpan] = []  # their start is the clock's until they are reported
        self._begun: dict[str, float] = {}  # phases that have not ended
        self._python = planned.python
        self._packages: dict[str, str] = {}
        self._begin(0)

    def add(self, event: Attempted) -> None:
        """Take one event of this unit."""
        if event.attempt > self._attempt:
            self._begin(event.attempt)
        match event:
            case PhaseStart() | PhaseEnd():
                self._pass(event)
            case TestStart():
                self._started[event.id] = self._moment(event)
            case EnvReady() | ServiceReady():
                self._surround(event)
            case Planned():
                self._planned_tests += len(event.ids)
            case TestEnd() | CollectError():
                self._tests[event.id] = self._reported(event)
            case WarningRaised() | UnitEnd():
                self._conclude(event)
            case _:
                pass  # starts are only for those who watch

    def report(self, *, began: float, run_interrupted: bool) -> ReportedUnit:
        """The unit's result so far; `began` is the run's start on the events' clock."""
        outcome, message = self._ending(run_interrupted=run_interrupted)
        tests = [_since(began, test) for test in self._tests.values()]
        return ReportedUnit(
            id=self.planned.id,
            name=self.planned.name,
            kind=self.planned.kind,
            path=self.planned.path,
            outcome=outcome,
            message=message,
            error=_error(self._final),
            cached=False,
            allowed=self._final is not None and self._final.allowed,
            flaky=outcome is Outcome.PASSED and any(one.outcome in _NOT_PASSED for one in self._earlier),
            attempts=self._attempt,
            earlier=list(self._earlier),
            reason=self.planned.reason,
            shard=self.planned.shard,
            phases_s=dict(self._phases),
            spans=[_since(began, span) for span in self._spans],
            python=self._python,
            packages=self._packages,
            services=list(self._services.values()),
            counts=_counts(self._planned_tests, tests),
            tests=tests,
            warnings=[
                ReportedWarning(category=category, message=text, path=path, line=line, count=count)
                for (category, text, path, line), count in self._warnings.items()
            ],
            rerun=rerun_command(self.planned.selector, tests),
        )

    def _ending(self, *, run_interrupted: bool) -> tuple[Outcome, str]:
        """The outcome, and what is to be said of it where it is no error."""
        if self._final is not None:
            is_error = self._final.outcome is Outcome.ERROR
            return self._final.outcome, "" if is_error else cut(self._final.message, MESSAGE_LIMIT)
        if run_interrupted:
            return Outcome.INTERRUPTED, "the run was stopped before it ended" if self._attempt else "it had not begun"
        where = "" if self.planned.shard is None else f" by shard {self.planned.shard}"
        return Outcome.LOST, "it was planned, and no result of it was recorded" + where

    def _begin(self, attempt: int) -> None:
        """A new attempt; what a run said of the one before is no longer the end, where a shard was run again."""
        if self._attempt and (ended := self._ended):
            self._earlier.append(self._as_earlier(ended))
        self._attempt = attempt
        self._ended: UnitEnd | None = None
        self._final: UnitEnd | None = None
        self._started: dict[str, float] = {}
        self._planned_tests = 0
        self._services: dict[str, ReportedService] = {}
        self._tests: dict[str, ReportedTest] = {}
        self._warnings: Counter[_Warning] = Counter()
        self._room = UNIT_TEXT_LIMIT

    def _as_earlier(self, end: UnitEnd) -> EarlierAttempt:
        failed = [test.id for test in self._tests.values() if test.outcome in _FAILING]
        return EarlierAttempt(
            attempt=end.attempt,
            outcome=end.outcome,
            error_kind=end.error_kind,
            message=cut(end.message, MESSAGE_LIMIT),
            failed=failed[:FAILED_KEPT],
        )

    def _pass(self, event: PhaseStart | PhaseEnd) -> None:
        if isinstance(event, PhaseStart):
            self._begun[event.phase] = event.ts
            return
        self._phases[event.phase] = rounded(event.duration_s)
        start = self._begun.pop(event.phase, event.ts - event.duration_s)
        lasted = rounded(max(0.0, event.ts - start))
        self._spans.append(ReportedSpan(phase=event.phase, attempt=event.attempt, start_s=start, duration_s=lasted))

    def _moment(self, event: TestStart) -> float:
        """When the test began: what it says itself, as far as that can be."""
        earliest = self._begun.get("tests", event.ts)
        return event.ts if event.at is None else min(max(event.at, earliest), event.ts)

    def _surround(self, event: EnvReady | ServiceReady) -> None:
        if isinstance(event, EnvReady):
            self._python, self._packages = event.python, event.packages
        else:
            self._services[event.name] = self._service(event)

    def _service(self, event: ServiceReady) -> ReportedService:
        return ReportedService(
            name=event.name,
            kind=event.kind,
            provider=event.provider,
            version=event.version,
            image=event.image,
            note=event.note,
            log=f"units/{self.planned.id}/services/{event.name}.log",
        )

    def _reported(self, event: TestEnd | CollectError) -> ReportedTest:
        """The event as the report keeps it: nothing of what passed, and of the rest as much as there is room for."""
        outcome = event.outcome if isinstance(event, TestEnd) else TestOutcome.ERROR
        told = outcome not in (TestOutcome.PASSED, TestOutcome.SKIPPED)
        lasted = event.duration_s if isinstance(event, TestEnd) else 0.0
        return ReportedTest(
            id=event.id,
            outcome=outcome,
            duration_s=rounded(lasted),
            start_s=self._started.pop(event.id, event.ts - lasted),
            path=event.path,
            line=event.line,
            message=cut(event.message, MESSAGE_LIMIT),
            text=self._within_room(event.text) if told else "",
            output=self._within_room(event.output) if told and isinstance(event, TestEnd) else "",
            findings=event.findings if isinstance(event, TestEnd) else [],
        )

    def _within_room(self, text: str) -> str:
        kept = cut(text, min(TEXT_LIMIT, self._room))
        self._room -= len(kept)
        return kept

    def _conclude(self, event: WarningRaised | UnitEnd) -> None:
        if isinstance(event, UnitEnd):
            self._end(event)
        else:
            self._warn(event)

    def _warn(self, event: WarningRaised) -> None:
        warning = (event.category, cut(event.message, MESSAGE_LIMIT), event.path, event.line)
        is_kept = warning in self._warnings or len(self._warnings) < WARNING_LIMIT
        self._warnings[warning if is_kept else _OTHERS] += 1

    def _end(self, event: UnitEnd) -> None:
        self._ended = event
        if event.final:
            self._final = event


Timed = TypeVar("Timed", ReportedTest, ReportedSpan)


def _since(began: float, timed: Timed) -> Timed:
    """The same with its start counted from the run's."""
    return msgspec.structs.replace(timed, start_s=rounded(max(0.0, (timed.start_s or began) - began)))


def rounded(seconds: float) -> float:
    """Seconds to the millisecond, as reports show them."""
    return round(seconds, 3)


def _counts(planned: int, tests: list[ReportedTest]) -> Counts:
    return Counts(planned=planned, **Counter(test.outcome.value for test in tests))


def _error(end: UnitEnd | None) -> ReportedError | None:
    if end is None or end.outcome is not Outcome.ERROR or end.error_kind is None:
        return None
    message, hint = cut(end.message, MESSAGE_LIMIT), cut(end.hint, MESSAGE_LIMIT)
    return ReportedError(kind=end.error_kind, message=message, hint=hint, detail=cut(end.detail, TEXT_LIMIT))
