"""`integrity run`: the main job. Discover → graph → choose → plan → execute → tally → report."""

from __future__ import annotations

import asyncio
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from integrity import __version__
from integrity.cache.history import record_history
from integrity.cache.timings import record_timings
from integrity.commands.planned import new_run_id, planned
from integrity.errors import UsageError
from integrity.execute.attempt import Subject
from integrity.execute.run import Run, execute
from integrity.execute.stop import Signals
from integrity.execute.workplace import workplace
from integrity.report.archive import write_archive
from integrity.report.write import append_step_summary, write_end, write_start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from integrity.commands.planned import Ask
    from integrity.model.outcome import UnitError
    from integrity.model.plan import Plan
    from integrity.model.report import Report
    from integrity.model.run import Shard
    from integrity.planning.live import Live
    from integrity.report.reporter import Reporter
    from integrity.settings import RootSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What one call asks for. `reporters` makes what shows the run; `shard` is the one of the plan's that this run is.

    Who has the `signals` can ask the run to stop.
    """

    ask: Ask
    pytest_arguments: tuple[str, ...]
    reporters: Callable[[Plan], Sequence[Reporter]]
    shard: Shard | None = None
    color: bool = False
    signals: Signals = field(default_factory=Signals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A run that came to its end: its report, what of it could not be written, and how many leases were left on purpose.

    `warnings` are what else is to be told of it.
    """

    report: Report
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    kept: int


def run(request: RunRequest, settings: RootSettings) -> Finished:
    """Run the chosen units' integrity tests and write the reports."""
    run_id = new_run_id()
    ready = planned(request.ask, settings, run_id)
    plan = _part(ready.plan, request)
    host = request.ask.host
    with workplace(settings.root, settings.results, run_id) as place:
        versions = _versions()
        signals = request.signals
        started = write_start(ready.plan, place.results, versions, request.shard)
        work = Run(
            plan=plan,
            subjects=_subjects(plan, ready.lives),
            monorepo=ready.monorepo,
            graph=ready.graph,
            settings=settings,
            place=place,
            signals=signals,
            host=host,
            versions=versions,
            reporters=request.reporters(plan),
            pytest_arguments=request.pytest_arguments,
            color=request.color,
        )
        with signals.held():
            executed = asyncio.run(execute(work))
            report, journal_problem = executed.report, executed.journal_problem
            place.release_reserve()
            problems = [f"events.jsonl is not whole: {journal_problem}"] if journal_problem else []
            problems += write_end(started, report, place.results, junit_strict=settings.junit_strict)
            if request.shard is not None:
                problems += write_archive(place.results, request.shard)
            if page := host.get("GITHUB_STEP_SUMMARY"):
                problems += append_step_summary(report, Path(page), request.shard)
            record_timings(place.store, report)
            if settings.history is not None:
                problems += record_history(settings.history, report)
    return Finished(report=report, problems=tuple(problems), warnings=ready.warnings, kept=len(executed.kept))


def _part(plan: Plan, request: RunRequest) -> Plan:
    """What of the plan this run is to do."""
    shard = request.shard
    if shard is None:
        return plan
    if request.pytest_arguments:
        raise UsageError(
            "What a shard leaves has to be whole, and pytest's arguments can leave tests out.",
            hint="Put what pytest needs into the units' own configuration of it.",
        )
    if shard.total != plan.shards:
        raise UsageError(
            f"The plan has {plan.shards} shards, and shard {shard.index} of {shard.total} was asked for.",
            hint=f"Ask for --shard {min(shard.index, plan.shards)}/{plan.shards}, or plan again.",
        )
    return plan.part(shard.index)


def _subjects(plan: Plan, lives: Mapping[str, Live | UnitError]) -> list[Subject]:
    return [
        Subject(planned=planned, live=lives[planned.path], priority=place) for place, planned in enumerate(plan.units)
    ]


def _versions() -> dict[str, str]:
    return {"integrity": __version__, "python": platform.python_version(), "uv": version("uv")}
