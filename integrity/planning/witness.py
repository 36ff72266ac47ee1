"""The two witnesses of an attempt, how its process ended and what its stream says, and what follows from both. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from integrity.model.outcome import ErrorKind, Outcome, TestOutcome

if TYPE_CHECKING:
    from integrity.planning.stream import StreamSummary

FAILING = frozenset({TestOutcome.FAILED, TestOutcome.ERROR})
TESTS_FAILED, STOPPED, INTERNAL, USAGE, NO_TESTS, MAX_WARNINGS = 1, 2, 3, 4, 5, 6  # pytest's exit statuses
_CONFTEST = re.compile(r"while loading conftest '(?P<path>[^'\n]+)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the process ended.

    `status` is negative for a signal, None when it is not known. `malformed` counts lines of the stream that were no
    event. `output_tail` is the end of what it printed.
    """

    status: int | None
    timed_out: bool = False
    interrupted: bool = False
    malformed: int = 0
    output_tail: str = ""
    allow_skipped: bool = False
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An attempt's outcome and why. Green are `passed`, and `skipped` where it is `allowed` by the configuration.

    `detail` is raw text to read beside an error: the end of the output, a build's output.
    """

    outcome: Outcome
    error_kind: ErrorKind | None = None
    message: str = ""
    hint: str = ""
    detail: str = ""
    running: str | None = None
    allowed: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """The two witnesses, and what follows from them."""

    stream: StreamSummary
    ending: Ending

    @property
    def status(self) -> int | None:
        """The process's exit status."""
        return self.ending.status

    @property
    def agreed(self) -> bool:
        """Whether session and process ended with the same status."""
        return self.stream.exit == self.ending.status

    @cached_property
    def failing(self) -> int:
        """Tests that failed."""
        return sum(outcome in FAILING for outcome in self.stream.results.values())

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Planned tests without a result, in their order."""
        return tuple(test for test in self.stream.planned if test not in self.stream.results)

    @cached_property
    def unplanned(self) -> tuple[str, ...]:
        """Tests with a result that pytest never announced."""
        return tuple(self.stream.results.keys() - set(self.stream.planned))

    @property
    def malformed(self) -> int:
        """Lines and events that pytest's plugin did not write."""
        return self.stream.malformed + self.ending.malformed

    @property
    def conftest(self) -> re.Match[str] | None:
        """Pytest's own words for a conftest that failed at import."""
        return _CONFTEST.search(self.ending.output_tail)

    @property
    def refused(self) -> bool:
        """Whether pytest refused its options or configuration before any test began."""
        return self.status == USAGE and not self.stream.results and self.stream.running is None

    @property
    def uncollected(self) -> bool:
        """Whether files could not be collected, and the process says so too."""
        said = self.stream.ended or self.status in (STOPPED, USAGE)
        return bool(self.stream.collect_errors) and said and self.status is not None and self.status > 0

    @property
    def cut_short(self) -> bool:
        """Whether the tests stopped pytest before it had run them all, or with a status that says so."""
        return bool(self.stream.stopped) and (self.status != 0 or bool(self.missing) or not self.stream.planned)

    @property
    def overridden(self) -> bool:
        """Whether a plugin made status 0 of another that pytest had reached."""
        return self.status == 0 and self.stream.decided not in (None, 0, NO_TESTS)

    @property
    def all_skipped(self) -> bool:
        """Whether no test did anything, be it that whole modules skipped themselves."""
        if not self.stream.planned:
            return bool(self.stream.skip_reasons) and not self.stream.deselected
        return all(outcome is TestOutcome.SKIPPED for outcome in self.stream.results.values())
