"""On which lane of a timeline a unit stands."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from integrity.model.report import ReportedSpan
from integrity.report.lanes import Interval, Tracks, at_work, lanes
from tests.report.sample import PROPERTY, zoo_report

UNIT = msgspec.structs.replace(zoo_report().units[0], tests=[], spans=[], phases_s={})


def span(start_s, duration_s, phase="tests", attempt=1):
    """A phase of a unit."""
    return ReportedSpan(phase=phase, attempt=attempt, start_s=start_s, duration_s=duration_s)


def at(name, *spans, shard=None, **phases_s):
    """A unit that was at work at these times."""
    return msgspec.structs.replace(UNIT, id=name, spans=list(spans), shard=shard, phases_s=phases_s)


TIMES = st.integers(0, 20).map(lambda number: number / 4)
UNITS = st.lists(
    st.tuples(TIMES, TIMES.map(lambda length: length + 0.25), st.sampled_from([None, 1, 2])), max_size=12
).map(
    lambda times: [
        at(f"u{number}", span(start, length), shard=shard) for number, (start, length, shard) in enumerate(times)
    ]
)


def overlap(one, other):
    """Whether two units were at work at the same time."""
    (a, b), (c, d) = at_work(one), at_work(other)
    return one.shard == other.shard and max(a, c) < min(b, d)


@PROPERTY
@given(UNITS)
def test_units_on_a_lane_never_overlap(units):
    """Two units of a shard on one lane were at work one after the other."""
    lane_of = lanes(units)

    assert [
        (one.id, other.id)
        for one in units
        for other in units
        if one.id < other.id and lane_of[one.id] == lane_of[other.id] and overlap(one, other)
    ] == []


@PROPERTY
@given(UNITS)
def test_lanes_are_as_few_as_can_be(units):
    """As many as units were at work at once, counted from 1 in each shard, whatever order the units come in."""
    lane_of = lanes(units)

    assert lanes(reversed(units)) == lane_of
    for shard in {unit.shard for unit in units}:
        of_shard = [unit for unit in units if unit.shard == shard]
        times = sorted(map(at_work, of_shard))
        busiest = max(sum(begin <= start < end for begin, end in times) for start, _ in times)
        assert {lane_of[unit.id] for unit in of_shard} == set(range(1, busiest + 1))


def test_waiting_for_a_slot_is_no_work():
    """An env that waited most of its time takes its lane only where it was worked on."""
    units = [at("a", span(0, 10)), at("b", span(0, 12, "env"), span(12, 3), env=1.5, tests=3)]

    assert at_work(units[1]) == Interval(10_500, 15_000)
    assert lanes(units) == {"a": 1, "b": 1}


def test_earlier_attempts_are_work_too():
    """The time of a phase is known of its last attempt alone; earlier ones count whole."""
    unit = at("a", span(1, 2), span(5, 2, attempt=2), tests=1)

    assert at_work(unit) == Interval(1000, 7000)


def test_unit_that_never_began_has_no_lane():
    """What was lost or never started stands in no timeline."""
    assert lanes([at("a")]) == {}
    assert "search" in lanes(zoo_report().units)


def test_very_many_at_once_have_tracks_of_their_own():
    """A hundred thousand stretches that all overlap are placed, each on the next track."""
    tracks = Tracks()

    assert [tracks.placed(Interval(0, 1))[0] for _ in range(100_000)] == list(range(100_000))
    assert tracks.placed(Interval(1, 2)) == (0, Interval(1, 2))


def test_rounding_moves_what_seems_to_overlap():
    """A stretch that begins a moment too early follows the one ahead of it."""
    tracks = Tracks(rounding_ms=2)
    tracks.placed(Interval(0, 10))

    assert tracks.placed(Interval(8, 20)) == (0, Interval(10, 20))
    assert tracks.placed(Interval(17, 30)) == (1, Interval(17, 30))
