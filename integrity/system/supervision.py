"""The run's side of its supervisor: starts it, and tells it what there is to remove should the run be killed."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.system import supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Supervision:
    """What a run tells its supervisor; safe from any thread (one line, one write)."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def remove_folder(self, folder: Path) -> None:
        """Have this folder removed, once no process of the run is left."""
        self._tell({"folder": str(folder)})

    def ask_to_quit(self, pid: int) -> None:
        """Have this process asked to quit before all are killed."""
        self._tell({"quit": pid})

    def run_command(self, command: Sequence[str]) -> None:
        """Have this command run, in the environment of the run's caller."""
        self._tell({"command": list(command)})

    def spare_segments(self, identities: Sequence[str]) -> None:
        """Have these segments of shared memory left alone, whatever the numbers of their makers are by now."""
        self._tell({"segments": list(identities)})

    def _tell(self, task: dict[str, object]) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(json.dumps(task).encode() + b"\n")

    def done(self) -> None:
        """Say that the run ended by itself, and wait for the supervisor's end."""
        self._tell({"done": True})
        with suppress(BrokenPipeError):
            self._process.communicate()


@contextmanager
def supervised(run_id: str) -> Iterator[Supervision]:
    """A supervisor for the length of the block."""
    command = [sys.executable, "-I", "-S", str(Path(supervisor.__file__)), f"{ATTEMPT_VARIABLE}={run_id}"]
    before = tuple(supervisor.segments())
    process = subprocess.Popen(
        command,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    supervision = Supervision(process)
    supervision.spare_segments(before)
    try:
        yield supervision
    finally:
        supervision.done()
