"""The file of past runs that a user keeps (`--history FILE`): one line a run, appended to and kept small."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from integrity.errors import IntegrityError
from integrity.model.history import SCHEMA, PastRun, PastUnit
from integrity.system.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.model.report import Report

KEPT = 200  # runs; the file is cut to this when it has twice as many


def read_history(path: Path) -> list[PastRun]:
    """The runs, oldest first. Raises IntegrityError for a line that is none; a last line that was torn off is passed over."""
    runs: list[PastRun] = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            runs.append(_run(line))
        except msgspec.DecodeError as problem:
            if not line.endswith(b"\n"):
                break
            raise IntegrityError(
                f"{path}:{number} is no run: {problem}", hint="Something else wrote to it; take that line out."
            ) from problem
    return runs


def record_history(path: Path, report: Report) -> list[str]:
    """Append the run; returns what kept it from being written, in words."""
    line = msgspec.json.encode(_past(report)) + b"\n"
    try:
        lines = _lines(path) if path.exists() else []
        whole = [each for each in lines if each.endswith(b"\n")]
        if len(lines) >= 2 * KEPT or len(whole) < len(lines):
            write_atomically(path, b"".join([*whole[1 - KEPT :], line]))
            return []
        with path.open("ab") as file:
            file.write(line)
    except OSError as problem:
        return [f"{path} could not be written: {os.strerror(problem.errno or 0)}"]
    return []


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def _run(line: bytes) -> PastRun:
    run = msgspec.json.decode(line, type=PastRun)
    if run.schema != SCHEMA:
        raise msgspec.ValidationError(f"it is {run.schema}, and this version reads {SCHEMA}")
    return run


def _past(report: Report) -> PastRun:
    units = {
        unit.path + "".join(unit.id.partition("@")[1:]): PastUnit(
            outcome=unit.outcome, seconds=round(sum(unit.phases_s.values()), 3), flaky=unit.flaky
        )
        for unit in report.units
    }
    commit = None if report.run.dirty else report.run.commit
    return PastRun(id=report.run.id, commit=commit, started=report.run.started, units=units)
