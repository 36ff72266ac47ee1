"""Flaky units and slow growth, out of past runs."""

from integrity.model.history import PastRun, PastUnit
from integrity.model.outcome import Outcome
from integrity.planning.trends import Flaky, Slower, trends


def past(*units, commit="c"):
    """A run for each unit's state, all of the unit `services/a`; a string is the commit it ran on."""
    return [
        PastRun(id=f"r{number}", commit=f"{commit}{number}", started="", units={"services/a": unit})
        for number, unit in enumerate(units)
    ]


def passed(seconds=1.0, **fields):
    """A pass."""
    return PastUnit(outcome=Outcome.PASSED, seconds=seconds, **fields)


FAILED = PastUnit(outcome=Outcome.FAILED, seconds=1.0)


def test_unit_that_passed_only_when_tried_again_is_flaky():
    """Each such run counts."""
    found = trends(past(passed(), passed(flaky=True), passed(flaky=True)))

    assert found.flaky == (Flaky(unit="services/a", retried=2, torn=0, runs=3),)


def test_unit_that_ended_differently_on_one_commit_is_flaky():
    """The same files passed and failed."""
    runs = past(passed(), FAILED, passed(), commit="")
    torn = [PastRun(id=run.id, commit="same", started="", units=run.units) for run in runs]

    assert trends(torn).flaky == (Flaky(unit="services/a", retried=0, torn=1, runs=3),)


def test_failures_on_other_commits_are_not_flaky():
    """A commit that broke a unit, and one that mended it, say nothing of chance."""
    assert trends(past(passed(), FAILED, passed())).flaky == ()


def test_interrupted_run_says_nothing():
    """That someone stopped it is no other outcome of the same files."""
    stopped = PastUnit(outcome=Outcome.INTERRUPTED, seconds=0.1)
    torn = [
        PastRun(id=str(number), commit="same", started="", units={"a": unit})
        for number, unit in enumerate((passed(), stopped))
    ]

    assert trends(torn).flaky == ()


def test_lasting_growth_is_told():
    """The median of the last passes is compared with that of all before."""
    found = trends(past(*[passed(4.0)] * 6, *[passed(9.0)] * 5))

    assert found.slower == (Slower(unit="services/a", before_s=4.0, now_s=9.0),)


def test_one_slow_run_is_no_growth():
    """Nor is a difference that nobody would notice, nor a history that is too short to tell."""
    assert trends(past(*[passed(4.0)] * 10, passed(60.0))).slower == ()
    assert trends(past(*[passed(0.1)] * 6, *[passed(0.5)] * 5)).slower == ()
    assert trends(past(*[passed(4.0)] * 2, *[passed(9.0)] * 5)).slower == ()


def test_run_that_is_there_twice_counts_once():
    """Shards that were merged again add nothing."""
    runs = past(passed(flaky=True))

    assert trends([*runs, *runs]).runs == 1
    assert trends([*runs, *runs]).flaky[0].retried == 1
