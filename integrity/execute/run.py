"""Executes a plan: from the first event to the last, signals included; returns the folded report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.envs import EnvStore
from integrity.execute.attempt import Bench, Subject
from integrity.execute.recorder import Recorder
from integrity.execute.schedule import Schedule
from integrity.execute.slots import Slots
from integrity.execute.stop import Stop
from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.model.event import RunEnd, RunStart, StopRequested
from integrity.model.secret import secret_values
from integrity.planning.tally import Tally
from integrity.system.environment import tool_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integrity.execute.workplace import Workplace
    from integrity.model.plan import Plan
    from integrity.model.report import Report
    from integrity.model.unit import Monorepo
    from integrity.planning.graph import Graph
    from integrity.report.reporter import Reporter
    from integrity.settings import RootSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All that is decided before anything starts. `host` is the environment that the run was called in."""

    plan: Plan
    subjects: Sequence[Subject]
    monorepo: Monorepo
    graph: Graph
    settings: RootSettings
    place: Workplace
    host: Mapping[str, str]
    versions: Mapping[str, str]
    reporters: Sequence[Reporter]
    pytest_arguments: tuple[str, ...] = ()
    color: bool = False


async def execute(run: Run) -> tuple[Report, OSError | None]:
    """Run every subject to its end, or to the stop that a signal asks for; also says if the journal is not whole."""
    tally = Tally(run.plan)
    recorder = Recorder(run.place.results, tally, run.reporters)
    bench = _bench(run, recorder)
    problem: OSError | None = None
    with bench.stop.on_signals():
        try:
            recorder.emit(
                RunStart,
                run_id=run.plan.run_id,
                commit=run.plan.commit,
                dirty=run.plan.dirty,
                versions=dict(run.versions),
                units=len(run.plan.units),
                slots=bench.slots.count,
            )
            schedule = Schedule(bench, retries=run.settings.retries, fail_fast=run.settings.fail_fast)
            await schedule.run(run.subjects)
            recorder.emit(RunEnd, interrupted=bench.stop.requested.is_set())
        finally:
            problem = recorder.close()
    return tally.report(), problem


def _bench(run: Run, recorder: Recorder) -> Bench:
    slots = Slots(run.settings.jobs)
    mark = run.place.mark
    tools = tool_environment(run.host)
    envs = EnvStore(
        monorepo=run.monorepo,
        graph=run.graph,
        store=run.place.store,
        environment={**tools, ATTEMPT_VARIABLE: f"{mark}/envs"},
        refresh=run.settings.refresh,
    )
    return Bench(
        root=run.settings.root,
        results=run.place.results,
        scratch=run.place.scratch,
        envs=envs,
        slots=slots,
        stop=Stop(lambda forced: recorder.emit(StopRequested, forced=forced)),
        recorder=recorder,
        mark=mark,
        host=run.host,
        secrets=secret_values(tools, ()),
        pytest_arguments=run.pytest_arguments,
        color=run.color,
    )
