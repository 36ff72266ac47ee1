"""A server that runs as a child process, in a folder of its own: how it is started, whether it still runs, and its end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from integrity.backing.embedded.ending import record_of, remove_folder, start_of
from integrity.backing.server import LOG_BYTES
from integrity.system.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from integrity.backing.embedded.account import ServerUser
    from integrity.backing.server import Account, Description, Endpoint, Spec

_POLL_S = 0.005
_LAST_WAIT_S = 5.0
_LINE_LENGTH = 300
_TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """All that a server process is started with. `log` is appended to."""

    command: Sequence[str | Path]
    folder: Path
    log: Path
    environment: Mapping[str, str] = field(repr=False)
    user: ServerUser


def launched(launch: Launch, tell: Callable[[int, Path], None]) -> subprocess.Popen[bytes]:
    """The process, noted beside its folder, and told to who ends it should the run be killed. Raises OSError."""
    with launch.log.open("ab") as log:
        process = subprocess.Popen(
            launch.command,
            cwd=launch.folder,
            env=dict(launch.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **launch.user.rights,
        )
    noted = {"pid": process.pid, "start": start_of(process.pid)}
    with suppress(OSError):  # the disk may be full; the mark tells as well
        record_of(launch.folder).write_text(json.dumps(noted), encoding="utf-8")
    try:
        tell(process.pid, launch.folder)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


class ReservedPort:
    """A free port of loopback, held until a server listens on it: no one else is given it meanwhile.

    Linux lets a second socket bind it while neither listens and both say SO_REUSEADDR, as every server does.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((LOOPBACK, 0))
        self.number: int = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


@dataclass(slots=True, kw_only=True)
class EmbeddedServer:
    """The `Server` of this provider; `admin` changes once, when PostgreSQL gets the password of this run.

    `steps` are the signals, and the patience after each, before it is killed: none where it has nothing to put in order.
    """

    spec: Spec
    endpoint: Endpoint
    admin: Account
    description: Description
    process: subprocess.Popen[bytes] = field(repr=False)
    folder: Path
    log_file: Path
    mark: str
    started: str
    steps: Sequence[tuple[signal.Signals, float]] = ()
    _ending: asyncio.Task[None] | None = field(default=None, init=False, repr=False)

    async def failure(self) -> str:
        """How it ended, with the last line of its log; empty while it runs."""
        status = self.process.poll()
        if status is None:
            return ""
        how = f"exited with code {status}" if status >= 0 else f"was ended by {_signal_name(-status)}"
        return f"{how}; its log ends: {line}" if (line := self._last_line()) else how

    async def run(self, command: tuple[str, ...]) -> tuple[int, str]:
        """There is no container to run it in."""
        return 127, f"{command[0]} can't be run: an embedded server has no container"

    async def health(self) -> str:
        """There is no image that could have a health check."""
        return ""

    def log_position(self) -> int:
        """The size of its log."""
        try:
            return self.log_file.stat().st_size
        except OSError:
            return 0

    async def log(self, since: int = 0) -> bytes:
        """What it logged since then, at most the last 10 MiB."""
        try:
            with self.log_file.open("rb") as stream:
                stream.seek(max(since, self.log_position() - LOG_BYTES))
                return stream.read(LOG_BYTES)
        except OSError:
            return b""

    async def stop(self) -> None:
        """Ask it, then kill it, and remove its folder; cancelled or not, it is gone afterwards."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._stop())
        await asyncio.shield(self._ending)

    def end_now(self) -> None:
        """Kill it and remove its folder without waiting for anybody; for a start that is given up."""
        if self.process.poll() is None:
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_LAST_WAIT_S)
        remove_folder(self.folder)

    def keepsake(self) -> Mapping[str, str]:
        """What `end_kept` needs."""
        return {
            "pid": str(self.process.pid),
            "start": self.started,
            "folder": str(self.folder),
            "mark": self.mark,
        }

    async def _stop(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            for number, grace_s in self.steps:
                if self.process.poll() is not None:
                    break
                self.process.send_signal(number)
                deadline = loop.time() + grace_s
                while self.process.poll() is None and loop.time() < deadline:  # noqa: ASYNC110 - an exit is no event here
                    await asyncio.sleep(_POLL_S)
        finally:
            self.end_now()

    def _last_line(self) -> str:
        try:
            with self.log_file.open("rb") as stream:
                stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL_BYTES))
                lines = stream.read().decode(errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip()[:_LINE_LENGTH] for line in reversed(lines) if line.strip()), "")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
