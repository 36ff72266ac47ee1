"""Runs the engine in front of nox: every signal that asks nox to stop is passed on, and the engine's end is awaited."""

from __future__ import annotations

import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_foreground(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> int:
    """The exit status of `command`, which has this process's terminal but a process group of its own for signals.

    Nox itself kills what it started after half a second; a run needs longer to end its units and write its reports.
    """
    process = subprocess.Popen(command, cwd=cwd, env=dict(environment), process_group=0)

    def forward(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            process.send_signal(number)

    before = {number: signal.signal(number, forward) for number in SIGNALS}
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
