"""`integrity merge`: the runs of a plan's shards become one. It reads their journals, folds them and writes what a run writes."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from integrity.cache.history import record_history
from integrity.cache.timings import record_timings
from integrity.errors import IntegrityError, UsageError
from integrity.model.plan import Plan
from integrity.planning.merge import merged
from integrity.planning.tally import Tally
from integrity.report.archive import UNITS
from integrity.report.document import read
from integrity.report.files import readable
from integrity.report.folder import emptied
from integrity.report.journal import Journal
from integrity.report.shards import gathered, plan_of, shards_of
from integrity.report.source import checked_plan
from integrity.report.write import append_step_summary, write_end, write_start
from integrity.system.files import make_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from integrity.model.event import Event
    from integrity.model.report import Report
    from integrity.report.shards import Shards
    from integrity.report.source import Source
    from integrity.settings import RootSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRequest:
    """Where the shards' runs are, the plan that they are of (None: the one they agree on), and the caller's environment."""

    places: Sequence[Path]
    plan: Path | None
    host: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The report of all shards, and what could not be written."""

    report: Report
    problems: tuple[str, ...]


def run(request: MergeRequest, settings: RootSettings) -> Merged:
    """Merge into the results folder, which is made anew. What is wrong with any shard is said in the report, which is then not green."""
    results = settings.results.resolve()
    for place in request.places:
        if place.resolve().is_relative_to(results):
            raise UsageError(
                f"{place} lies in {settings.results}, which is written anew.",
                hint="Name another folder for the merged results: --results DIR.",
            )
    with ExitStack() as stack:
        found = gathered(request.places, results, stack)
        plan = plan_of(found) if request.plan is None else _read_plan(request.plan)
        shards = shards_of(plan, found)
        stack.enter_context(emptied(results))
        return _written(plan, shards, results, request, settings)


def _read_plan(path: Path) -> Plan:
    if not path.is_file():
        raise UsageError(f"{path} is no file.", hint="Name the plan.json that the shards had.")
    return checked_plan(read(path, Plan), str(path))


def _written(plan: Plan, shards: Shards, results: Path, request: MergeRequest, settings: RootSettings) -> Merged:
    started = write_start(plan, results, {})
    tally = Tally(plan)
    journal = Journal(results / "events.jsonl")
    for event in merged([list(map(_reader, attempts)) for attempts in shards.attempts.values()]):
        tally.add(journal.append(event))
    journal.close()
    problems = sorted([*shards.problems, *_logs_copied(shards, results)])
    report = tally.report(problems)
    unwritten = [f"events.jsonl is not whole: {journal.problem}"] if journal.problem else []
    started = msgspec.structs.replace(started, versions=report.run.versions, problems=problems)
    unwritten += write_end(started, report, results, junit_strict=settings.junit_strict)
    if page := request.host.get("GITHUB_STEP_SUMMARY"):
        unwritten += append_step_summary(report, Path(page))
    record_timings(make_store(settings.root), report)
    if settings.history is not None:
        unwritten += record_history(settings.history, report)
    return Merged(report=report, problems=tuple(unwritten))


def _reader(source: Source | None) -> Callable[[], Iterator[Event]]:
    return (lambda: iter(())) if source is None else source.events


def _logs_copied(shards: Shards, results: Path) -> list[str]:
    """Copy what the last attempt at each shard left of its units; returns what can't be read."""
    problems: list[str] = []
    for attempts in shards.attempts.values():
        if attempts[-1] is not None:
            problems += _logs_of(attempts[-1], results)
    return problems


def _logs_of(source: Source, results: Path) -> Iterator[str]:
    units = {unit.id for unit in source.part.units}
    for name in source.files.sizes:
        folder, _, below = name.partition("/")
        if folder != UNITS or below.partition("/")[0] not in units:
            continue
        target = results / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with readable(f"{source.place}/{name}"), source.files.open(name) as log, target.open("xb") as copy:
                shutil.copyfileobj(log, copy)
        except IntegrityError as problem:
            yield problem.message
