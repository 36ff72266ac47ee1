"""One process measured: wall time, CPU time of its whole tree, and its own peak memory."""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

INTERVAL_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """`cpu_s` counts every process that was waited for; `peak_mib` is of the first process alone (0 where unasked)."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    status: int


def measured(
    command: str, *, folder: Path, environment: Mapping[str, str], log: Path, with_memory: bool = False
) -> Measurement:
    """Run a line of bash to its end, its output in `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        peak_mib = _watch(process.pid) if with_memory else 0.0
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Measurement(
        wall_s=round(time.monotonic() - started, 3),
        cpu_s=round(usage.ru_utime + usage.ru_stime, 3),
        peak_mib=round(peak_mib, 1),
        status=process.returncode,
    )


def _watch(process_id: int) -> float:
    """The kernel's own record of the most memory the process had, read until the process has ended."""
    peak_kib = 0
    status = Path(f"/proc/{process_id}/status")
    while (found := re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)) is not None:
        peak_kib = max(peak_kib, int(found[1]))
        time.sleep(INTERVAL_S)
    return peak_kib / 1024
