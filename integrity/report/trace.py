"""`trace.json`: the run as spans of time, in Chrome's trace format, which ui.perfetto.dev and chrome://tracing open.

A process is a shard, a thread is a lane of it: unit, phase and test, one within the other. What overlaps without lying
within (an env and its services, tests of several workers) stands on threads beside the lane's own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from integrity.inside.wire import cut
from integrity.model.outcome import TestOutcome
from integrity.report.lanes import Interval, Tracks, at_work, interval, lanes, work_of
from integrity.report.sanitise import for_terminal
from integrity.report.words import placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.model.report import Report, ReportedTest, ReportedUnit

NAME_LIMIT = 200
TEXT_LIMIT = 1000
ROUNDING_MS = 2  # by which a test may seem to begin before the one ahead of it has ended
TRACKS_APART = 100_000  # between the numbers of a lane's own thread and of the one beside it


def parts(report: Report) -> Iterator[str]:
    """The document, an event a line: the threads' names, then the spans by their start, the outer one first."""
    spans = sorted(_spans(report), key=lambda span: (span.stretch.start_ms, -span.stretch.end_ms, span.depth))
    about = {"run": report.run.id, "commit": report.run.commit, "started": report.run.started}
    yield f'{{"displayTimeUnit":"ms","otherData":{_json(about)},"traceEvents":[\n'
    events = [*_names(spans), *map(_complete, spans)]
    for number, event in enumerate(events, start=1):
        yield _json(event) + (",\n" if number < len(events) else "\n")
    yield "]}\n"


class _Span(NamedTuple):
    """One event; `lane` and `track` (0 is the lane's own thread) are where it stands, `depth` how far within others."""

    stretch: Interval
    depth: int
    shard: int
    lane: int
    track: int
    name: str
    category: str
    told: dict[str, Any]


def _spans(report: Report) -> Iterator[_Span]:
    lane_of = lanes(report.units)
    for unit in report.units:
        whole = at_work(unit)
        if whole is None:
            continue
        place = (unit.shard or 1, lane_of[unit.id])
        told = {"outcome": unit.outcome, "path": unit.path, "reason": unit.reason, "attempts": unit.attempts}
        yield _Span(whole, 0, *place, 0, unit.id, "unit", told)
        phases = _phases(unit)
        yield from (_Span(each.stretch, 1, *place, each.track, each.name, "phase", {}) for each in phases)
        yield from _tests(unit, whole, phases, place)


class _Phase(NamedTuple):
    stretch: Interval
    track: int
    name: str
    is_around_tests: bool


def _phases(unit: ReportedUnit) -> list[_Phase]:
    tracks = Tracks(ROUNDING_MS)
    found = []
    for stretch, span in sorted(((work_of(unit, span), span) for span in unit.spans), key=lambda pair: pair[0]):
        track, fitted = tracks.placed(stretch)
        name = span.phase if span.attempt == 1 else f"{span.phase} (attempt {span.attempt})"
        is_around_tests = span.phase == "tests" and span.attempt == unit.attempts
        found.append(_Phase(fitted, track, name, is_around_tests))
    return found


def _tests(unit: ReportedUnit, whole: Interval, phases: list[_Phase], place: tuple[int, int]) -> Iterator[_Span]:
    """The tests, each within the phase it ran in, or within the unit where no end of that phase is known."""
    beside = 1 + max((each.track for each in phases), default=-1)
    around, first = next(((each.stretch, each.track) for each in phases if each.is_around_tests), (whole, beside))
    beside += first == beside
    tracks = Tracks(ROUNDING_MS)
    timed = [(interval(test.start_s, test.duration_s), test) for test in unit.tests if test.start_s is not None]
    for stretch, test in sorted(timed, key=lambda pair: pair[0]):
        track, fitted = tracks.placed(_within(stretch, around))
        yield _Span(fitted, 2, *place, beside + track - 1 if track else first, test.id, "test", _told(test))


def _within(stretch: Interval, around: Interval) -> Interval:
    start_ms = min(max(stretch.start_ms, around.start_ms), around.end_ms)
    return Interval(start_ms, min(max(stretch.end_ms, start_ms), around.end_ms))


def _told(test: ReportedTest) -> dict[str, Any]:
    if test.outcome is TestOutcome.PASSED:
        return {}
    return {"outcome": test.outcome, "place": placed(test), "message": test.message}


def _names(spans: list[_Span]) -> Iterator[dict[str, Any]]:
    tracks: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for span in spans:
        tracks[span.shard].add((span.lane, span.track))
    for shard in sorted(tracks):
        name = "integrity" if len(tracks) == 1 and shard == 1 else f"shard {shard}"
        yield _metadata("process_name", shard, 0, {"name": name})
        for order, (lane, track) in enumerate(sorted(tracks[shard])):
            beside = f", beside {track}" if track else ""
            yield _metadata("thread_name", shard, _thread(lane, track), {"name": f"lane {lane}{beside}"})
            yield _metadata("thread_sort_index", shard, _thread(lane, track), {"sort_index": order})


def _metadata(name: str, pid: int, tid: int, told: dict[str, Any]) -> dict[str, Any]:
    return {"ph": "M", "name": name, "pid": pid, "tid": tid, "ts": 0, "args": told}


def _complete(span: _Span) -> dict[str, Any]:
    event = {
        "ph": "X",
        "name": for_terminal(cut(span.name, NAME_LIMIT)),
        "cat": span.category,
        "pid": span.shard,
        "tid": _thread(span.lane, span.track),
        "ts": span.stretch.start_ms * 1000,
        "dur": (span.stretch.end_ms - span.stretch.start_ms) * 1000,
    }
    told = {name: _text(value) for name, value in span.told.items() if value not in (None, "")}
    return {**event, "args": told} if told else event


def _text(value: Any) -> Any:
    return for_terminal(cut(value, TEXT_LIMIT)) if isinstance(value, str) else value


def _thread(lane: int, track: int) -> int:
    return lane + track * TRACKS_APART


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
