"""The live view and the log, while a run lasts."""

import io

import pyte
import pytest
from hypothesis import given

from integrity.model import event as events
from integrity.model.outcome import ErrorKind, Outcome, TestOutcome
from integrity.report.ci_log import CiLog
from integrity.report.line import cells, plain
from integrity.report.live import LiveView, render
from integrity.report.output import Output
from integrity.report.progress import Progress
from tests.report import github
from tests.report.sample import BEGAN, FILE, PROPERTY, Script, hostile_runs, plan_of, unit, zoo


def log_of(plan, script, *ticks):
    """What the log shows of these events, and of times that pass after them."""
    stream = io.StringIO()
    log = CiLog(plan, Output(stream, guarded=True))
    for event in script:
        log.on_event(event)
    for now in ticks:
        log.tick(now)
    log.close()
    return stream.getvalue().splitlines()


def at_work():
    """A plan of three and a run in which two of them are at work, one with a failure."""
    script = Script().start(3).end("contracts").plan("billing", *(f"{FILE}::t{number}" for number in range(40)))
    script.add(events.PhaseStart, unit="billing", phase="tests")
    for number in range(12):
        script.test("billing", f"{FILE}::t{number}", TestOutcome.FAILED if number == 3 else TestOutcome.PASSED)
    script.add(events.PhaseStart, unit="notifications", phase="env")
    return plan_of(unit("billing"), unit("notifications"), unit("contracts")), script.events


def rendered(width, height=10):
    """The repainted lines, twenty seconds into that run."""
    plan, script = at_work()
    progress = Progress(plan)
    for event in script:
        progress.add(event)
    return render(progress, BEGAN + 20, width, height)


CONTRACTS = "test_integrity.py:3 could not be collected: ModuleNotFoundError: No module named 'yaml'"


def test_log_has_a_line_for_each_unit_that_ended():
    """Counter, outcome, name and time are aligned; what is wrong is said in the same line."""
    assert log_of(*zoo()) == [
        "[1/8] failed       billing            2.2 s  1 of 3 tests failed",
        "[2/8] passed       gateway            0.5 s  2 tests",
        "[2/8] failed       catalog            0.0 s  1 failed; tried again",
        "[3/8] flaky        catalog            0.7 s  1 test on attempt 2",
        "[4/8] skipped      notifications      0.0 s  the only test was skipped: no broker",
        f"[5/8] error        contracts          0.0 s  collect: {CONTRACTS}",
        "[6/8] error        ratelimits         0.0 s  timeout: timed out after 60 s, while test_integrity.py::test_plans ran",
        "[7/8] error        settings-kit       3.5 s  env: no version of nonesuch was found",
    ]


def test_phase_that_goes_on_is_counted_once():
    """A phase with pauses says at each end what it took in all; the time of its unit holds the last."""
    script = Script().start(1)
    for duration_s in (1.0, 3.0):
        script.add(events.PhaseStart, unit="billing", phase="services")
        script.add(events.PhaseEnd, unit="billing", phase="services", duration_s=duration_s)
    script.add(events.PhaseEnd, unit="billing", phase="tests", duration_s=0.5)
    progress = Progress(plan_of(unit("billing")))
    for event in script.events:
        progress.add(event)

    assert progress.running["billing"].work_s == 3.5


def test_log_says_what_a_provider_is_at_but_not_each_time():
    """A pull that takes minutes is told of, with ten seconds between two lines."""
    script = Script().start(1)
    for number in range(60):
        script.add(events.ServiceProgress, text=f"pulling postgres:17: {number} of 148 MB")

    told = log_of(plan_of(unit("u")), script.events)

    assert told[0] == "[0/1] pulling postgres:17: 0 of 148 MB"
    assert len(told) == 3


def test_units_are_at_what_they_began_first_of_what_they_are_at():
    """Env and services are had at once: while one of them lasts, a unit isn't waiting."""
    script = Script().start(1).add(events.PhaseStart, unit="u", phase="env")
    script.add(events.PhaseStart, unit="u", phase="services")
    script.add(events.PhaseEnd, unit="u", phase="env", duration_s=0.1)
    progress = Progress(plan_of(unit("u")))
    for event in script.events:
        progress.add(event)

    assert progress.running["u"].phase == "services"


def test_log_gives_a_sign_of_life():
    """After thirty seconds without a line, what is running is named, and again thirty seconds later."""
    plan, script = at_work()
    last = BEGAN + 0.5  # when contracts ended

    lines = log_of(plan, script, last + 29, last + 30, last + 31, last + 59, last + 60)

    assert lines[1:] == [
        "[1/3] running: billing (tests 12/40, 29.5 s), notifications (env, 16.5 s)",
        "[1/3] running: billing (tests 12/40, 59.5 s), notifications (env, 46.5 s)",
    ]


def test_stop_is_answered_at_once():
    """Who asks a run to stop learns what it waits for, and how to end it harder."""
    plan, script = at_work()
    script.append(events.StopRequested(seq=98, ts=BEGAN + 20))
    script.append(events.StopRequested(seq=99, ts=BEGAN + 21, forced=True))
    progress = Progress(plan)
    for event in script:
        progress.add(event)

    assert log_of(plan, script)[1:] == [
        "[1/3] stopping; Ctrl-C again kills; running: billing (tests 12/40, 19.0 s), notifications (env, 6.0 s)",
        "[1/3] killing what still runs; running: billing (tests 12/40, 20.0 s), notifications (env, 7.0 s)",
    ]
    assert plain(render(progress, BEGAN + 22, 80, 10)[-1]).endswith("1 of 3 units · killing what still runs · 22.0 s")
    assert plain(render(progress, BEGAN + 22, 30, 10)[-1]) == "killing what still runs"


def test_log_names_a_few_of_many():
    """The sign of life stays one short line."""
    names = [f"u{number}" for number in range(20)]
    script = Script().start(20)
    for name in names:
        script.add(events.PhaseStart, unit=name, phase="env")

    (line,) = log_of(plan_of(*map(unit, names)), script.events, BEGAN + 60)

    assert line.endswith("u7 (env, 56.0 s), and 12 more")


def test_log_is_silent_when_nothing_runs():
    """Before the first unit and after the last there is nothing to say."""
    plan = plan_of(unit("u"))

    assert log_of(plan, [], BEGAN + 100) == []
    assert len(log_of(plan, Script().start(1).end("u").events, BEGAN + 100)) == 1


@PROPERTY
@given(hostile_runs())
def test_log_gives_no_command_and_no_escape(run):
    """Hostile messages stay one line of text each."""
    lines = log_of(*run)

    assert 1 <= len(lines) <= 2  # what a provider is at, and the unit's end
    for line in lines:
        assert github.command(line) is None
        assert "\x1b" not in line


LIVE = {
    40: [
        "• billing           19.0 s  tests",
        "• notifications      6.0 s  env",
        "",
        "⠋ 1 of 3 units · 20.0 s",
    ],
    80: [
        "• billing           19.0 s  tests     12/40       ━━━━────────  1 failed",
        "• notifications      6.0 s  env",
        "",
        "⠋ 1 of 3 units · 20.0 s",
    ],
}
LIVE[200] = LIVE[80]


@pytest.mark.parametrize("width", LIVE)
def test_live_lines(width):
    """A unit at work has its name, time, phase, count and bar, as far as there is room."""
    assert [plain(line) for line in rendered(width)] == LIVE[width]


@pytest.mark.parametrize("width", [1, 10, 20, 31, 40, 63, 64, 80, 200])
@pytest.mark.parametrize("height", [1, 2, 3, 4, 10])
def test_live_view_fits(width, height):
    """The repainted part is never higher or wider than the terminal."""
    lines = rendered(width, height)

    assert len(lines) <= height
    assert max(cells(plain(line)) for line in lines) <= width


def test_live_view_says_how_many_it_hides():
    """With more units than lines, the rest is counted."""
    assert plain(rendered(80, 3)[0]) == "  … and 2 more"


def screen_after(plan, script, width, height=24, *, close=True, color=False):
    """The terminal and the bytes it got, after these events."""
    stream = Terminal(width, height)
    view = LiveView(plan, stream, color=color, size=(width, height))
    for event in script:
        view.on_event(event)
        view.tick(event.ts)
    if close:
        view.close()
    return stream


class Terminal(io.StringIO):
    """A terminal of a given size, which shows what is written to it."""

    def __init__(self, width, height):
        super().__init__()
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)

    def write(self, text):
        """Show it."""
        self._stream.feed(text.replace("\n", "\r\n"))
        return super().write(text)

    def isatty(self):
        """It is one."""
        return True

    @property
    def lines(self):
        """What is to be seen."""
        return [line.rstrip() for line in self.screen.display if line.strip()]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_ended_units_stay_and_the_rest_is_cleared(width):
    """At the end only one line for each ended unit is left, none wrapped, and the cursor is shown."""
    terminal = screen_after(*zoo(), width)

    assert [line[0] for line in terminal.lines] == ["✗", "✓", "↻", "✓", "○", "!", "!", "!"]
    assert "billing" in terminal.lines[0]
    assert not terminal.screen.cursor.hidden
    if width == 80:
        assert terminal.lines[:4] == [
            "✗ billing            2.2 s  failed  1 of 3 tests failed",
            "✓ gateway            0.5 s  2 passed",
            "↻ catalog            0.0 s  failed  1 failed; tried again",
            "✓ catalog            0.7 s  flaky  1 test on attempt 2",
        ]


def test_running_units_stand_below_the_ended_ones():
    """While the run lasts, the repainted part follows what scrolled."""
    plan, script = at_work()

    terminal = screen_after(plan, script, 80, close=False)

    assert terminal.lines[0] == "✓ contracts          0.0 s  0 passed"
    assert terminal.lines[1].startswith("• billing")
    assert terminal.lines[2].startswith("• notifications")
    assert "1 of 3 units" in terminal.lines[3]


@pytest.mark.parametrize("color", [True, False])
def test_colour_is_a_parameter(color):
    """Without colour no sequence sets one; signs and words stay."""
    written = screen_after(*zoo(), 80, color=color).getvalue()

    assert ("\x1b[32m" in written) == color
    assert "✓ " in written


def test_hostile_message_stays_in_its_line():
    """Markup, escapes and line feeds in a message neither crash the view nor move the cursor."""
    script = (
        Script()
        .start(2)
        .end("u", Outcome.ERROR, error_kind=ErrorKind.CRASH, message="[/red]\x1b[2J\n\x1b]0;x\x07[link=x]y")
    )

    terminal = screen_after(plan_of(unit("u"), unit("v")), script.end("v").events, 80)

    assert terminal.lines == [
        "! u      0.0 s  error  crash: [/red]␛[2J␊␛]0;x␇[link=x]y",
        "✓ v      0.0 s  0 passed",
    ]
