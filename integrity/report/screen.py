"""What of a run is shown on stdout and stderr, and how: the choice between the live view, the log and silence."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from integrity.report.ci_log import CiLog
from integrity.report.final import end_lines
from integrity.report.output import Output, is_ci, is_colored, width_of
from integrity.report.reporter import Silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from integrity.model.plan import Plan
    from integrity.model.report import Report
    from integrity.report.line import Line
    from integrity.report.reporter import Reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The two streams and the decisions about them: progress goes to `stderr`, the result to `stdout`.

    Each stream has its own colour: `color` is that of stdout, `progress_color` that of stderr. `verbosity` is -1 for only what is not green, 1 for its tests and whole output, 2 for the tests of all units.
    """

    stderr: TextIO
    stdout: TextIO
    color: bool
    progress_color: bool
    live: bool
    in_ci: bool
    verbosity: int

    @classmethod
    def of(
        cls, environ: Mapping[str, str], *, stderr: TextIO | None, stdout: TextIO | None, verbosity: int = 0
    ) -> Screen:
        """Decide by NO_COLOR, FORCE_COLOR, CI and TERM, and by what the streams are (None: closed by the caller)."""
        stderr, stdout = stderr or StringIO(), stdout or StringIO()
        in_ci = is_ci(environ)
        return cls(
            stderr=stderr,
            stdout=stdout,
            color=is_colored(environ, stdout),
            progress_color=is_colored(environ, stderr),
            live=stderr.isatty() and environ.get("TERM") != "dumb" and not in_ci,
            in_ci=in_ci,
            verbosity=verbosity,
        )

    def reporter(self, plan: Plan) -> Reporter:
        """What follows the run while it lasts."""
        if self.verbosity < 0:
            return Silent()
        if self.live:
            from integrity.report.live import LiveView  # noqa: PLC0415 - only a live terminal pays for rich

            return LiveView(plan, self.stderr, color=self.progress_color)
        return CiLog(plan, self._output(self.stderr, color=self.progress_color))

    def say(self, lines: Iterable[Line]) -> None:
        """Show lines between the progress of runs."""
        self._output(self.stderr, color=self.progress_color).show(lines)

    def show_end(self, report: Report, results: Path, page: Path | None = None) -> None:
        """Show the result: what is not green, the slowest, one line that sums up, and where the page for a browser is."""
        lines = end_lines(report, os.path.relpath(results), self.verbosity, os.path.relpath(page) if page else None)
        self._output(self.stdout, color=self.color).show(lines)

    def _output(self, stream: TextIO, *, color: bool) -> Output:
        """Lines as the stream takes them; a log in CI keeps each in one, however narrow its terminal claims to be."""
        return Output(stream, color=color, guarded=self.in_ci, width=None if self.in_ci else width_of(stream))
