"""Writes a run's documents into its results folder, each whole or not at all."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from integrity.model.run import RunDocument
from integrity.report import document, summary
from integrity.report.formats import encoded, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from integrity.model.plan import Plan
    from integrity.model.report import Report
    from integrity.model.run import Shard


def write_start(plan: Plan, results: Path, versions: Mapping[str, str], shard: Shard | None = None) -> RunDocument:
    """Write `plan.json`, and `run.json` as of a run that is under way; returns the latter."""
    started = RunDocument(
        state="running",
        run_id=plan.run_id,
        plan=plan.digest(),
        commit=plan.commit,
        dirty=plan.dirty,
        shard=shard,
        started=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        versions=dict(versions),
    )
    document.write(results / "plan.json", plan)
    document.write(results / "run.json", started)
    return started


def write_end(started: RunDocument, report: Report, results: Path, *, junit_strict: bool = False) -> list[str]:
    """Write every report, and `run.json` as of a run that has ended; returns what could not be written, in words."""
    problems: list[str] = []
    for form in written(junit_strict=junit_strict):
        with _noting(problems, results / form.file):
            document.replace_file(results / form.file, encoded(form.parts(report)))
    with _noting(problems, results / "run.json"):
        document.write(results / "run.json", _ended(started, report))
    return problems


def append_step_summary(report: Report, path: Path, shard: Shard | None = None) -> list[str]:
    """Append the summary to the file that a CI runner shows on the run's page; of a shard's run it is one line."""
    problems: list[str] = []
    text = summary.render(report) if shard is None else summary.shard_line(report, shard)
    with _noting(problems, path), path.open("ab") as page:
        page.write(text.encode("utf-8", "replace"))
    return problems


def _ended(started: RunDocument, report: Report) -> RunDocument:
    return msgspec.structs.replace(
        started,
        state="ended",
        ended=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        exit_code=report.run.exit_code,
        totals=report.totals,
        peak_memory_kib=_peak_memory_kib(),
    )


def _peak_memory_kib() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


@contextmanager
def _noting(problems: list[str], path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        problems.append(f"{path} could not be written: {os.strerror(problem.errno or 0)}")
