"""The end of a run, and the choice of how it is shown."""

import io
from pathlib import Path

import pytest
from hypothesis import given

from integrity.model import event as events
from integrity.model.event import Finding, FindingPlace
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.planning.tally import fold
from integrity.report.ci_log import CiLog
from integrity.report.final import end_lines
from integrity.report.line import plain
from integrity.report.live import LiveView
from integrity.report.reporter import Silent
from integrity.report.screen import Screen
from tests.report import github
from tests.report.sample import FILE, PROPERTY, Script, hostile_runs, plan_of, unit, zoo, zoo_report

END = """
✗ billing  failed  services/billing
  1 of 3 tests failed

  test_integrity.py::test_rates
  services/billing/test_integrity.py:31
  AssertionError: rate 'pro' stands twice
  assert 2 == 1
  │ def test_rates():
  │ >   assert count == 1
  │ E   AssertionError: rate 'pro' stands twice
  │
  │ test_integrity.py:31: AssertionError

  again  nox -s integrity -- billing -- -k test_rates

! contracts  error: collect  packages/contracts
  test_integrity.py:3 could not be collected: ModuleNotFoundError: No module named 'yaml'
  → Declare the dependency in the unit's manifest.

  test_integrity.py
  packages/contracts/test_integrity.py:3
  ModuleNotFoundError: No module named 'yaml'
  │ test_integrity.py:3: in <module>
  │     import yaml
  │ E   ModuleNotFoundError: No module named 'yaml'

  again  nox -s integrity -- contracts

! ratelimits  error: timeout  packages/ratelimits
  timed out after 60 s, while test_integrity.py::test_plans ran

  again  nox -s integrity -- ratelimits

! settings-kit  error: env  packages/settings-kit
  no version of nonesuch was found

  │ No solution found
  │ ╰─▶ nonesuch

  again  nox -s integrity -- settings-kit

○ notifications  skipped  services/notifications
  the only test was skipped: no broker
  → Set `allow-skipped = true` in the unit's [tool.integrity] if that is meant.

  again  nox -s integrity -- notifications

? lost  search
  it was planned, and no result of it was recorded
  again  nox -s integrity -- search

slowest
  settings-kit         3.5 s  env 3.5 s
  billing              2.2 s  env 0.2 s  tests 2.0 s
  catalog              0.7 s  tests 0.7 s
  gateway              0.5 s  env 0.1 s  tests 0.4 s
  search               0.1 s  env 0.1 s

flaky  passed only when tried again: catalog (attempt 2)

✗ 8 units: 2 passed (1 flaky), 1 failed, 3 errors, 1 skipped, 1 lost · 8 tests · 25.5 s
"""


def shown(report, verbosity=0):
    """The lines of the end, as text."""
    return [plain(line) for line in end_lines(report, "integrity-results", verbosity)]


def one(script, **fields):
    """The report of a run of one unit."""
    return fold(plan_of(unit("u", **fields)), script.events)


def test_end_of_a_run():
    """Failures with place, text and command, then errors, then the slowest, then one line."""
    assert shown(zoo_report()) == END.rstrip("\n").split("\n")


def test_green_end_is_one_line():
    """Nothing is told of a single unit that passed but the sum."""
    assert shown(one(Script().test("u", f"{FILE}::t").end("u"))) == ["", "✓ 1 unit: 1 passed · 1 test · 1.0 s"]


def test_quiet_end_has_no_extras():
    """With -q only what is not green and the last line are left."""
    lines = shown(zoo_report(), -1)

    assert "slowest" not in lines
    assert not any(line.startswith("flaky") for line in lines)
    assert lines[1] == "✗ billing  failed  services/billing"
    assert lines[-1].startswith("✗ 8 units")


def test_verbose_end_lists_tests_and_output():
    """With -v each test of a red unit has its line, and what a failed one printed is shown."""
    lines = shown(zoo_report(), 1)

    assert "  passed   test_integrity.py::test_plans  0.2 s" in lines
    assert "  │ counted 2" in lines
    assert "✓ gateway  passed  services/gateway" not in lines


def test_twice_verbose_end_lists_green_units_too():
    """With -vv the tests of all units are listed."""
    lines = shown(zoo_report(), 2)

    assert "✓ gateway  passed  services/gateway" in lines


def test_long_text_is_cut_to_its_end():
    """The last lines of a text are shown, and the log that has them all is named."""
    text = "\n".join(f"line {number}" for number in range(40))
    report = one(Script().test("u", "a::t", TestOutcome.FAILED, text=text).end("u", Outcome.FAILED))

    lines = [line for line in shown(report) if line.startswith("  │")]

    assert lines[0] == "  │ … 25 lines above, in integrity-results/units/u/output.log"
    assert lines[1:] == [f"  │ line {number}" for number in range(25, 40)]
    assert len([line for line in shown(report, 1) if line.startswith("  │")]) == 40


def test_many_failures_are_counted():
    """A unit with very many failures shows ten."""
    script = Script()
    for number in range(25):
        script.test("u", f"a::t{number}", TestOutcome.FAILED)

    lines = shown(one(script.end("u", Outcome.FAILED)))

    assert "  … and 15 failures more: integrity-results/report.json" in lines
    assert "  a::t9" in lines
    assert "  a::t10" not in lines


def test_units_that_did_not_begin_stand_together():
    """A stopped run with hundreds of units left stays readable."""
    names = [f"u{number:03}" for number in range(300)]
    report = fold(plan_of(*map(unit, names)), Script().start(300).add(events.RunEnd, interrupted=True).events)

    lines = shown(report)

    assert len(lines) < 10
    assert lines[1] == f"■ interrupted  {', '.join(names[:10])} and 290 more"
    assert lines[-1].startswith("■ 300 units: 300 interrupted")


def test_finding_shows_both_sides():
    """A finding has its code, what it says, its places and hint, and stands instead of the test's text."""
    finding = Finding(
        code="REG101",
        slug="duplicate-key",
        entry="pro",
        message="'pro' stands twice",
        hint="Remove one.",
        places=[FindingPlace(path="a.py", line=3, role="first"), FindingPlace(path="b.py", line=9, role="duplicate")],
    )

    lines = shown(
        one(
            Script().test("u", "a::t", TestOutcome.FAILED, text="its text", findings=[finding]).end("u", Outcome.FAILED)
        )
    )

    place = lines.index("  REG101 duplicate-key  'pro' stands twice")
    assert "its text" not in "\n".join(lines)
    assert lines[place + 1 : place + 4] == ["    a.py:3  first", "    b.py:9  duplicate", "    → Remove one."]


def test_python_is_named_where_it_tells_units_apart():
    """Of a unit under several Pythons, each is told by its own."""
    report = fold(plan_of(unit("u@3.13", python="3.13")), Script().end("u@3.13", Outcome.FAILED).events)

    assert shown(report)[1] == "✗ u@3.13  failed  services/u@3.13 · Python 3.13"


def screen(environ, *, tty, verbosity=0):
    """A screen on two streams that are terminals or not."""

    class Stream(io.StringIO):
        def isatty(self):
            return tty

    return Screen.of(environ, stderr=Stream(), stdout=Stream(), verbosity=verbosity)


@PROPERTY
@given(hostile_runs())
def test_hostile_text_stays_text(run):
    """In CI, no line of the end is a command, and without colour no byte is an escape."""
    target = screen({"CI": "true"}, tty=False, verbosity=2)

    target.show_end(fold(*run), Path("integrity-results"))

    written = target.stdout.getvalue()
    assert "\x1b" not in written
    assert [found for line in github.lines(written) if (found := github.command(line))] == []


@pytest.mark.parametrize("verbosity", [-1, 0, 1, 2])
def test_pipe_gets_no_escape(verbosity):
    """Neither stream gets an escape sequence when it is no terminal."""
    target = screen({"TERM": "xterm"}, tty=False, verbosity=verbosity)
    plan, script = zoo()
    reporter = target.reporter(plan)
    for event in script:
        reporter.on_event(event)
        reporter.tick(event.ts + 100)
    reporter.close()

    target.show_end(zoo_report(), Path("integrity-results"))

    assert "\x1b" not in target.stdout.getvalue() + target.stderr.getvalue()
    assert (target.stderr.getvalue() == "") == (verbosity < 0)


@pytest.mark.parametrize(
    ("environ", "tty", "color", "kind"),
    [
        ({}, True, True, LiveView),
        ({}, False, False, CiLog),
        ({"NO_COLOR": "1"}, True, False, LiveView),
        ({"NO_COLOR": ""}, True, True, LiveView),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False, LiveView),
        ({"FORCE_COLOR": "1"}, False, True, CiLog),
        ({"FORCE_COLOR": "0"}, False, False, CiLog),
        ({"CI": "true"}, True, True, CiLog),
        ({"CI": "false"}, True, True, LiveView),
        ({"TERM": "dumb"}, True, False, CiLog),
    ],
)
def test_look_follows_streams_and_environment(environ, tty, color, kind):
    """NO_COLOR, FORCE_COLOR, CI and TERM decide, and no live view is painted into a pipe."""
    target = screen(environ, tty=tty)

    assert target.color == color
    assert isinstance(target.reporter(plan_of(unit("u"))), kind)


def test_each_stream_has_its_own_colour():
    """With stderr in a file and stdout on a terminal, the file gets no escape; and the other way round."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    to_file = Screen.of({}, stderr=io.StringIO(), stdout=Terminal())
    to_terminal = Screen.of({}, stderr=Terminal(), stdout=io.StringIO())

    assert (to_file.color, to_file.progress_color, to_file.live) == (True, False, False)
    assert (to_terminal.color, to_terminal.progress_color, to_terminal.live) == (False, True, True)


def test_quiet_run_has_no_progress():
    """With -q nothing is shown while the run lasts."""
    assert isinstance(screen({}, tty=True, verbosity=-1).reporter(plan_of(unit("u"))), Silent)


def test_error_without_detail_still_names_the_command():
    """Every unit that is not green ends with the command that runs it again."""
    report = one(
        Script().end("u", Outcome.ERROR, error_kind=ErrorKind.MISSING, message="no test file", hint="Add one.")
    )

    assert shown(report)[1:6] == [
        "! u  error: missing  services/u",
        "  no test file",
        "  → Add one.",
        "",
        "  again  nox -s integrity -- u",
    ]


def test_another_version_than_asked_for_is_said():
    """A note on a service stands before the last line, once for all units that had it, also in a quiet run."""
    script = Script().start(2)
    for name in "ab":
        script.service(name, name="db", note="18.6 runs, 15 was asked for").test(name, "t::t").end(name)
    report = fold(plan_of(unit("a"), unit("b")), script.events)

    told = [plain(line) for line in end_lines(report, "results", verbosity=-1)]

    assert told[1] == "service  postgres: 18.6 runs, 15 was asked for  (a, b)"


def test_many_findings_are_counted():
    """Of the findings of one test twenty are shown, and the rest is counted; `--verbose` shows all."""
    findings = [Finding(code="REG101", message=f"entry {number} stands twice") for number in range(5000)]
    script = Script().test("u", f"{FILE}::t", TestOutcome.FAILED, findings=findings).end("u", Outcome.FAILED)
    report = fold(plan_of(unit("u")), script.events)

    shown = [plain(each) for each in end_lines(report, "r")]

    assert len([each for each in shown if "stands twice" in each]) == 20
    assert "  … and 4,980 findings more, in r/units/u/output.log" in shown
    assert len([each for each in end_lines(report, "r", 1) if "stands twice" in plain(each)]) == 5000


def test_page_is_named_below_the_sum():
    """Where there is a report for a browser, the last line says where; a quiet run ends with its sum."""
    told, quiet = (
        [plain(each) for each in end_lines(zoo_report(), "r", verbosity, "r/report.html")] for verbosity in (0, -1)
    )

    assert told[-2].startswith("✗ 8 units")
    assert told[-1] == "  report  r/report.html"
    assert quiet[-1].startswith("✗ 8 units")
