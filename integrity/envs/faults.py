"""How a failure of uv or of a build backend becomes one unit's error: a sentence, a hint, and the output as detail."""

from __future__ import annotations

import errno
import os
import re
import traceback
from typing import TYPE_CHECKING

from integrity.errors import UnitFault
from integrity.model.outcome import ErrorKind, UnitError
from integrity.model.secret import MASK

if TYPE_CHECKING:
    from integrity.system.process import Completed

_NOISE = re.compile(r"^[^\w`'\"<(/]+")  # the frame that uv draws around its reasons
_LONGEST = 300
_CREDENTIALS = re.compile(r"(?<=://)(?!git@)[^\s/'\"]+@")
_CAUSE = re.compile(
    r"^\s*(?:[\w.]*(?:Error|Exception)|fatal|error): (?!subprocess-exited|metadata-generation)\S.*", re.MULTILINE
)
_HINTS = (
    (r"(?i)no space left on device", "The disk is full. `integrity clean` removes what this tool keeps."),
    (r"(?i)network (was|is) disabled|not found in the cache", "uv is offline (UV_OFFLINE, or `offline` in its settings), and its cache lacks this: run once with the network."),
    (r"(?i)setuptools[-_]scm|versioningit|hatch[-_]vcs|vcs_versioning", "Its version comes from git tags: fetch them with `git fetch --tags --unshallow`."),
    (r"(?i)Multiple top-level (packages|modules)", "Name its packages in [tool.setuptools], or say `package = false` in [tool.uv]."),
    (r"Git operation failed", "uv can't get that git repository: check its URL, the network, and git's credentials."),
    (r"(?i)no solution found|unsatisfiable", "The requirements exclude each other. Loosen one of those that the detail names."),
    (r"(?i)dns error|error sending request|connection refused|timed out|failed to fetch|network", "Check the network and the index settings of uv."),
)  # fmt: skip


def env_fault(message: str, *, hint: str = "", detail: str = "", kind: ErrorKind = ErrorKind.ENV) -> UnitFault:
    """The error of a unit whose env can't be had. Credentials in URLs, which manifests and uv's own words may hold, are masked."""
    message, hint, detail = (_CREDENTIALS.sub(f"{MASK}@", text) for text in (message, hint, detail))
    return UnitFault(UnitError(kind=kind, message=message, hint=hint, detail=detail))


def failed(what: str, completed: Completed, *, hint: str = "") -> UnitFault:
    """`what` did not work: with the first line of uv's reason, the last cause, and a hint where the reason is a known one."""
    output = "\n".join(part.strip() for part in (completed.stderr, completed.stdout) if part.strip())
    return env_fault(f"{what}: {_reason(completed)}", hint=hint or _hint(output), detail=output)


def too_slow(what: str, timeout_s: float) -> UnitFault:
    """`what` was ended at its deadline."""
    return env_fault(
        f"{what} did not end within {timeout_s:g} s and was killed",
        hint="Look for a build hook that waits for something, or raise env-timeout.",
    )


def unforeseen(unit: str, problem: Exception) -> UnitFault:
    """What nobody thought of, as the trouble of the one unit whose env was being made."""
    if not isinstance(problem, OSError):
        return env_fault(
            f"making the env of {unit} failed: {type(problem).__name__}: {problem}",
            hint="This is a bug of integrity; please report it with the detail. Other units are not affected.",
            detail="".join(traceback.format_exception(problem)),
        )
    is_full = problem.errno in {errno.ENOSPC, errno.EDQUOT}
    what = "the disk is full" if is_full else os.strerror(problem.errno) if problem.errno else str(problem)
    return env_fault(
        f"{what}: {problem.filename or f'while the env of {unit} was made'}",
        hint="Free some space (`integrity clean`), then run it again."
        if is_full
        else "Check the permissions: `integrity doctor`.",
        detail=str(problem),
    )


def _reason(completed: Completed) -> str:
    if completed.status < 0:
        return f"ended by signal {-completed.status}"
    lines = [_NOISE.sub("", line).strip() for line in completed.stderr.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("warning:", "Using ", "Resolved ", "Building "))]
    causes = [match[0].strip() for match in _CAUSE.finditer(completed.stderr)]
    told = [lines[0], causes[-1]] if lines and causes and causes[-1] not in lines[0] else lines[:3]
    text = " ".join(told).removeprefix("error: ")
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text or f"exit status {completed.status}"


def _hint(output: str) -> str:
    return next((hint for pattern, hint in _HINTS if re.search(pattern, output)), "")
