"""Several journals become one that says the same."""

import msgspec

from integrity.model.event import TestEnd, UnitEnd
from integrity.model.outcome import Outcome, TestOutcome
from integrity.planning.merge import merged
from integrity.planning.tally import fold
from tests.report.sample import Script, plan_of, unit


def reads(*journals):
    """Attempts at one shard, each as it is read."""
    return [lambda journal=journal: iter(journal) for journal in journals]


def shifted(events, seconds):
    return [msgspec.structs.replace(event, ts=event.ts + seconds) for event in events]


def run_of(name, *outcomes):
    """A unit's attempts within one run, the last of which is final."""
    script = Script().start(1)
    for attempt, outcome in enumerate(outcomes, 1):
        test = TestOutcome.PASSED if outcome is Outcome.PASSED else TestOutcome.FAILED
        script.plan(name, "t", attempt=attempt).test(name, "t", test, attempt)
        script.end(name, outcome, attempt=attempt, final=attempt == len(outcomes))
    return script.events


PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def test_events_are_ordered_by_time_and_numbered_anew():
    """Two shards at the same time: one journal, as one run would have written it."""
    one, two = run_of("a", PASSED), shifted(run_of("b", PASSED), 0.1)

    events = list(merged([reads(one), reads(two)]))

    assert [event.seq for event in events] == list(range(len(one) + len(two)))
    assert [event.ts for event in events] == sorted(event.ts for event in (*one, *two))


def test_clock_that_steps_back_changes_no_order_within_a_shard():
    """A machine's clock may be set while its shard runs; what came first still does."""
    events = run_of("a", FAILED, PASSED)
    events = [*events[:4], *shifted(events[4:], -1000)]

    together = list(merged([reads(events), reads(run_of("b", PASSED))]))

    assert [type(event) for event in together if getattr(event, "unit", "") == "a"] == [type(e) for e in events[1:]]
    assert [unit.outcome for unit in fold(plan_of(unit("a"), unit("b")), together).units] == ["passed", "passed"]


def test_clock_of_a_later_attempt_may_be_behind():
    """Attempts are told by their number, never by the clocks of their machines."""
    events = merged([reads(run_of("a", FAILED), shifted(run_of("a", PASSED), -5000))])

    [a] = fold(plan_of(unit("a")), events).units

    assert (a.outcome, a.flaky, a.attempts) == ("passed", True, 2)


def test_attempts_within_an_attempt_count_on():
    """A shard ran three times, with a retry in each: what failed before the last stays, in its order; what passed does not."""
    events = merged([reads(run_of("a", FAILED, FAILED), run_of("a", FAILED, PASSED), run_of("a", FAILED, PASSED))])

    [a] = fold(plan_of(unit("a")), events).units

    assert (a.outcome, a.flaky, a.attempts) == ("passed", True, 5)
    assert [(one.attempt, one.outcome) for one in a.earlier] == [(number, FAILED) for number in (1, 2, 3, 4)]


def test_nothing_remains_of_an_older_attempt_in_which_nothing_failed():
    """Its times and its end are not those of the run."""
    newest = run_of("a", PASSED)

    assert list(merged([reads(shifted(run_of("a", PASSED), -9000), newest)])) == newest


def test_lost_unit_has_no_end():
    """The older attempt's end is none any more, so that no reader takes it for the unit's."""
    events = list(merged([reads(run_of("a", FAILED), run_of("a", PASSED)[:1])]))

    assert [event.final for event in events if isinstance(event, UnitEnd)] == [False]
    assert any(isinstance(event, TestEnd) for event in events)
    assert [unit.outcome for unit in fold(plan_of(unit("a")), events).units] == ["lost"]
