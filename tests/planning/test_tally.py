"""The fold of a run's events into its report."""

import shlex

import pytest

from integrity.errors import ExitCode, IntegrityError
from integrity.model import event as events
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.planning.rerun import rerun_command
from integrity.planning.tally import Tally, fold
from integrity.planning.unit_tally import UNIT_TEXT_LIMIT
from tests.report.sample import BEGAN, FILE, Script, plan_of, unit, zoo, zoo_report

TEST = f"{FILE}::test_a"


def reported(script, **fields):
    """The report's one unit."""
    return fold(plan_of(unit("u", **fields)), script.events).units[0]


def test_every_outcome_is_counted_once():
    """The totals add up to the planned units."""
    totals = zoo_report().totals

    assert (totals.units, totals.passed, totals.failed, totals.error, totals.skipped) == (8, 2, 1, 3, 1)
    assert (totals.lost, totals.interrupted, totals.flaky, totals.tests) == (1, 0, 1, 8)


def test_units_are_sorted_by_path_then_python():
    """The order of the report does not depend on the order of the run."""
    plan = plan_of(
        unit("b@3.13", path="b", python="3.13"),
        unit("b@3.11", path="b", python="3.11"),
        unit("a", path="z"),
        unit("c", path="a"),
    )

    assert [found.id for found in fold(plan, []).units] == ["c", "b@3.11", "b@3.13", "a"]


def test_run_is_described():
    """Commit, versions, start and duration of the run stand in the report."""
    run = zoo_report().run

    assert (run.id, run.commit, run.started, run.versions) == (
        "r1",
        "abc",
        "2027-01-15T08:00:00+00:00",
        {"integrity": "0.1"},
    )
    assert run.duration_s == (len(zoo()[1]) - 1) / 2


def test_tests_keep_the_order_of_the_run():
    """Tests stand in the order in which they ended, with counts of each outcome."""
    billing = next(found for found in zoo_report().units if found.id == "billing")

    assert [test.id.rpartition("_")[2] for test in billing.tests] == ["plans", "routes", "rates"]
    assert (billing.counts.planned, billing.counts.passed, billing.counts.failed) == (3, 2, 1)
    assert (billing.python, billing.packages, billing.phases_s) == (
        "3.11.7",
        {"django": "5.2"},
        {"env": 0.2, "tests": 2.0},
    )


def test_retried_unit_is_flaky_and_shows_its_last_attempt():
    """A pass after a failed attempt is marked, and nothing of the failed attempt counts."""
    found = next(found for found in zoo_report().units if found.id == "catalog")

    assert (found.outcome, found.flaky, found.attempts) == (Outcome.PASSED, True, 2)
    assert [test.outcome for test in found.tests] == [TestOutcome.PASSED]
    assert found.counts.planned == 1


def test_unit_that_failed_twice_is_not_flaky():
    """Only a final pass can be flaky."""
    script = Script().end("u", Outcome.FAILED, final=False).end("u", Outcome.FAILED, attempt=2)

    assert (reported(script).outcome, reported(script).flaky) == (Outcome.FAILED, False)


@pytest.mark.parametrize("ending", [None, Outcome.PASSED, Outcome.FAILED])
def test_unit_without_final_end_is_lost(ending):
    """What was planned and did not end is lost, also while a retry was due."""
    script = Script().start(1).plan("u", TEST).test("u", TEST)
    if ending:
        script.end("u", ending, final=False)

    found = reported(script.add(events.RunEnd))

    assert (found.outcome, found.message) == (Outcome.LOST, "it was planned, and no result of it was recorded")


def test_unit_without_end_in_a_stopped_run_is_interrupted():
    """A stop by the user explains what did not end."""
    script = Script().start(1).add(events.RunEnd, interrupted=True)

    assert reported(script).outcome is Outcome.INTERRUPTED
    assert fold(plan_of(unit("u")), script.events).run.exit_code == ExitCode.INTERRUPTED


def test_second_attempt_begins_anew():
    """Once a new attempt has begun, a verdict of the one before no longer stands for the unit."""
    script = Script().end("u", Outcome.PASSED).plan("u", TEST, attempt=2)

    assert reported(script).outcome is Outcome.LOST


def test_collect_error_is_a_failed_entry():
    """What could not be collected has its place and text among the tests, and the unit its error."""
    found = next(found for found in zoo_report().units if found.id == "contracts")

    assert [(test.id, test.outcome, test.line) for test in found.tests] == [(FILE, TestOutcome.ERROR, 3)]
    assert found.error is not None
    assert (found.error.kind, found.error.detail, found.message) == (ErrorKind.COLLECT, "1 error in 0.1s", "")


def test_services_are_those_of_the_last_attempt():
    """A unit's services stand with provider and version, and with where their logs are."""
    script = Script().service("u", name="db", version="17.1").end("u", Outcome.FAILED, final=False)
    script.service("u", name="db", version="17.2", attempt=2).end("u", attempt=2)

    (service,) = reported(script).services

    assert (service.kind, service.provider, service.version) == ("postgres", "embedded", "17.2")
    assert service.log == "units/u/services/db.log"


def test_warnings_are_counted():
    """The same warning stands once, with how often it was raised."""
    found = next(found for found in zoo_report().units if found.id == "ratelimits")

    assert [(warning.category, warning.count) for warning in found.warnings] == [("DeprecationWarning", 2)]


def test_text_of_passed_tests_is_dropped():
    """Only what did not pass keeps its text and output."""
    script = (
        Script().test("u", TEST, text="t", output="o").test("u", f"{TEST}2", TestOutcome.FAILED, text="t", output="o")
    )

    passed, failed = reported(script).tests

    assert (passed.text, passed.output, failed.text, failed.output) == ("", "", "t", "o")


def test_text_of_a_unit_is_bounded():
    """Whatever a unit prints, its report stays small, and says where it was cut."""
    script = Script()
    for number in range(100):
        script.test(
            "u", f"{TEST}{number}", TestOutcome.FAILED, text="x" * 100_000, output="y" * 100_000, message="m" * 100_000
        )
        script.add(events.WarningRaised, unit="u", category="W", message=f"{number} {'w' * 100_000}")
    script.end("u", Outcome.ERROR, error_kind=ErrorKind.CRASH, detail="d" * 1_000_000)

    found = reported(script)

    assert sum(len(test.text) + len(test.output) for test in found.tests) <= UNIT_TEXT_LIMIT
    assert "characters cut" in found.tests[0].text
    assert max(len(test.message) for test in found.tests) < 5000
    assert max(len(warning.message) for warning in found.warnings) < 5000
    assert found.error is not None
    assert len(found.error.detail) < 70_000


OUTCOMES = {
    (): ExitCode.NOTHING_SELECTED,
    (Outcome.PASSED,): ExitCode.PASSED,
    (Outcome.PASSED, Outcome.FAILED): ExitCode.FAILED,
    (Outcome.FAILED, Outcome.INTERRUPTED): ExitCode.FAILED,
    (Outcome.PASSED, Outcome.INTERRUPTED): ExitCode.INTERRUPTED,
    (Outcome.FAILED, Outcome.ERROR): ExitCode.ERROR,
    (Outcome.PASSED, Outcome.SKIPPED): ExitCode.ERROR,
    (Outcome.PASSED, Outcome.LOST): ExitCode.ERROR,
    (Outcome.LOST, Outcome.FAILED, Outcome.INTERRUPTED): ExitCode.ERROR,
}


@pytest.mark.parametrize(("outcomes", "code"), OUTCOMES.items())
def test_exit_code_is_the_worst(outcomes, code):
    """Anything that was not checked counts before what failed; only all green is 0; a stopped run is 130."""
    plan = plan_of(*(unit(str(number)) for number in range(len(outcomes))))
    script = Script()
    for number, outcome in enumerate(outcomes):
        if outcome is not Outcome.LOST:
            script.end(str(number), outcome, error_kind=ErrorKind.ENV if outcome is Outcome.ERROR else None)

    report = fold(plan, script.events)
    stopped = fold(plan, script.add(events.RunEnd, interrupted=True).events)

    assert report.run.exit_code == code
    assert stopped.run.exit_code == ExitCode.INTERRUPTED


def test_allowed_skip_is_green():
    """A skip that the configuration calls fine does not make the run red."""
    script = Script().end("u", Outcome.SKIPPED, allowed=True)

    assert fold(plan_of(unit("u")), script.events).run.exit_code == ExitCode.PASSED


def test_unplanned_unit_is_refused():
    """A journal of another plan is an error, not a smaller report."""
    with pytest.raises(IntegrityError, match="not in the plan: other"):
        Tally(plan_of(unit("u"))).add(Script().end("other").events[0])


@pytest.mark.parametrize(
    ("failed", "choice"),
    [
        ([], []),
        ([TEST], ["-k", "test_a"]),
        ([f"{FILE}::TestX::test_b", TEST], ["-k", "test_b or test_a"]),
        ([f"{TEST}[x-1]", f"{TEST}[a::b [c]"], ["-k", "test_a"]),
        ([f"{TEST}[$(rm -rf)']"], ["-k", "test_a"]),
        ([f"{FILE}::not"], [f"{FILE}::not"]),
        ([f"{FILE}::it's $HOME"], [f"{FILE}::it's $HOME"]),
        ([f"{FILE}::a\nb"], []),
        ([FILE], []),
        ([f"{TEST}{number}" for number in range(6)], []),
    ],
)
def test_rerun_names_what_failed(failed, choice):
    """The command is safe to paste into a shell, and chooses the failed tests where they can be named."""
    script = Script().test("u", f"{FILE}::test_fine")
    for test in failed:
        script.test("u", test, TestOutcome.FAILED)

    command = reported(script).rerun

    assert shlex.split(command) == ["nox", "-s", "integrity", "--", "u", *(["--", *choice] if choice else [])]


def test_selector_is_quoted():
    """A path with a space stays one argument."""
    assert rerun_command("services/my unit") == "nox -s integrity -- 'services/my unit'"


@pytest.mark.parametrize(("at", "start_s"), [(None, 2.0), (1.6, 1.6), (0.0, 1.0), (99.0, 2.0)])
def test_test_began_when_it_says_so_within_reason(at, start_s):
    """The stream is read in slices; a test that moves the clock moves nothing out of its phase."""
    script = Script().start(1)
    script.add(events.Heartbeat)
    script.add(events.PhaseStart, unit="u", phase="tests")
    script.add(events.Heartbeat)
    script.add(events.TestStart, unit="u", id="t", at=None if at is None else BEGAN + at)
    script.add(events.TestEnd, unit="u", id="t", outcome=TestOutcome.PASSED, duration_s=0.1)

    [test] = reported(script.end("u")).tests

    assert test.start_s == pytest.approx(start_s)


@pytest.mark.parametrize("kind", [None, ErrorKind.CRASH])
def test_words_of_an_ending_are_bounded(kind):
    """Whatever ends a unit, its message and hint stay short, and say where they were cut."""
    outcome = Outcome.FAILED if kind is None else Outcome.ERROR
    script = Script().end("u", outcome, error_kind=kind, message="m\n" * 10**6, hint="h" * 10**6)

    (found,) = fold(plan_of(unit("u")), script.events).units

    texts = [found.message] if found.error is None else [found.error.message, found.error.hint]
    assert all(len(text) <= 4096 and "characters cut" in text for text in texts)


def test_warnings_that_are_not_kept_are_counted():
    """Beyond a hundred different warnings of a unit, the rest is one that says how many there were."""
    script = Script()
    for number in [*range(1000), 5]:
        script.add(events.WarningRaised, unit="u", category="W", message=f"old {number}")

    found = reported(script.end("u")).warnings

    assert [(each.message, each.count) for each in found[4:7]] == [("old 4", 1), ("old 5", 2), ("old 6", 1)]
    assert len(found) == 101
    assert (found[-1].category, found[-1].count) == ("others", 900)
