"""What `integrity watch` says between runs. Nothing is cleared: a ruled line with the time stands before each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.report.line import EMPTY, Style, line
from integrity.report.output import width_of
from integrity.report.words import few

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from integrity.errors import IntegrityError
    from integrity.model.plan import Plan
    from integrity.model.report import Report
    from integrity.report.line import Line
    from integrity.report.reporter import Reporter
    from integrity.report.screen import Screen

FILES_SHOWN = 3
NAMES_SHOWN = 5
RULE_WIDTH = 80


class WatchScreen:
    """The screen of all runs of one watch; `clock` gives the time of day as text."""

    def __init__(self, screen: Screen, clock: Callable[[], str]) -> None:
        self._screen = screen
        self._clock = clock
        self._is_first = True

    def begins(self, changed: Sequence[str], units: Sequence[str]) -> None:
        """A run of these units begins, because of these files; without any it is the first one."""
        self._set_off()
        if changed:
            self._screen.say([followed(changed, units)])

    def stops(self) -> None:
        """The run under way was out of date, and has stopped."""
        self._screen.say([line(("stopped", Style.DOUBTFUL), "  files of it changed while it ran")])

    def reporters(self, plan: Plan) -> Sequence[Reporter]:
        """What shows a run while it lasts."""
        return (self._screen.reporter(plan),)

    def ended(self, report: Report, results: Path, problems: Sequence[str]) -> None:
        """A run came to its end."""
        self._screen.show_end(report, results)
        self._screen.say([line(("warning", Style.DOUBTFUL), f"  {problem}") for problem in problems])

    def passed_over(self, files: Sequence[str]) -> None:
        """Files that the runs themselves write started no run."""
        names = few(files, FILES_SHOWN)
        self._screen.say(
            [
                line(
                    ("passed over", Style.DOUBTFUL),
                    f"  written during each run: {names}; let git ignore what tests write",
                )
            ]
        )

    def refuses(self, problem: IntegrityError) -> None:
        """Nothing can run as the files are now."""
        self._set_off()
        self._screen.say([line(("error", Style.BAD), f"  {problem.message}")])
        if problem.hint:
            self._screen.say([line(("  → ", Style.DIM), problem.hint)])

    def waits(self, changed: Sequence[str], red: Sequence[str]) -> None:
        """Nothing runs until something changes; `changed` are files that affected no unit."""
        if changed:
            self._screen.say([line(f"changed: {few(changed, FILES_SHOWN)} → no unit")])
        self._screen.say([standing(self._clock(), red)])

    def ends(self) -> None:
        """Watching ends; what the shell says next gets a line of its own."""
        self._screen.say([EMPTY])

    def _set_off(self) -> None:
        """A ruled line between what was and what comes."""
        if not self._is_first:
            width = min(RULE_WIDTH, width_of(self._screen.stderr) or RULE_WIDTH)
            self._screen.say([EMPTY, ruled(self._clock(), width)])
        self._is_first = False


def ruled(time: str, width: int) -> Line:
    """The line before a run."""
    return line((f"── {time} ".ljust(width, "─"), Style.DIM))


def followed(changed: Sequence[str], units: Sequence[str]) -> Line:
    """What changed, and what therefore runs."""
    return line(f"changed: {few(changed, FILES_SHOWN)} → ", (few(units, NAMES_SHOWN), Style.BOLD))


def standing(time: str, red: Sequence[str]) -> Line:
    """What is known while nothing runs."""
    still = (f" · still red: {few(red, NAMES_SHOWN)}", Style.BAD) if red else ("", Style.PLAIN)
    return line((f"{time} watching", Style.DIM), still, (" · Ctrl-C ends", Style.DIM))
