"""One pytest process from start to end: its output to a file, its stream followed, its deadline kept, nothing of it left."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from integrity.execute.output import OutputLog
from integrity.inside.wire import ATTEMPT_VARIABLE, STREAM_VARIABLE, Reader
from integrity.system.descendants import end_escaped
from integrity.system.process import Child, OutputPipe, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from integrity.execute.stop import Stop
    from integrity.model.secret import Masker

POLL_S = 0.2
SLICE_BYTES = 256 * 1024  # of the stream, before others get their turn
LAST_WORDS_BYTES = 8 * 1024 * 1024  # of the stream, when the attempt is to be stopped
LADDER = ((signal.SIGINT, 5.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What to run: `stream` is where its plugin writes, `mark` what tells its processes from all others."""

    command: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str]
    stream: Path
    output: Path
    masker: Masker
    mark: str
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """How it ended. `status` is negative for a signal; `output_tail` is masked; `escaped` counts what it left behind."""

    status: int
    timed_out: bool
    interrupted: bool
    malformed: int
    output_bytes: int
    output_tail: str
    escaped: int


class Listener(Protocol):
    """Who hears what a session's pytest tells."""

    def on_event(self, event: dict[str, Any]) -> None:
        """Take the next event of the stream."""

    def on_stopping(self) -> None:
        """Know that pytest didn't end by itself: what it tells from now on is about being stopped."""


async def run_session(session: Session, stop: Stop, listener: Listener) -> SessionEnd:
    """Run pytest to its end, its deadline or the run's stop. Raises OSError when the output can't be written."""
    log = OutputLog(session.output, session.masker)
    reader = Reader(str(session.stream))
    try:
        child, pipe = await _started(session, log)
        following = asyncio.create_task(_follow(reader, listener))

        def stopping() -> None:
            _drain(reader, listener, LAST_WORDS_BYTES)
            listener.on_stopping()

        try:
            status, timed_out, interrupted = await _ended(child, session.timeout_s, stop, stopping)
        finally:
            following.cancel()
            child.signal_group(signal.SIGKILL)
            escaped = len(end_escaped(session.mark))
            pipe.close()
        await _drain_to_end(reader, listener)
    finally:
        log.close()
        with suppress(OSError):
            session.stream.unlink(missing_ok=True)
    if log.problem is not None:
        raise log.problem
    return SessionEnd(
        status=status,
        timed_out=timed_out,
        interrupted=interrupted,
        malformed=reader.malformed,
        output_bytes=log.total_bytes,
        output_tail=log.tail(),
        escaped=escaped,
    )


async def _started(session: Session, log: OutputLog) -> tuple[Child, OutputPipe]:
    pipe = OutputPipe(log.write)
    own = {STREAM_VARIABLE: str(session.stream), ATTEMPT_VARIABLE: session.mark}
    try:
        child = await spawn(
            session.command,
            cwd=session.directory,
            environment={**session.environment, **own},
            stdout=pipe.writing,
            stderr=pipe.writing,
        )
    except BaseException:
        pipe.close()
        raise
    pipe.close_writing()
    return child, pipe


async def _ended(child: Child, timeout_s: float, stop: Stop, stopping: Callable[[], None]) -> tuple[int, bool, bool]:
    """Exit status, whether the deadline ended it, whether the run's stop did."""
    waiting = asyncio.create_task(child.wait())
    stopped = asyncio.create_task(stop.requested.wait())
    try:
        await asyncio.wait({waiting, stopped}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result(), False, False
        stopping()
        await _step_down(child, waiting, stop)
        return await waiting, not stopped.done(), stopped.done()
    finally:
        stopped.cancel()


async def _step_down(child: Child, waiting: asyncio.Task[int], stop: Stop) -> None:
    """INT, so that pytest can still say where it was; then TERM; then KILL, at once when the stop is forced."""
    forced = asyncio.create_task(stop.forced.wait())
    for number, grace_s in LADDER:
        child.signal_group(signal.SIGKILL if forced.done() else number)
        await asyncio.wait(
            {waiting, forced} if not forced.done() else {waiting}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED
        )
        if waiting.done():
            break
    forced.cancel()


async def _follow(reader: Reader, listener: Listener) -> None:
    while True:
        await asyncio.sleep(POLL_S)
        await _drain_to_end(reader, listener)


async def _drain_to_end(reader: Reader, listener: Listener) -> None:
    """Take the stream slice by slice: who writes faster than it is read must not hold up deadlines and other units."""
    while True:
        if not _drain(reader, listener, SLICE_BYTES):
            return
        await asyncio.sleep(0)


def _drain(reader: Reader, listener: Listener, most_bytes: int) -> bool:
    """Whether there was anything."""
    before = reader.offset
    for event in reader.read(most_bytes):
        listener.on_event(event)
    return reader.offset > before
