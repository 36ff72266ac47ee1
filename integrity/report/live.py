"""The run on a terminal: a line for each unit at work, repainted in place; what ended scrolls above and stays.

`render` is pure; rich only paints what it returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from integrity.model.outcome import Outcome
from integrity.report.ci_log import TIME_WIDTH, told
from integrity.report.line import Style, cells, fitted, line, padded
from integrity.report.progress import Progress
from integrity.report.words import duration, named, plural, sign, style

if TYPE_CHECKING:
    from integrity.model.event import Base
    from integrity.model.plan import Plan
    from integrity.report.line import Line, Piece
    from integrity.report.progress import Finished, Running

FRAME_S = 0.1
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
BAR_WIDTH = 12
PHASE_WIDTH = 8
COUNT_WIDTH = 12
SUMMARY_LINES = 2  # an empty line, and the one that sums up

_RICH = {
    Style.PLAIN: "",
    Style.DIM: "dim",
    Style.BOLD: "bold",
    Style.GOOD: "green",
    Style.BAD: "red",
    Style.DOUBTFUL: "yellow",
    Style.COMMAND: "cyan",
}


def render(progress: Progress, now: float, width: int, height: int) -> list[Line]:
    """The repainted part: at most `height` lines, none wider than `width`."""
    running = list(progress.running.values())
    room = max(1, height - SUMMARY_LINES)
    shown = running if len(running) <= room else running[: room - 1]
    lines = [_at_work(unit, now, width, _name_width(progress, width)) for unit in shown]
    if len(shown) < len(running):
        lines.append(line((fitted(f"  … and {len(running) - len(shown)} more", width), Style.DIM)))
    lines.append(line())
    lines.append(_summary(progress, now, width))
    return lines[-height:]


def finished_line(progress: Progress, finished: Finished, width: int) -> Line:
    """The line that stays when a unit has ended."""
    colour = style(finished.outcome, flaky=finished.flaky)
    mark = sign(finished.outcome) if finished.final else "↻"
    name = padded(finished.unit, _name_width(progress, width))
    time = f"{duration(finished.work_s):>{TIME_WIDTH}}"
    said = told(finished)
    if finished.outcome is not Outcome.PASSED or finished.flaky:
        said = f"{named(finished.outcome, flaky=finished.flaky)}  {said}"
    elif finished.final:
        said = f"{finished.tests.total()} passed"
    room = width - cells(f"{mark} {name} {time}  ")
    return line((f"{mark} ", colour), name, (f" {time}  ", Style.DIM), fitted(said, max(0, room)))


class LiveView:
    """A reporter that owns the lower part of a terminal while the run lasts. `size` is asked of the terminal when not given."""

    def __init__(self, plan: Plan, stream: TextIO, *, color: bool, size: tuple[int, int] | None = None) -> None:
        width, height = size or (None, None)
        self._progress = Progress(plan)
        self._console = Console(
            file=stream,
            force_terminal=True,
            no_color=not color,
            width=width,
            height=height,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._painted = 0.0

    def on_event(self, event: Base) -> None:
        """Let what ended scroll above."""
        self._live.start()
        finished = self._progress.add(event)
        if finished is not None:
            self._console.print(_text(finished_line(self._progress, finished, self._console.width)), soft_wrap=True)

    def tick(self, now: float) -> None:
        """Repaint, ten times a second at most."""
        if not self._live.is_started or abs(now - self._painted) < FRAME_S:
            return
        self._painted = now
        width, height = self._console.size
        lines = render(self._progress, now, width - 1, height - 1)
        self._live.update(Group(*map(_text, lines)), refresh=True)

    def close(self) -> None:
        """Clear the repainted part and show the cursor again."""
        self._live.stop()


def _at_work(unit: Running, now: float, width: int, name_width: int) -> Line:
    """Name, time, phase, count and bar; what has no room is left out, the last first."""
    pieces: list[Piece] = [
        ("• ", Style.DIM),
        (padded(unit.unit, name_width), Style.PLAIN),
        (f" {duration(max(0.0, now - unit.since)):>{TIME_WIDTH}}", Style.DIM),
        (f"  {padded(unit.phase, PHASE_WIDTH)}", Style.DIM),
    ]
    if unit.planned:
        pieces += [(f"  {unit.done}/{unit.planned}".ljust(COUNT_WIDTH), Style.PLAIN), *_bar(unit)]
    if unit.failing:
        pieces.append((f"  {unit.failing} failed", Style.BAD))
    kept: list[Piece] = []
    for piece, colour in pieces:
        width -= cells(piece)
        if width < 0:
            break
        kept.append((piece, colour))
    return line(*kept)


def _bar(unit: Running) -> tuple[Piece, Piece]:
    filled = min(BAR_WIDTH, round(BAR_WIDTH * unit.done / unit.planned))
    return (f"  {'━' * filled}", Style.BAD if unit.failing else Style.GOOD), ("─" * (BAR_WIDTH - filled), Style.DIM)


def _summary(progress: Progress, now: float, width: int) -> Line:
    time = duration(max(0.0, now - (progress.began or now)))
    head = f"{SPINNER[int(now * 10) % len(SPINNER)]} {progress.done} of {plural(progress.total, 'unit')}"
    red = sum(number for outcome, number in progress.ended.items() if outcome is not Outcome.PASSED)
    bad = f" · {red} not passed" if red else ""
    doing = progress.stopping or progress.services
    stopping = f" · {doing}" if doing else ""
    if cells(head + bad + stopping) + 3 + len(time) > width:
        return line(fitted(stopping.removeprefix(" · ") or head, width))
    return line(head, (bad, Style.BAD), (stopping, Style.DOUBTFUL), (f" · {time}", Style.DIM))


def _name_width(progress: Progress, width: int) -> int:
    return min(max((cells(name) for name in progress.names), default=0), max(8, width // 3))


def _text(shown: Line) -> Text:
    text = Text(no_wrap=True, overflow="crop")
    for piece, piece_style in shown:
        text.append(piece, _RICH[piece_style])
    return text
