"""The machine in one line, without which no second means anything."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from functools import cache
from pathlib import Path

from benchmarks.home import TOOLS, peer_python

MODEL = r"model name\s*:\s*(.+)"
MEMORY = r"MemTotal:\s+(\d+)"


@cache
def description() -> str:
    """Cores that may be used, CPU model, memory, kernel, Python, uv."""
    return " · ".join(
        (
            f"{len(os.sched_getaffinity(0))} cores",
            _first(MODEL, "/proc/cpuinfo") or platform.machine(),
            f"{int(_first(MEMORY, '/proc/meminfo') or 0) / 2**20:.0f} GiB",
            f"{platform.system()} {platform.release()}",
            _answer(peer_python(), "--version"),
            _answer(TOOLS / "bin" / "uv", "--version"),
        )
    )


def _first(pattern: str, path: str) -> str:
    found = re.search(pattern, Path(path).read_text())
    return found[1] if found else ""


def _answer(program: Path, argument: str) -> str:
    return subprocess.run([program, argument], check=True, capture_output=True, text=True).stdout.strip()
