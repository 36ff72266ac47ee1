"""What goes wrong around a unit's tests, as its verdict."""

from __future__ import annotations

import errno
import os
import traceback
from typing import TYPE_CHECKING

from integrity.model.outcome import ErrorKind, Outcome, UnitError
from integrity.model.secret import without_passwords
from integrity.planning.verdict import Verdict

if TYPE_CHECKING:
    from integrity.model.secret import Masker


def faulted(error: UnitError, masker: Masker | None = None) -> Verdict:
    """The verdict of a unit that could not be tried."""
    text = masker.text if masker is not None else str
    return Verdict(
        outcome=Outcome.ERROR,
        error_kind=error.kind,
        message=without_passwords(text(error.message)),
        hint=without_passwords(text(error.hint)),
        detail=without_passwords(text(error.detail)),
    )


def not_started(reason: str) -> Verdict:
    """The verdict of a unit whose tests were kept from starting."""
    return Verdict(outcome=Outcome.INTERRUPTED, message=f"not started: {reason}")


def system_error(problem: OSError) -> UnitError:
    """A full disk or a missing permission, met on the tool's own files, as this unit's error."""
    full = problem.errno in {errno.ENOSPC, errno.EDQUOT}
    return UnitError(
        kind=ErrorKind.ENV,
        message=f"{'the disk is full' if full else os.strerror(problem.errno or 0)}: {problem.filename or 'while writing results'}",
        hint="Free some space (`integrity clean`), then run it again."
        if full
        else "Check the permissions: `integrity doctor`.",
        detail=str(problem),
    )


def own_fault(bug: Exception) -> UnitError:
    """A bug of this tool, met while it tried a unit."""
    return UnitError(
        kind=ErrorKind.CRASH,
        message=f"integrity itself failed on this unit: {type(bug).__name__}: {bug}",
        hint="This is a bug of integrity; please report it with the detail.",
        detail="".join(traceback.format_exception(bug)),
    )
