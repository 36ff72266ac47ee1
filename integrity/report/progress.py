"""What is going on in a run: the small fold that the live view and the log share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integrity.model.event import (
    Attempted,
    PhaseEnd,
    PhaseStart,
    Planned,
    RunStart,
    ServiceProgress,
    StopRequested,
    TestEnd,
    UnitEnd,
)
from integrity.model.outcome import Outcome, TestOutcome

if TYPE_CHECKING:
    from integrity.model.event import Base
    from integrity.model.outcome import ErrorKind
    from integrity.model.plan import Plan

WAITING = "waiting"


@dataclass(slots=True, kw_only=True)
class Running:
    """One unit at work. `since` is when its attempt began."""

    unit: str
    attempt: int
    since: float
    phases: list[str] = field(default_factory=list)  # those under way; env and services are so at once
    planned: int = 0
    tests: Counter[TestOutcome] = field(default_factory=Counter)
    took_s: dict[str, float] = field(default_factory=dict)  # by phase: all that it took so far

    @property
    def work_s(self) -> float:
        """What its ended phases took."""
        return sum(self.took_s.values())

    @property
    def phase(self) -> str:
        """The phase that began first of those under way."""
        return self.phases[0] if self.phases else WAITING

    @property
    def done(self) -> int:
        """Tests that ended."""
        return self.tests.total()

    @property
    def failing(self) -> int:
        """Tests that failed so far."""
        return self.tests[TestOutcome.FAILED] + self.tests[TestOutcome.ERROR]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One attempt that ended. `number` counts the units that are done; without `final` another attempt follows."""

    unit: str
    outcome: Outcome
    error_kind: ErrorKind | None
    message: str
    tests: Counter[TestOutcome]
    work_s: float
    attempt: int
    final: bool
    allowed: bool
    number: int

    @property
    def flaky(self) -> bool:
        """Whether it passed only when tried again."""
        return self.outcome is Outcome.PASSED and self.attempt > 1


class Progress:
    """The fold. `running` is in the order in which the units began."""

    def __init__(self, plan: Plan) -> None:
        self.names = tuple(unit.id for unit in plan.units)
        self.running: dict[str, Running] = {}
        self.ended: Counter[Outcome] = Counter()
        self.began: float | None = None
        self.services = ""  # what a provider of services is at, in words
        self.stopping = ""  # what the stop does, in words; empty while none was asked for

    @property
    def total(self) -> int:
        """Planned units."""
        return len(self.names)

    @property
    def done(self) -> int:
        """Units that ended."""
        return self.ended.total()

    def add(self, event: Base) -> Finished | None:
        """Take one event; returns what it finished, if it did."""
        match event:
            case RunStart():
                self.began = event.ts
            case StopRequested():
                self.stopping = "killing what still runs" if event.forced else "stopping; Ctrl-C again kills"
            case ServiceProgress():
                self.services = event.text
            case UnitEnd():
                return self._finish(event)
            case Attempted():
                self._go_on(self._unit(event), event)
            case _:
                pass
        return None

    def _go_on(self, running: Running, event: Attempted) -> None:
        match event:
            case PhaseStart():
                running.phases.append(event.phase)
            case PhaseEnd():
                running.phases = [phase for phase in running.phases if phase != event.phase]
                running.took_s[event.phase] = event.duration_s
            case Planned():
                running.planned += len(event.ids)
            case TestEnd():
                running.tests[event.outcome] += 1
            case _:
                pass

    def _unit(self, event: Attempted) -> Running:
        known = self.running.get(event.unit)
        if known is None or known.attempt != event.attempt:
            known = self.running[event.unit] = Running(unit=event.unit, attempt=event.attempt, since=event.ts)
        return known

    def _finish(self, event: UnitEnd) -> Finished:
        running = self._unit(event)
        del self.running[event.unit]
        self.ended[event.outcome] += event.final
        return Finished(
            unit=event.unit,
            outcome=event.outcome,
            error_kind=event.error_kind,
            message=event.message,
            tests=running.tests,
            work_s=running.work_s,
            attempt=event.attempt,
            final=event.final,
            allowed=event.allowed,
            number=self.done,
        )
