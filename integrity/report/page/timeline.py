"""The run as a picture and as a table: when each unit was at work, and in which phase. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from integrity.report.lanes import at_work, lanes, work_of
from integrity.report.words import is_green, sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.model.report import Report, ReportedSpan, ReportedUnit

UNITS_SHOWN = 1000
ROWS_SHOWN = 3000
TOP, PITCH, HEADING = 24, 36, 20  # pixels: the scale, a lane, the name of a shard
BAR_TOP, BAR_HEIGHT = 15, 14
PIXELS_OF_A_PERCENT, PIXELS_OF_A_CHARACTER = 10, 7  # at the width for which names are cut
FEWEST_CHARACTERS = 3
STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 43_200)
TICKS = 6
MINUTE_S = 60
NARROWEST, NEARLY_ALL = 0.15, 97.0  # percent: of a bar, of the scale's last mark


class Tick(NamedTuple):
    """A mark of the scale."""

    at: float
    anchor: str
    label: str


class Heading(NamedTuple):
    """Where the lanes of a shard begin."""

    number: int
    y: int


class Piece(NamedTuple):
    """A phase. Lengths are percent across, pixels down."""

    phase: str
    is_bad: bool
    x: float
    y: float
    width: float
    height: float


class Bar(NamedTuple):
    """A unit: its phases, and its name as far as there is room until the next one."""

    x: float
    end: float
    y: int
    room: float
    label: str
    title: str
    pieces: list[Piece]


class Row(NamedTuple):
    """A phase in the table; seconds since the run's start."""

    unit: str
    shard: int | None
    attempt: int
    phase: str
    start_s: float
    end_s: float


class Chart(NamedTuple):
    """The picture and the table."""

    duration_s: float
    lanes: int
    height: int
    ticks: list[Tick]
    shards: list[Heading]
    bars: list[Bar]
    left_out: int
    rows: list[Row]
    rows_left_out: int


class _Stretch(NamedTuple):
    """A unit from its first work to its last."""

    start_s: float
    end_s: float
    unit: ReportedUnit
    rows: list[Row]


def chart_of(report: Report) -> Chart | None:
    """The picture of a run; None where nothing is known of its time."""
    stretches = [stretch for unit in report.units if (stretch := _stretch(unit))]
    if not stretches:
        return None
    shown = sorted(stretches, key=lambda one: one.start_s - one.end_s)[:UNITS_SHOWN]
    duration_s = max(0.1, report.run.duration_s, *(stretch.end_s for stretch in stretches))
    rows = [row for stretch in stretches for row in stretch.rows]
    placed = _placed(shown)
    headings: list[Heading] = []
    bars: list[Bar] = []
    y = TOP
    for (shard, _), lane in placed:
        if shard is not None and shard not in {heading.number for heading in headings}:
            headings.append(Heading(shard, y + HEADING - 6))
            y += HEADING
        bars.extend(_bars(lane, y, duration_s))
        y += PITCH
    return Chart(
        duration_s=duration_s,
        lanes=len(placed),
        height=y,
        ticks=_ticks(duration_s),
        shards=headings,
        bars=bars,
        left_out=len(stretches) - len(shown),
        rows=rows[:ROWS_SHOWN],
        rows_left_out=max(0, len(rows) - ROWS_SHOWN),
    )


def _stretch(unit: ReportedUnit) -> _Stretch | None:
    stretch = at_work(unit)
    if stretch is None:
        return None
    rows = [_row(unit, span) for span in unit.spans]
    return _Stretch(stretch.start_ms / 1000, stretch.end_ms / 1000, unit, sorted(rows, key=lambda row: row[2:]))


def _row(unit: ReportedUnit, span: ReportedSpan) -> Row:
    work = work_of(unit, span)
    return Row(unit.id, unit.shard, span.attempt, span.phase, work.start_ms / 1000, work.end_ms / 1000)


def _placed(stretches: list[_Stretch]) -> list[tuple[tuple[int | None, int], list[_Stretch]]]:
    """The lanes of all shards in order, each with its units in order."""
    lane_of = lanes(stretch.unit for stretch in stretches)
    found: dict[tuple[int | None, int], list[_Stretch]] = {}
    for stretch in sorted(stretches, key=lambda one: (one.start_s, one.end_s, one.unit.id)):
        found.setdefault((stretch.unit.shard, lane_of[stretch.unit.id]), []).append(stretch)
    return sorted(found.items(), key=lambda item: (item[0][0] or 0, item[0][1]))


def _bars(lane: list[_Stretch], y: int, duration_s: float) -> Iterator[Bar]:
    ends = [after.start_s for _, after in pairwise(lane)]
    for stretch, until_s in zip(lane, [*ends, duration_s], strict=True):
        room = _percent(until_s - stretch.start_s, duration_s)
        yield Bar(
            x=_percent(stretch.start_s, duration_s),
            end=_percent(stretch.end_s, duration_s),
            y=y,
            room=room,
            label=_fitting(_name(stretch.unit), room),
            title=_title(stretch),
            pieces=[_piece(stretch, row, y, duration_s) for row in stretch.rows],
        )


def _piece(stretch: _Stretch, row: Row, y: int, duration_s: float) -> Piece:
    """Env and services are prepared at once: where there are both, they share the height."""
    is_split = row.phase != "tests" and any(other.phase == "services" for other in stretch.rows)
    half = BAR_HEIGHT / 2
    is_green_here = row.attempt == stretch.unit.attempts and is_green(stretch.unit)
    return Piece(
        phase=row.phase,
        is_bad=row.phase == "tests" and not is_green_here,
        x=_percent(row.start_s, duration_s),
        y=y + BAR_TOP + (half if is_split and row.phase == "services" else 0),
        width=max(NARROWEST, _percent(row.end_s - row.start_s, duration_s)),
        height=half if is_split else BAR_HEIGHT,
    )


def _name(unit: ReportedUnit) -> str:
    """With a sign where it is not green: a colour never stands alone."""
    return unit.id if is_green(unit) else f"{sign(unit.outcome)} {unit.id}"


def _title(stretch: _Stretch) -> str:
    phases = ", ".join(f"{row.phase} {row.start_s:.1f} to {row.end_s:.1f} s" for row in stretch.rows)
    return f"{stretch.unit.id} {stretch.unit.outcome}: {phases}"


def _fitting(name: str, room: float) -> str:
    characters = int(room * PIXELS_OF_A_PERCENT / PIXELS_OF_A_CHARACTER)
    if len(name) <= characters:
        return name
    return f"{name[: characters - 1]}…" if characters >= FEWEST_CHARACTERS else ""


def _ticks(duration_s: float) -> list[Tick]:
    step = next((step for step in STEPS_S if duration_s / step <= TICKS), duration_s)
    marks = [number * step for number in range(TICKS + 1) if number * step <= duration_s]
    return [Tick(at, _anchor(at), _clock(mark)) for mark in marks for at in [_percent(mark, duration_s)]]


def _anchor(at: float) -> str:
    if at == 0:
        return "start"
    return "end" if at > NEARLY_ALL else "middle"


def _clock(seconds: float) -> str:
    if seconds < MINUTE_S:
        return f"{seconds:g} s"
    minutes, rest = divmod(round(seconds), MINUTE_S)
    return f"{minutes}:{rest:02} min" if rest else f"{minutes} min"


def _percent(seconds: float, duration_s: float) -> float:
    return round(100 * seconds / duration_s, 3)
