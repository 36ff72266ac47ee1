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


def _packed(timed: list[tuple[Interval, str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    free: list[int] = []
    busy: list[tuple[int, int]] = []  # until when, and the lane
    for stretch, name in sorted(timed):
        while busy and busy[0][0] <= stretch.start_ms:
            heappush(free, heappop(busy)[1])
        lane = heappop(free) if free else len(busy) + 1
        found[name] = lane
        heappush(busy, (stretch.end_ms, lane))
    return found


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
