"""Executes a plan: from the first event to the last, signals included; returns the folded report."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.backing.kept import logs_of
from integrity.backing.leases import Backing
from integrity.backing.providers import providers_of
from integrity.backing.server import Site
from integrity.envs import EnvStore
from integrity.execute.attempt import Bench, Subject
from integrity.execute.recorder import Recorder
from integrity.execute.schedule import Schedule
from integrity.execute.slots import Slots
from integrity.execute.stop import Stop
from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.model.event import RunEnd, RunStart, ServiceProgress, StopRequested
from integrity.model.secret import secret_values
from integrity.planning.live import Live
from integrity.planning.tally import Tally
from integrity.system.environment import tool_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integrity.backing.kept import Kept
    from integrity.execute.stop import Signals
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
    signals: Signals
    host: Mapping[str, str]
    versions: Mapping[str, str]
    reporters: Sequence[Reporter]
    pytest_arguments: tuple[str, ...] = ()
    color: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """The folded report, what keeps the journal from being whole, and the leases that were left on purpose."""

    report: Report
    journal_problem: OSError | None
    kept: Sequence[Kept]


async def execute(run: Run) -> Executed:
    """Run every subject to its end, or to the stop that a signal asks for."""
    tally = Tally(run.plan)
    recorder = Recorder(run.place.results, tally, run.reporters)
    bench = _bench(run, recorder)
    problem: OSError | None = None
    kept: Sequence[Kept] = ()
    with run.signals.told_to(bench.stop.ask):
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
            try:
                _expect(bench.backing, run.subjects)
                await schedule.run(run.subjects)
            finally:
                kept = await bench.backing.close(keeping=run.settings.keep)
                run.place.spared.update(int(lease.server["pid"]) for lease in kept if "pid" in lease.server)
            recorder.emit(RunEnd, interrupted=bench.stop.requested.is_set())
        finally:
            problem = recorder.close()
    return Executed(report=tally.report(), journal_problem=problem, kept=kept)


def _expect(backing: Backing, subjects: Sequence[Subject]) -> None:
    for subject in subjects:
        if isinstance(subject.live, Live):
            backing.expect(subject.planned.id, subject.live.all_needs())
    backing.begin()


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
    backing = _backing(run, recorder, slots.count)

    def asked(forced: bool) -> None:  # noqa: FBT001 - the signature is Stop's
        backing.is_forced = forced
        recorder.emit(StopRequested, forced=forced)

    return Bench(
        root=run.settings.root,
        results=run.place.results,
        scratch=run.place.scratch,
        envs=envs,
        slots=slots,
        backing=backing,
        stop=Stop(asked),
        recorder=recorder,
        mark=mark,
        host=run.host,
        secrets=secret_values(tools, ()),
        pytest_arguments=run.pytest_arguments,
        color=run.color,
    )


def _backing(run: Run, recorder: Recorder, slots: int) -> Backing:
    site = Site(
        run_id=run.place.mark,
        root=run.settings.root,
        cache=run.place.store / "servers",
        logs=logs_of(run.place.store, run.place.mark) if run.settings.keep else run.place.scratch / "services",
        mark=f"{run.place.mark}/services",
        host=run.host,
        keep=run.settings.keep,
        image_prefix=run.settings.image_prefix,
        allow_remote=run.settings.allow_remote,
    )
    run.place.supervision.remove_folder(site.logs)
    loop = asyncio.get_running_loop()

    def tell(text: str) -> None:
        """Providers speak from their threads."""
        loop.call_soon_threadsafe(lambda: recorder.emit(ServiceProgress, text=text))

    return Backing(site, providers_of(run.settings.provider, site, run.place.supervision), slots=slots, progress=tell)
