"""Replays two runs on the streams that this process has: python -m tests.report.replayed.

The first is left at work and then closed, the second is the sample run up to its end; a bell rings after each part. Nothing here
asks a clock: time is what the events say.
"""

import os
import sys
from pathlib import Path

from integrity.model import event as events
from integrity.model.outcome import Outcome, TestOutcome
from integrity.report.screen import Screen
from tests.report.sample import BEGAN, FILE, Script, plan_of, unit, zoo, zoo_report

BELL = "\a"
NOW = BEGAN + 75


def at_work():
    """A plan of six and its run while three are at work: long names, a failure, and a provider that pulls an image."""
    long = "notification-preferences-synchroniser"
    names = ("billing", long, "contracts", "日本語-catalog", "gateway", "search")
    script = Script().start(len(names)).test("contracts", f"{FILE}::t").end("contracts")
    script.test(long, f"{FILE}::t", TestOutcome.FAILED).end(
        long, Outcome.FAILED, message="1 of 1 tests failed: rate 'pro' stands twice in rates.toml"
    )
    script.add(events.PhaseStart, unit="billing", phase="tests")
    script.plan("billing", *(f"{FILE}::t{number}" for number in range(40)))
    for number in range(12):
        script.test("billing", f"{FILE}::t{number}", TestOutcome.FAILED if number == 3 else TestOutcome.PASSED)
    script.add(events.PhaseStart, unit="日本語-catalog", phase="services")
    script.add(events.PhaseStart, unit="gateway", phase="env")
    script.add(events.ServiceProgress, text="pulling postgres:17: 31 of 148 MB")
    return plan_of(*map(unit, names)), script.events


def replay(screen):
    """Both runs, one after the other."""
    plan, happened = at_work()
    reporter = screen.reporter(plan)
    for event in happened:
        reporter.on_event(event)
        reporter.tick(event.ts)
    reporter.tick(NOW)
    _ring(screen)
    reporter.close()
    _ring(screen)
    plan, happened = zoo()
    reporter = screen.reporter(plan)
    for event in happened:
        reporter.on_event(event)
        reporter.tick(event.ts)
    reporter.close()
    results = Path("integrity-results")
    screen.show_end(zoo_report(), results, results / "report.html")


def _ring(screen):
    screen.stderr.write(BELL)
    screen.stderr.flush()


if __name__ == "__main__":
    replay(Screen.of(os.environ, stderr=sys.stderr, stdout=sys.stdout))
