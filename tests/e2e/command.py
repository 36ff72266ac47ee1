"""Runs the real command over a monorepo, to its end or while a test does something to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT_S = 120
UNIT = '[project]\nname = "{name}"\nversion = "1.0"\nrequires-python = ">=3.11"\n[tool.uv]\npackage = false\n[tool.integrity]\n{table}\n'


def unit(name: str, test: str, table: str = "", **files: str) -> dict[str, str]:
    """The files of one service without third-party dependencies."""
    folder = f"services/{name}"
    named = {"pyproject.toml": UNIT.format(name=name, table=table), "test_integrity.py": test, **files}
    return {f"{folder}/{path}": text for path, text in named.items()}


def start(root: Path, *arguments: str, before: Sequence[str] = (), **environment: str) -> subprocess.Popen[bytes]:
    """The command, running, with `before` (which becomes the command) before it; its output is piped."""
    command = [*before, sys.executable, "-m", "integrity", *arguments]
    host = {name: value for name, value in os.environ.items() if not name.startswith(("INTEGRITY_", "GITHUB_"))}
    return subprocess.Popen(
        command,
        cwd=root,
        env=host | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return finished(start(root, *arguments, **environment))


def finished(process: subprocess.Popen[bytes]) -> subprocess.CompletedProcess[str]:
    """A running command, waited for."""
    try:
        stdout, stderr = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout.decode(), stderr.decode())


def report_of(root: Path, results: str = "integrity-results") -> dict[str, Any]:
    """The run's report."""
    return json.loads((root / results / "report.json").read_text())


def outcomes(root: Path, results: str = "integrity-results") -> dict[str, str]:
    """Unit name → outcome, with an error's kind behind a slash."""
    return {
        unit["name"]: "/".join(filter(None, [unit["outcome"], (unit["error"] or {}).get("kind")]))
        for unit in report_of(root, results)["units"]
    }


def marked_processes(needle: str) -> list[int]:
    """Processes whose environment holds this text."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and needle.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def wait_for(claim, seconds: float = 60) -> None:
    """Return as soon as the claim holds; fail when it doesn't in time."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
