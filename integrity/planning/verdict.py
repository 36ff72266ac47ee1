"""One attempt's verdict, from the exit status of its process and the stream it left. Pure.

Neither is believed alone: a process may end early with status 0, and a test can write what it likes into the stream.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from integrity.model.outcome import Outcome
from integrity.planning import answers
from integrity.planning.stream import StreamSummary
from integrity.planning.witness import INTERNAL, MAX_WARNINGS, NO_TESTS, STOPPED, TESTS_FAILED, Case, Ending, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Ending", "StreamSummary", "Verdict", "verdict"]


def verdict(stream: StreamSummary, ending: Ending) -> Verdict:
    """The first row of the table below that holds."""
    case = Case(stream=stream, ending=ending)
    found = next(judge(case) for holds, judge in TABLE if holds(case))
    return replace(found, detail=ending.output_tail) if found.outcome is Outcome.ERROR else found


# Order bears load: each row may rely on all rows above it not holding.
TABLE: tuple[tuple[Callable[[Case], bool], Callable[[Case], Verdict]], ...] = (
    # the runner ended it
    (lambda case: case.ending.timed_out, answers.timeout),
    (lambda case: case.ending.interrupted, answers.interrupted),
    # pytest says that it could not do its work
    (lambda case: case.uncollected, answers.collect_errors),
    (lambda case: case.refused and case.conftest is not None, answers.conftest_error),
    (lambda case: case.refused, answers.config),
    (lambda case: bool(case.stream.internal_error) or (case.agreed and case.status == INTERNAL), answers.internal),
    # the two witnesses do not agree
    (lambda case: not case.stream.ended, answers.crash),
    (lambda case: case.malformed > 0, answers.malformed),
    (lambda case: not case.agreed, answers.disagreement),
    (lambda case: bool(case.unplanned), answers.forged),
    (lambda case: bool(case.stream.collect_errors), answers.uncollected_and_green),
    # the session ended, and its status is known
    (lambda case: case.failing > 0 and case.status in (TESTS_FAILED, STOPPED), answers.failed),
    (lambda case: case.failing > 0, answers.failed_and_not_said),
    (lambda case: bool(case.stream.hidden), answers.hidden),
    (lambda case: case.cut_short, answers.stopped),
    (lambda case: not case.stream.planned and not case.all_skipped, answers.no_tests),
    (lambda case: case.overridden, answers.overridden),
    (lambda case: case.all_skipped and not case.missing and case.status in (0, NO_TESTS), answers.skipped),
    (lambda case: case.status == MAX_WARNINGS and not case.missing, answers.too_many_warnings),
    (lambda case: case.status != 0, answers.red_without_cause),
    (lambda case: bool(case.missing), answers.unfinished),
    (lambda _: True, answers.passed),
)
