"""Where units stand in a timeline: when each was at work, and on which lane, so that no two overlap. Pure.

A phase is recorded from its beginning to its end, and most of an env's may be waiting for a slot; work is its last part.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from integrity.model.report import ReportedSpan, ReportedUnit


class Interval(NamedTuple):
    """A stretch of time in whole milliseconds since the run's start; `end_ms` is never before `start_ms`."""

    start_ms: int
    end_ms: int


def lanes(units: Iterable[ReportedUnit]) -> Mapping[str, int]:
    """Each unit's lane within its shard by the unit's id, counted from 1; units that were never at work have none.

    In the order of their starts, each takes the lowest lane that is free.
    """
    by_shard: dict[int | None, list[tuple[Interval, str]]] = {}
    for unit in units:
        stretch = at_work(unit)
        if stretch is not None:
            by_shard.setdefault(unit.shard, []).append((stretch, unit.id))
    return {name: lane for timed in by_shard.values() for name, lane in _packed(timed).items()}


def at_work(unit: ReportedUnit) -> Interval | None:
    """From the first work on a unit to its last, over all attempts."""
    stretches = [work_of(unit, span) for span in unit.spans]
    stretches += [interval(test.start_s, test.duration_s) for test in unit.tests if test.start_s is not None]
    if not stretches:
        return None
    return Interval(min(each.start_ms for each in stretches), max(each.end_ms for each in stretches))


def work_of(unit: ReportedUnit, span: ReportedSpan) -> Interval:
    """The part of a phase that was work; all of it where only a later attempt's is known."""
    whole = interval(span.start_s, span.duration_s)
    is_last = not any(other.phase == span.phase and other.attempt > span.attempt for other in unit.spans)
    if not is_last or span.phase not in unit.phases_s:
        return whole
    return Interval(max(whole.start_ms, whole.end_ms - _ms(unit.phases_s[span.phase])), whole.end_ms)


def interval(start_s: float, duration_s: float) -> Interval:
    """A start and a duration in seconds, as reports have them."""
    start_ms = max(0, _ms(start_s))
    return Interval(start_ms, max(start_ms, _ms(start_s + duration_s)))


class Tracks:
    """Gives each stretch, in the order of their starts, the lowest track on which it overlaps none before it.

    By `rounding_ms` a stretch may seem to begin before the one ahead of it has ended; it is moved to where that ends.
    """

    def __init__(self, rounding_ms: int = 0) -> None:
        self._rounding_ms = rounding_ms
        self._ends: list[int] = []  # of each track
        self._free: list[int] = []
        self._busy: list[tuple[int, int]] = []  # until when, and the track

    def placed(self, stretch: Interval) -> tuple[int, Interval]:
        """The track, counted from 0, and the stretch as it stands there."""
        while self._busy and self._busy[0][0] <= stretch.start_ms + self._rounding_ms:
            heappush(self._free, heappop(self._busy)[1])
        if not self._free:
            self._free.append(len(self._ends))
            self._ends.append(0)
        track = heappop(self._free)
        start_ms = max(stretch.start_ms, min(self._ends[track], stretch.end_ms))
        self._ends[track] = max(self._ends[track], stretch.end_ms)
        heappush(self._busy, (self._ends[track], track))
        return track, Interval(start_ms, stretch.end_ms)


def _packed(timed: list[tuple[Interval, str]]) -> dict[str, int]:
    tracks = Tracks()
    return {name: 1 + tracks.placed(stretch)[0] for stretch, name in sorted(timed)}


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
