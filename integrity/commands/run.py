"""`integrity run`: the main job. Discover → graph → choose → plan → execute → tally → report."""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from integrity import __version__
from integrity.cache.timings import costs, read_timings, record_timings
from integrity.discover import Globs, discover
from integrity.errors import UnitFault
from integrity.execute.attempt import Subject
from integrity.execute.run import Run, execute
from integrity.execute.stop import Signals
from integrity.execute.workplace import workplace
from integrity.planning.choose import choose
from integrity.planning.graph import graph_of
from integrity.planning.live import Live, live
from integrity.planning.plan import Chosen, Origin, plan_of
from integrity.report.write import append_step_summary, write_end, write_start
from integrity.settings import UnitSettings, unit_settings
from integrity.system.environment import tool_environment
from integrity.system.git import revision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from integrity.model.outcome import UnitError
    from integrity.model.plan import Plan
    from integrity.model.report import Report
    from integrity.model.unit import Unit
    from integrity.report.reporter import Reporter
    from integrity.settings import RootSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What one call asks for. `host` is the environment of the caller, `reporters` makes what shows the run."""

    selectors: tuple[str, ...]
    pytest_arguments: tuple[str, ...]
    host: Mapping[str, str]
    reporters: Callable[[Plan], Sequence[Reporter]]
    color: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A run that came to its end: its report, what of it could not be written, and how many leases were left on purpose."""

    report: Report
    problems: tuple[str, ...]
    kept: int


def run(request: RunRequest, settings: RootSettings) -> Finished:
    """Run the chosen units' integrity tests and write the reports."""
    monorepo = discover(settings.root, Globs.of(settings))
    graph = graph_of(monorepo.units)
    chosen = choose(monorepo, graph, request.selectors)
    configured = _Configured(settings)
    lives = {unit.path: live(unit, configured.of, monorepo) for unit in chosen}
    with workplace(settings.root, settings.results, _new_run_id()) as place:
        timings = read_timings(place.store)
        plan = plan_of(
            _choices(chosen, lives, request), monorepo, costs(timings), _origin(settings, request, place.mark)
        )
        versions = _versions()
        signals = Signals()
        started = write_start(plan, place.results, versions)
        work = Run(
            plan=plan,
            subjects=_subjects(plan, lives),
            monorepo=monorepo,
            graph=graph,
            settings=settings,
            place=place,
            signals=signals,
            host=request.host,
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
            problems += write_end(started, report, place.results)
            if page := request.host.get("GITHUB_STEP_SUMMARY"):
                problems += append_step_summary(report, Path(page))
            record_timings(place.store, timings, report)
    return Finished(report=report, problems=tuple(problems), kept=len(executed.kept))


class _Configured:
    """Settings of units, each read once; or what is wrong with its manifest or table: one unit's trouble is its own."""

    def __init__(self, settings: RootSettings) -> None:
        self._settings = settings
        self._known: dict[str, UnitSettings | UnitError] = {}

    def of(self, unit: Unit) -> UnitSettings | UnitError:
        """The settings of `unit`."""
        if unit.path not in self._known:
            self._known[unit.path] = self._read(unit)
        return self._known[unit.path]

    def _read(self, unit: Unit) -> UnitSettings | UnitError:
        if unit.problem is not None:
            return unit.problem
        try:
            return unit_settings(self._settings, unit)
        except UnitFault as fault:
            return fault.error


def _choices(chosen: Sequence[Unit], lives: Mapping[str, Live | UnitError], request: RunRequest) -> list[Chosen]:
    reason = "chosen: " + " ".join(request.selectors) if request.selectors else "all units"
    return [Chosen(unit=unit, reason=reason, pythons=_pythons(lives[unit.path])) for unit in chosen]


def _pythons(unit: Live | UnitError) -> tuple[str, ...]:
    return unit.settings.python if isinstance(unit, Live) else ()


def _subjects(plan: Plan, lives: Mapping[str, Live | UnitError]) -> list[Subject]:
    return [
        Subject(planned=planned, live=lives[planned.path], priority=place) for place, planned in enumerate(plan.units)
    ]


def _origin(settings: RootSettings, request: RunRequest, run_id: str) -> Origin:
    state = revision(settings.root, tool_environment(request.host))
    return Origin(run_id=run_id, commit=state.commit, dirty=state.dirty)


def _versions() -> dict[str, str]:
    return {"integrity": __version__, "python": platform.python_version(), "uv": version("uv")}


def _new_run_id() -> str:
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}-{secrets.token_hex(4)}"
