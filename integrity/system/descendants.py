"""Finds and ends processes that got away from an attempt (Linux; elsewhere the process group is all there is).

The run is a child subreaper: what a test detached becomes the run's own child as soon as its parent is gone. Every
process of an attempt carries a mark in its environment, so that it can be told whose it is.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.inside.wire import ATTEMPT_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

PR_SET_CHILD_SUBREAPER = 36
PATIENCE_S = 2.0


def become_subreaper() -> bool:
    """Make orphaned descendants children of this process; False where the system can't."""
    if sys.platform != "linux":
        return False
    status: int = ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return status == 0


def end_escaped(mark: str, spared: Iterable[int] = ()) -> list[int]:
    """Kill and reap every child of this process whose mark starts with `mark`, and whatever then becomes one.

    Returns the ids of the processes that were killed. `mark` is `<run>/…`: of an attempt, or of the whole run.
    """
    needle = f"{ATTEMPT_VARIABLE}={mark}".encode()
    killed: list[int] = []
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        escaped = [pid for pid in children() if pid not in spared and _is_marked(pid, needle)]
        if not escaped:
            break
        for pid in escaped:
            _end(pid)
        killed += escaped
    return killed


def end_adopted(known: Iterable[int]) -> list[int]:
    """Kill and reap every child of this process that is not `known`; returns their ids.

    What a test detached without its mark (an environment of its own, a server that writes over it) can be told apart
    only once nothing else runs.
    """
    spared = set(known)
    killed: list[int] = []
    deadline = time.monotonic() + PATIENCE_S
    while (adopted := [pid for pid in children() if pid not in spared]) and time.monotonic() < deadline:
        for pid in adopted:
            _end(pid)
        killed += adopted
    return killed


def children() -> list[int]:
    """The ids of this process's own children, zombies among them; empty where the system can't tell."""
    me = os.getpid()
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{me}/task").iterdir():
            found += map(int, (task / "children").read_bytes().split())
    return found


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _is_marked(pid: int, needle: bytes) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return any(entry.startswith(needle) for entry in environment.split(b"\0"))
