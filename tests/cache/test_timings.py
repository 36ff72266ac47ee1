"""Recorded times are kept small and steady, and a broken file of them is worth nothing, not an error."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.cache.timings import KEPT, costs, read_timings, record_timings
from integrity.model import event as events
from integrity.model.outcome import Outcome
from integrity.planning.shard import Sharding, sharded
from integrity.planning.tally import fold
from tests.report.sample import PROPERTY, Script, plan_of, unit


def run_that_took(seconds, outcome=Outcome.PASSED):
    """The report of a run whose units, by name, took so long in env and tests."""
    script = Script().start(len(seconds))
    for name, lasted in seconds.items():
        script.phase(name, "env", lasted / 4).phase(name, "tests", lasted * 3 / 4).end(name, outcome)
    script.add(events.RunEnd)
    return fold(plan_of(*map(unit, seconds)), script.events)


def test_cost_is_the_whole_time_of_a_unit(tmp_path):
    """Env and tests count, since a shard spends both."""
    record_timings(tmp_path, run_that_took({"a": 8.0}))

    assert costs(read_timings(tmp_path)) == {"services/a": 8.0}


def test_one_slow_run_does_not_move_a_unit(tmp_path):
    """The cost follows the median of the last passes."""
    for seconds in (2.0, 2.0, 9.0, 2.0):
        record_timings(tmp_path, run_that_took({"a": seconds}))

    assert costs(read_timings(tmp_path)) == {"services/a": 2.0}


def test_lasting_change_is_taken_over(tmp_path):
    """A unit that became slower costs more once most of its last passes say so."""
    for seconds in (2.0, *([4.0] * KEPT)):
        record_timings(tmp_path, run_that_took({"a": seconds}))

    assert costs(read_timings(tmp_path)) == {"services/a": 4.0}
    assert read_timings(tmp_path)["services/a"].seconds == [4.0] * KEPT


def test_time_that_a_clock_made_up_spoils_no_other(tmp_path):
    """It counts as no time at all, and what was recorded stays readable."""
    record_timings(tmp_path, run_that_took({"a": 8.0}))
    record_timings(tmp_path, run_that_took({"b": -4.0}))

    assert costs(read_timings(tmp_path)) == {"services/a": 8.0, "services/b": 0.0}


def test_only_passes_count(tmp_path):
    """A unit that failed at once is not a fast one."""
    record_timings(tmp_path, run_that_took({"a": 0.1}, Outcome.FAILED))

    assert read_timings(tmp_path) == {}


@PROPERTY
@given(seed=st.integers(0, 10_000), shards=st.integers(2, 6))
def test_noise_of_a_tenth_moves_no_unit(tmp_path_factory, seed, shards):
    """Ten more runs, each a tenth slower or faster, leave every unit in its shard."""
    store = tmp_path_factory.mktemp("store")
    chance = random.Random(seed)
    true = {f"u{number}": round(chance.uniform(0.5, 60), 3) for number in range(20)}
    record_timings(store, run_that_took(true))
    before = shards_of(store, true, shards)

    for _ in range(10):
        record_timings(store, run_that_took({name: cost * chance.uniform(0.9, 1.1) for name, cost in true.items()}))

    assert shards_of(store, true, shards) == before


def shards_of(store, names, shards):
    """The shard of each unit, by the costs that the store knows."""
    known = costs(read_timings(store))
    planned = tuple(unit(name, cost_s=known[f"services/{name}"]) for name in names)
    return {each.id: each.shard for each in sharded(planned, Sharding(shards=shards), {})[0]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema": "integrity.timings/3", "units": {}}',
        b'{"schema": "integrity.timings/1", "units": {"a": [1.0]}}',
        b'{"schema": "integrity.timings/2", "units": {"a": [1]}}',
        b'{"schema": "integrity.timings/2"}',
        b'{"schema": "integrity.timings/2", "units": {"a": {"seconds": [1.0], "cost_s": 1e308}}}',
        b'{"schema": "integrity.timings/2", "units": {"a": {"seconds": [1.0], "cost_s": -1.0}}}',
        b'{"schema": "integrity.timings/2", "units": {"a": {"seconds": [1e308], "cost_s": 1.0}}}',
        b"\xff",
    ],
)
def test_unreadable_file_is_no_timings(tmp_path, content):
    """Torn, foreign or newer files are ignored, and times that no unit takes."""
    (tmp_path / "timings.json").write_bytes(content)

    assert read_timings(tmp_path) == {}
