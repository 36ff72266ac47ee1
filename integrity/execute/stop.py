"""Turns signals into a wish to stop: the first asks for a graceful end with reports, the second ends at once."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
IMPATIENT = 3


class Stop:
    """`requested` after the first signal, `forced` after the second; `closed` says why nothing more may start.

    `on_ask` is told of each signal, and whether it forces.
    """

    def __init__(self, on_ask: Callable[[bool], object]) -> None:
        self.requested = asyncio.Event()
        self.forced = asyncio.Event()
        self.closed: str | None = None
        self._on_ask = on_ask

    def ask(self) -> None:
        """Ask once to stop gracefully, twice to stop now."""
        if self.requested.is_set():
            self.forced.set()
        self.close("the run was stopped")
        self.requested.set()
        self._on_ask(self.forced.is_set())

    def close(self, reason: str) -> None:
        """Let what runs go on, and nothing more start."""
        self.closed = self.closed or reason


@contextmanager
def interruptible() -> Iterator[None]:
    """Have Ctrl-C raise KeyboardInterrupt for the length of the block, also where it is ignored by inheritance."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Signals:
    """INT, TERM and HUP from before a run starts until its reports are written: none of them ends the process meanwhile.

    Who listens is told of each, also of what came before; what comes when nobody listens any more is raised at the end.
    """

    def __init__(self) -> None:
        self.heard = False  # whether one came; a stop that was only asked for is none
        self._asked = False
        self._asking = threading.Lock()  # never taken by the handler of signals
        self._waiting: list[int] = []
        self._tell: Callable[[], object] | None = None

    def ask(self) -> None:
        """Ask the run to stop as a first signal does, once, and from any thread."""
        with self._asking, suppress(RuntimeError):  # raised where the run's loop ends just now
            if self._tell is not None and not self._asked:
                self._tell()
            self._asked = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take them for the length of the block, also where they are ignored by inheritance."""
        before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            for late in dict.fromkeys(self._waiting):
                signal.raise_signal(late)

    @contextmanager
    def told_to(self, listener: Callable[[], object]) -> Iterator[None]:
        """Have `listener` called in the running loop, once for each signal, for the length of the block."""
        loop = asyncio.get_running_loop()
        with self._asking:
            self._tell = lambda: loop.call_soon_threadsafe(listener)
            if self._asked:
                listener()
        while self._waiting:
            self._waiting.pop()
            listener()
        try:
            yield
        finally:
            self._tell = None

    def _hear(self, number: int, _frame: object) -> None:
        self.heard = True
        if self._tell is not None:
            self._tell()
            return
        self._waiting.append(number)
        if len(self._waiting) >= IMPATIENT:  # who asks so often doesn't want to wait any more
            raise KeyboardInterrupt
