"""Runs a small unit in a pytest of its own, and reads the stream that it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrity.inside.wire import STREAM_VARIABLE, Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What a run left: the process's status, its output, and the events in their order."""

    status: int
    output: str
    events: list[dict[str, Any]]
    malformed: int

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["e"] == kind]

    def one(self, kind: str) -> dict[str, Any]:
        (event,) = self.of(kind)
        return event

    @property
    def kinds(self) -> list[str]:
        return [event["e"] for event in self.events]

    @property
    def planned(self) -> list[str]:
        return [name for event in self.of("planned") for name in event["ids"]]

    @property
    def ends(self) -> dict[str, dict[str, Any]]:
        """The last end of each test by the last part of its id."""
        return {event["id"].rpartition("::")[2]: event for event in self.of("test-end")}


def record(
    folder: Path,
    files: Mapping[str, str],
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    python: str = sys.executable,
    package: Path = ROOT,
) -> Recording:
    """Write `files` into `folder` and run pytest there with the plugin of `package`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    stream = folder.parent / f"{folder.name}.jsonl"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
    own = {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", STREAM_VARIABLE: str(stream)}
    done = subprocess.run(
        [python, "-m", "pytest", "-p", "integrity.inside.plugin", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**inherited, **own, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=100,
    )
    reader = Reader(str(stream))
    events = list(reader.read())
    output = done.stdout.decode(errors="replace")
    return Recording(status=done.returncode, output=output, events=events, malformed=reader.malformed)
