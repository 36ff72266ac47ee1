"""Child processes: each has its own session and process group, a deadline, no stdin, and never outlives its scope."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

READ_BYTES = 256 * 1024
LAST_READS = 8  # more than a pipe holds
CAPTURE_LIMIT_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a captured command ended; a negative `status` is the signal that ended it."""

    status: int
    stdout: str
    stderr: str


class Child:
    """A running child, the leader of its own process group."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    async def wait(self) -> int:
        """The exit status; negative: the signal that ended it."""
        return await self._process.wait()

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the child and to everything that stayed in its group; a group that is gone is fine."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


async def spawn(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
) -> Child:
    """Start `command` in a session of its own, with nothing to read on stdin."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    return Child(process)


async def capture(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], timeout_s: float) -> Completed:
    """Run `command` to its end and return what it printed (the last 8 MiB of each stream).

    Output goes through files, so that a daemon which keeps a stream open can't hold the caller. Raises TimeoutError
    after `timeout_s`. The whole group is killed then, on cancellation, and when the command leaves something behind.
    """
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = await spawn(command, cwd=cwd, environment=environment, stdout=stdout, stderr=stderr)
        try:
            async with asyncio.timeout(timeout_s):
                status = await child.wait()
        finally:
            child.signal_group(signal.SIGKILL)
            await asyncio.shield(child.wait())
        return Completed(status=status, stdout=_tail(stdout), stderr=_tail(stderr))


def answer_of(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], timeout_s: float
) -> Completed | None:
    """`capture` for callers outside of an event loop; None when the command can't be started or takes too long."""
    try:
        return asyncio.run(capture(command, cwd=cwd, environment=environment, timeout_s=timeout_s))
    except (OSError, TimeoutError):
        return None


def _tail(stream: IO[bytes]) -> str:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - CAPTURE_LIMIT_BYTES))
    return stream.read().decode("utf-8", "backslashreplace")


class OutputPipe:
    """Brings a child's output to `sink` as it comes, without ever blocking the loop or waiting for an end of file."""

    def __init__(self, sink: Callable[[bytes], None]) -> None:
        self._sink = sink
        self._reading, self.writing = os.pipe()
        os.set_blocking(self._reading, False)
        asyncio.get_running_loop().add_reader(self._reading, self._read_once)

    def close_writing(self) -> None:
        """Give up this side's writing end, once the child has its own."""
        if self.writing >= 0:
            os.close(self.writing)
            self.writing = -1

    def close(self) -> None:
        """Take what is still in the pipe, then let go of it; whoever still writes, however fast, gets SIGPIPE."""
        self.close_writing()
        asyncio.get_running_loop().remove_reader(self._reading)
        for _ in range(LAST_READS):
            if not self._read_once():
                break
        os.close(self._reading)

    def _read_once(self) -> bool:
        try:
            data = os.read(self._reading, READ_BYTES)
        except BlockingIOError:
            return False
        if data:
            self._sink(data)
        else:
            asyncio.get_running_loop().remove_reader(self._reading)
        return bool(data)
