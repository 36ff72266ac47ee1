"""Folds the events of a run into its report. Pure: the same events give the same report, live or read from a journal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from integrity.errors import ExitCode, IntegrityError
from integrity.model.event import Attempted, RunEnd, RunStart
from integrity.model.outcome import Outcome
from integrity.model.report import Report, RunSummary, Totals
from integrity.planning.unit_tally import UnitTally, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from integrity.model.event import Base, Event
    from integrity.model.plan import Plan
    from integrity.model.report import ReportedUnit


class Tally:
    """The fold over one run of `plan`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._units = {unit.id: UnitTally(unit) for unit in plan.units}
        self._versions: dict[str, set[str]] = {}
        self._first_ts: float | None = None
        self._last_ts = 0.0
        self._interrupted = False

    def add(self, event: Base) -> None:
        """Take one event; those of one shard come in the order of `seq`, the shards in any."""
        self._first_ts = event.ts if self._first_ts is None else min(self._first_ts, event.ts)
        self._last_ts = max(self._last_ts, event.ts)
        match event:
            case RunStart():
                for tool, version in event.versions.items():
                    self._versions.setdefault(tool, set()).add(version)
            case RunEnd():
                self._interrupted |= event.interrupted
            case Attempted():
                self._unit(event.unit).add(event)
            case _:
                pass  # heartbeats change nothing

    def report(self, problems: Sequence[str] = ()) -> Report:
        """The result so far: units that have not ended yet are lost (interrupted, where the run was).

        With `problems`, which are those of the run as a whole, it is not green whatever its units are.
        """
        ordered = sorted(self._units.values(), key=lambda tally: (tally.planned.path, tally.planned.python or ""))
        began = self._first_ts or 0.0
        units = [tally.report(began=began, run_interrupted=self._interrupted) for tally in ordered]
        code = exit_code_of(units, run_interrupted=self._interrupted)
        if code is ExitCode.NOTHING_SELECTED and self._plan.is_empty_by_choice:
            code = ExitCode.PASSED
        if problems and code is not ExitCode.INTERRUPTED:
            code = ExitCode.ERROR
        return Report(run=self._run(code, problems), totals=_totals(units), units=units)

    def _unit(self, name: str) -> UnitTally:
        try:
            return self._units[name]
        except KeyError:
            raise IntegrityError(
                f"the journal has a unit that is not in the plan: {name}",
                hint="A journal can only be read with the plan of its own run.",
            ) from None

    def _run(self, code: ExitCode, problems: Sequence[str]) -> RunSummary:
        began = self._first_ts
        return RunSummary(
            id=self._plan.run_id,
            commit=self._plan.commit,
            dirty=self._plan.dirty,
            started="" if began is None else datetime.fromtimestamp(began, tz=UTC).isoformat(timespec="seconds"),
            duration_s=0.0 if began is None else rounded(max(0.0, self._last_ts - began)),
            exit_code=int(code),
            interrupted=self._interrupted,
            versions={tool: ", ".join(sorted(versions)) for tool, versions in self._versions.items()},
            shards=self._plan.shards,
            problems=list(problems),
        )


def fold(plan: Plan, events: Iterable[Event], problems: Sequence[str] = ()) -> Report:
    """The report of `events`, which are those of one run of `plan`, or of its shards."""
    tally = Tally(plan)
    for event in events:
        tally.add(event)
    return tally.report(problems)


def exit_code_of(units: list[ReportedUnit], *, run_interrupted: bool) -> ExitCode:
    """What the process ends with for these units.

    A stop by the user counts before all else; then 3 (error, lost, skipped without leave) before 1 (failed). A unit that
    was kept from running by --fail-fast is explained by what failed.
    """
    outcomes = {unit.outcome for unit in units if not (unit.outcome is Outcome.SKIPPED and unit.allowed)}
    if run_interrupted:
        return ExitCode.INTERRUPTED
    if outcomes & {Outcome.ERROR, Outcome.LOST, Outcome.SKIPPED}:
        return ExitCode.ERROR
    if Outcome.FAILED in outcomes:
        return ExitCode.FAILED
    if Outcome.INTERRUPTED in outcomes:
        return ExitCode.INTERRUPTED
    return ExitCode.PASSED if units else ExitCode.NOTHING_SELECTED


def _totals(units: list[ReportedUnit]) -> Totals:
    by_outcome = {outcome: sum(unit.outcome is outcome for unit in units) for outcome in Outcome}
    return Totals(
        units=len(units),
        **{outcome.value: number for outcome, number in by_outcome.items()},
        cached=sum(unit.cached for unit in units),
        flaky=sum(unit.flaky for unit in units),
        tests=sum(len(unit.tests) for unit in units),
    )
