"""How tests and units end (standard library only: discovery uses it before anything is installed)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a unit ended. Only `passed` is green (`skipped` too where the unit says `allow-skipped`)."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"
    LOST = "lost"


class TestOutcome(StrEnum):
    """How one test ended, in pytest's words; `error` is a failure in setup or teardown."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"


class ErrorKind(StrEnum):
    """Why a unit's outcome is `error`."""

    CONFIG = "config"
    ENV = "env"
    SERVICE = "service"
    COLLECT = "collect"
    TIMEOUT = "timeout"
    CRASH = "crash"
    NO_TESTS = "no-tests"
    MISSING = "missing"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitError:
    """What is wrong with a unit: one sentence, what to do, and the raw detail (a build's output, a traceback)."""

    kind: ErrorKind
    message: str
    hint: str = ""
    detail: str = ""
