"""One attempt's verdict from both witnesses."""

import itertools
import signal

import pytest

from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.planning.verdict import Ending, StreamSummary, Verdict, verdict

A, B, C = (f"test_integrity.py::test_{name}" for name in "abc")
START = {"e": "session-start"}


def planned(*ids):
    return {"e": "planned", "ids": list(ids)}


def began(test):
    return {"e": "test-start", "id": test}


def ended(test, outcome="passed", message=""):
    return {"e": "test-end", "id": test, "outcome": outcome, "message": message}


def closed(status=0, **fields):
    return {"e": "session-end", "exit": status, "decided": status, "deselected": 0, **fields}


def stopped(reason="db down"):
    return {"e": "stopped", "reason": reason}


def collect_error(message="ModuleNotFoundError: No module named 'x'"):
    return {
        "e": "collect-error",
        "id": "test_integrity.py",
        "path": "/r/test_integrity.py",
        "line": 3,
        "message": message,
    }


def judged(*events, status, **ending) -> Verdict:
    stream = StreamSummary()
    for event in events:
        stream.add(event)
    return verdict(stream, Ending(status=status, **ending))


GREEN = (START, planned(A, B), began(A), ended(A), began(B), ended(B))

ERRORS = [
    # events, status, kind, part of the message
    ((), 0, "crash", "ended with status 0 before its tests ran"),
    ((), 1, "crash", "ended with status 1 before its tests ran: last words"),
    ((), None, "crash", "ended in an unknown way"),
    ((START,), 0, "crash", "ended with status 0 before its tests ran"),
    ((START, planned(A, B), began(A)), 0, "crash", f"ended with status 0 while {A} ran"),
    ((START, planned(A, B), began(A), ended(A)), 1, "crash", "before its tests finished, 1 of 2 done"),
    ((START, planned(A, B), began(A)), -11, "crash", f"was killed by SIGSEGV while {A} ran"),
    ((START, planned(A, B), began(A)), -9, "crash", f"was killed by SIGKILL, perhaps out of memory, while {A} ran"),
    ((START, planned(A)), -64, "crash", "was killed by SIGRTMAX before its tests finished"),
    ((START, collect_error()), -11, "crash", "was killed by SIGSEGV before its tests ran"),
    (
        (START, {"e": "internal-error", "text": "Traceback\nINTERNALERROR> KeyError: 'x'\n"}, closed(3)),
        3,
        "crash",
        "failed: KeyError: 'x'",
    ),
    ((START, closed(3)), 3, "crash", "pytest or one of its plugins failed"),
    (
        (*GREEN, {"e": "hidden", "id": A, "message": "ValueError in call"}, closed()),
        0,
        "inconsistent",
        f"1 failure reported as passed, first {A} (ValueError in call)",
    ),
    ((*GREEN, closed(float("inf"))), 0, "crash", "ended with status 0 before its tests finished"),
    ((*GREEN[:4], stopped(), closed(2)), 2, "crash", "stopped with status 2, 1 of 2 tests done: db down"),
    ((*GREEN[:4], stopped(), closed(7)), 7, "crash", "stopped with status 7"),
    ((START, stopped(), closed(2)), 2, "crash", "0 of 0 tests done: db down"),
    ((*GREEN, stopped(), closed(1)), 1, "crash", "2 of 2 tests done"),
    ((*GREEN[:4], stopped(), closed(0)), 0, "inconsistent", "stopped with status 0, 1 of 2 tests done"),
    ((START, stopped(), closed(0)), 0, "inconsistent", "stopped with status 0"),
    (
        (START, collect_error(), closed(2)),
        2,
        "collect",
        "test_integrity.py:3 could not be collected: ModuleNotFoundError",
    ),
    ((START, collect_error(), collect_error(), closed(2)), 2, "collect", "(and 1 more)"),
    ((*GREEN[:1], collect_error(), *GREEN[1:], closed(1)), 1, "collect", "could not be collected"),
    ((collect_error(),), 4, "collect", "could not be collected"),
    ((START, collect_error(), closed(0)), 0, "inconsistent", "could not be collected"),
    ((), 4, "config", "pytest refused its options"),
    ((START, planned(A), closed(4)), 4, "config", "pytest refused its options"),
    (
        (START, {"e": "usage-error", "message": "file or directory not found: x"}, closed(4)),
        4,
        "config",
        "not found: x",
    ),
    ((START, planned(A), began(A)), 4, "crash", "ended with status 4 while"),
    ((START, closed(5)), 5, "no-tests", "found no tests"),
    ((START, closed(0)), 0, "no-tests", "found no tests"),
    ((START, closed(1)), 1, "no-tests", "found no tests"),
    ((START, closed(5, deselected=12)), 5, "no-tests", "all 12 were deselected"),
    ((START, {"e": "collect-skip", "message": "no x"}, closed(5, deselected=1)), 5, "no-tests", "deselected"),
    ((*GREEN[:4], closed(0)), 0, "inconsistent", f"1 of 2 planned tests never ended, first {B}"),
    ((START, planned(A), closed(0)), 0, "inconsistent", "1 of 1 planned tests never ended"),
    ((*GREEN, closed(0)), 1, "inconsistent", "pytest said exit status 0, then the process ended with status 1"),
    ((*GREEN, closed(0)), -11, "inconsistent", "then the process was killed by SIGSEGV"),
    ((*GREEN, closed(1)), 0, "inconsistent", "pytest said exit status 1, then the process ended with status 0"),
    ((*GREEN[:-1], ended(B, "failed"), closed(0)), 0, "inconsistent", "1 test failed, yet the exit status is 0"),
    ((*GREEN[:-1], ended(B, "error"), closed(5)), 5, "inconsistent", "1 test failed, yet the exit status is 5"),
    ((*GREEN, closed(1)), 1, "inconsistent", "the exit status is 1, yet no test failed"),
    ((*GREEN, closed(42)), 42, "inconsistent", "the exit status is 42, yet no test failed"),
    ((*GREEN, closed(0, decided=1)), 0, "inconsistent", "pytest ended with status 1, and a hook or plugin made it 0"),
    ((*GREEN, ended(C), closed(0)), 0, "inconsistent", f"1 result of tests that were never planned, such as {C}"),
    ((START, ended(A), closed(0)), 0, "inconsistent", "never planned"),
    ((*GREEN, {"e": "test-end", "id": 7}, closed(0)), 0, "inconsistent", "1 line that pytest's plugin did not write"),
    ((*GREEN, {"e": "test-end", "id": A, "outcome": "fine"}, closed(0)), 0, "inconsistent", "did not write"),
    ((*GREEN, closed(0), ended(A)), 0, "inconsistent", "did not write"),
    ((*GREEN, closed(0), closed(0)), 0, "inconsistent", "did not write"),
]


@pytest.mark.parametrize(("events", "status", "kind", "message"), ERRORS)
def test_error_is_named(events, status, kind, message):
    """Each way of going wrong has its kind and says what happened."""
    found = judged(*events, status=status, output_tail="first\nlast words\n")

    assert (found.outcome, found.error_kind) == (Outcome.ERROR, ErrorKind(kind))
    assert message in found.message
    assert found.detail == "first\nlast words\n"


def test_green_needs_both_witnesses():
    """All planned tests passed, and session and process ended with 0."""
    assert judged(*GREEN, closed(0), status=0) == Verdict(outcome=Outcome.PASSED)


@pytest.mark.parametrize("outcome", ["xfailed", "xpassed", "skipped"])
def test_green_with_other_results(outcome):
    """Expected failures and single skips do not stand against a pass."""
    assert judged(*GREEN[:-1], ended(B, outcome), closed(0), status=0).outcome is Outcome.PASSED


def test_a_rerun_counts_by_its_last_result():
    """A plugin that repeats a failed test decides by the last try."""
    events = (START, planned(A), began(A), ended(A, "failed"), began(A), ended(A))

    assert judged(*events, closed(0), status=0).outcome is Outcome.PASSED


def test_failed_says_how_many():
    """Failures and errors of tests are counted over the planned ones."""
    found = judged(*GREEN[:3], ended(A, "failed"), ended(B, "error"), closed(1), status=1)

    assert (found.outcome, found.message, found.detail) == (Outcome.FAILED, "2 of 2 tests failed", "")


@pytest.mark.parametrize("status", [1, 2])
def test_failed_says_what_did_not_run(status):
    """With --maxfail, the tests that did not run are counted and the reason given."""
    events = (START, planned(A, B, C), began(A), ended(A, "failed"), stopped("stopping after 1 failures"))

    found = judged(*events, closed(status), status=status)

    assert found.outcome is Outcome.FAILED
    assert found.message == "1 of 3 tests failed, 2 did not run (stopping after 1 failures)"


def test_too_many_warnings_are_a_failure():
    """Pytest's status for --max-warnings is the unit's own rule, broken."""
    found = judged(*GREEN, closed(6), status=6, output_tail="ERROR: Maximum allowed warnings exceeded: 3 > 2")

    assert (found.outcome, found.message) == (Outcome.FAILED, "Maximum allowed warnings exceeded: 3 > 2")


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ((planned(A), ended(A, "skipped", "no server"), closed(0)), "the only test was skipped: no server"),
        (
            (planned(A, B), ended(A, "skipped", "no x\nmore"), ended(B, "skipped", "no y"), closed(0)),
            "all 2 tests were skipped: no x; no y",
        ),
        (
            ({"e": "collect-skip", "message": "could not import 'x'"}, closed(5)),
            "its test file was skipped: could not import 'x'",
        ),
    ],
)
def test_all_skipped_is_its_own_outcome(events, message):
    """Nothing but skips is not green unless the unit allows it; the reasons are given."""
    status = events[-1]["exit"]

    found = judged(START, *events, status=status)
    allowed = judged(START, *events, status=status, allow_skipped=True)

    assert (found.outcome, found.allowed, found.message) == (Outcome.SKIPPED, False, message)
    assert "allow-skipped" in found.hint
    assert (allowed.outcome, allowed.allowed, allowed.hint) == (Outcome.SKIPPED, True, "")


@pytest.mark.parametrize(
    ("events", "where"),
    [
        ((), "timed out after 60 s, while pytest started, before collection"),
        ((START,), "timed out after 60 s, during collection, before any test ran"),
        ((START, planned(A)), "timed out after 60 s, between tests, 0 of 1 done"),
        ((START, planned(A), began(A)), f"timed out after 60 s, while {A} ran"),
        ((*GREEN, closed(0)), "timed out after 60 s, after its tests had ended"),
    ],
)
def test_timeout_says_where_it_was(events, where):
    """The deadline's verdict names the running test or the part of the session."""
    found = judged(*events, status=-9, timed_out=True, timeout_s=60.0)

    assert (found.error_kind, found.message) == (ErrorKind.TIMEOUT, where)
    assert found.hint


def test_first_of_several_running_tests_is_named():
    """With workers, the test that has been running longest is the likely culprit."""
    found = judged(START, planned(A, B, C), began(A), began(B), ended(A), began(C), status=-9, timed_out=True)

    assert found.running == B


def test_interrupted_is_no_crash():
    """What the run's own stop killed is interrupted, whatever its status."""
    found = judged(START, planned(A), began(A), status=-9, interrupted=True)

    assert (found.outcome, found.running, found.error_kind) == (Outcome.INTERRUPTED, A, None)


@pytest.mark.parametrize(
    ("output", "message", "hint"),
    [
        (
            "ERROR: usage: python -m pytest [options]\npython -m pytest: error: unrecognized arguments: --cov=src\n  inifile: None\n",
            "unrecognized arguments: --cov=src",
            "pytest-cov",
        ),
        ("__main__.py: error: unrecognized arguments: -n\n", "unrecognized arguments: -n", "pytest-xdist"),
        ("ERROR: unrecognized arguments: --ds=x.settings", "unrecognized arguments: --ds=x.settings", "pytest-django"),
        ("ERROR: Unknown config option: asyncio_mode\n\n", "Unknown config option: asyncio_mode", "pytest-asyncio"),
        (
            "ERROR: /r/pytest.ini:1: unexpected value continuation",
            "/r/pytest.ini:1: unexpected value continuation",
            "ini file",
        ),
        ("ERROR: Missing required plugins: pytest-foo>1", "Missing required plugins: pytest-foo>1", "addopts"),
    ],
)
def test_config_error_names_the_plugin(output, message, hint):
    """What pytest refuses is repeated without its usage text, with the plugin whose option it is."""
    found = judged(status=4, output_tail=output)

    assert (found.error_kind, found.message) == (ErrorKind.CONFIG, message)
    assert hint in found.hint


@pytest.mark.parametrize("started", [(), (START, closed(4))])
def test_broken_conftest_is_a_collect_error(started):
    """A conftest that fails at import stops pytest with its usage status, and is still named as what it is."""
    output = "ImportError while loading conftest '/r/conftest.py'.\nconftest.py:1: in <module>\nE   ModuleNotFoundError: No module named 'x'\n"

    found = judged(*started, status=4, output_tail=output)

    assert (found.error_kind, found.message) == (
        ErrorKind.COLLECT,
        "/r/conftest.py could not be imported: ModuleNotFoundError: No module named 'x'",
    )
    assert "Declare the dependency" in found.hint


def test_lines_that_were_no_events_count():
    """Lines that the reader could not parse make a green stream inconsistent."""
    assert judged(*GREEN, closed(0), status=0, malformed=1).error_kind is ErrorKind.INCONSISTENT


STATUSES = [*range(7), 42, None, -signal.SIGKILL, -signal.SIGSEGV]
RESULTS = [(), (TestOutcome.PASSED,), *itertools.product(("passed", "failed", "error", "skipped"), repeat=2)]
TROUBLES = [
    (),
    (collect_error(),),
    (stopped(),),
    ({"e": "internal-error", "text": "x"},),
    ({"e": "collect-skip", "message": "m"},),
]


@pytest.mark.parametrize("status", STATUSES)
def test_nothing_else_is_green(status):
    """Over every combination, green means: both ended with 0, all planned tests have a result, and none failed."""
    sessions = [(), *((exit_status, decided) for exit_status in range(7) for decided in (0, 1, 5, exit_status))]
    plans = [(), (A,), (A, B), (A, B, C)]
    for results, trouble, session, ids in itertools.product(RESULTS, TROUBLES, sessions, plans):
        events = [
            START,
            planned(*ids),
            *trouble,
            *(ended(test, outcome) for test, outcome in zip((A, B), results, strict=False)),
        ]
        if session:
            events.append(closed(session[0], decided=session[1]))

        found = judged(*events, status=status)

        sound = (
            session in ((0, 0), (0, 5))
            and status == 0
            and not (trouble and trouble[0]["e"] in ("collect-error", "internal-error"))
        )
        complete = bool(ids) and set(ids) == {test for test, _ in zip((A, B), results, strict=False)}
        good = bool({"passed"} & set(results)) and not {"failed", "error"} & set(results)
        assert (found.outcome is Outcome.PASSED) == (sound and complete and good), (events, found)
        assert (found.error_kind is not None) == (found.outcome is Outcome.ERROR)
        assert found.outcome is Outcome.PASSED or found.message
        if found.outcome is Outcome.FAILED and status != 6:
            assert {"failed", "error"} & set(results)
