"""The one exception tree. Only `cli.py` turns an error into text and an exit code.

IntegrityError                 code, message, hint; exit code 3
├── UsageError                 a wrong argument or selector; exit code 2
│   └── ConfigError            a wrong key, type or path in the root's configuration; exit code 2
├── NothingSelectedError       the choice is empty; exit code 5
└── UnitFault                  what is wrong with one unit; becomes its outcome, never leaves the scheduler
"""

from __future__ import annotations

import difflib
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integrity.model.outcome import UnitError


class ExitCode(IntEnum):
    """What the process `integrity` ends with. Where several hold: 4 > 3 > 1."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    ERROR = 3
    BUG = 4
    NOTHING_SELECTED = 5
    INTERRUPTED = 130


class IntegrityError(Exception):
    """An error that a person can mend: what happened and where, and one command or edit that helps."""

    code = "error"
    exit_code = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(IntegrityError):
    """A wrong argument, selector or flag."""

    code = "usage"
    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """A wrong key, type or path in the root's configuration; the message starts with file:line."""

    code = "config"


class NothingSelectedError(IntegrityError):
    """Nothing was left to run, which is never green."""

    code = "nothing-selected"
    exit_code = ExitCode.NOTHING_SELECTED


class UnitFault(IntegrityError):  # noqa: N818 - it is a carrier of a UnitError, and reads so where it is caught
    """Carries what is wrong with one unit up to the attempt that makes it the unit's outcome."""

    code = "unit"

    def __init__(self, error: UnitError) -> None:
        super().__init__(error.message, hint=error.hint)
        self.error = error


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like `word`, as ` Did you mean 'x'?`, or the empty string when none is near."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean {matches[0]!r}?" if matches else ""
