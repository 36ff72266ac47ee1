"""Runs all subjects of a plan: as many at once as there are slots, in the plan's order, each to its own end."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from integrity.execute.attempt import Bench, Subject, attempt
from integrity.execute.faults import not_started
from integrity.model.event import Heartbeat, UnitEnd
from integrity.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integrity.execute.session import SessionEnd
    from integrity.planning.verdict import Verdict

TICK_S = 0.1
HEARTBEAT_S = 30.0
AHEAD = 16  # units a slot whose envs may be prepared before their tests have a slot


class Schedule:
    """`retries` more attempts for a unit that isn't green; with `fail_fast` nothing starts after the first such unit."""

    def __init__(self, bench: Bench, *, retries: int, fail_fast: bool) -> None:
        self._bench = bench
        self._retries = retries
        self._fail_fast = fail_fast
        self._running: dict[str, float] = {}
        self._ahead = asyncio.Semaphore(bench.slots.count * AHEAD)

    async def run(self, subjects: Sequence[Subject]) -> None:
        """Return when every subject has its end."""
        pulse = asyncio.create_task(self._pulse())
        try:
            async with asyncio.TaskGroup() as group:
                for subject in subjects:
                    group.create_task(self._finish(subject))
        finally:
            pulse.cancel()

    async def _finish(self, subject: Subject) -> None:
        async with self._ahead:
            self._running[subject.planned.id] = time.monotonic()
            number = 0
            final = False
            while not final:
                number += 1
                verdict, end = await self._attempt(subject, number)
                final = number > self._retries or not self._is_worth_retrying(verdict)
                self._end(subject, number, verdict, end, final=final)
            del self._running[subject.planned.id]
            self._bench.backing.done(subject.planned.id)

    async def _attempt(self, subject: Subject, number: int) -> tuple[Verdict, SessionEnd | None]:
        if self._bench.stop.closed is not None:
            return not_started(self._bench.stop.closed), None
        return await attempt(self._bench, subject, number)

    def _is_worth_retrying(self, verdict: Verdict) -> bool:
        return verdict.outcome in {Outcome.FAILED, Outcome.ERROR} and not self._bench.stop.requested.is_set()

    def _end(self, subject: Subject, number: int, verdict: Verdict, end: SessionEnd | None, *, final: bool) -> None:
        if final and self._fail_fast and verdict.outcome in {Outcome.FAILED, Outcome.ERROR}:
            self._bench.stop.close("an earlier unit was not green, and --fail-fast is on")
        self._bench.recorder.emit(
            UnitEnd,
            unit=subject.planned.id,
            attempt=number,
            outcome=verdict.outcome,
            error_kind=verdict.error_kind,
            message=verdict.message,
            hint=verdict.hint,
            detail=verdict.detail,
            running=verdict.running,
            allowed=verdict.allowed,
            exit_status=end.status if end else None,
            output_bytes=end.output_bytes if end else 0,
            final=final,
        )

    async def _pulse(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            self._bench.recorder.tick()
            if time.monotonic() - last >= HEARTBEAT_S:
                last = time.monotonic()
                self._bench.recorder.emit(
                    Heartbeat, running={unit: f"{last - began:.0f} s" for unit, began in self._running.items()}
                )
