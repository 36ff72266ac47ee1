"""Turns signals into a wish to stop: the first asks for a graceful end with reports, the second ends at once."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
    def on_signals(self) -> Iterator[None]:
        """Listen to INT, TERM and HUP for the length of the block, also where they are ignored by inheritance."""
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in SIGNALS}
        for number in SIGNALS:
            loop.add_signal_handler(number, self.ask)
        try:
            yield
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)


@contextmanager
def without_interruption() -> Iterator[None]:
    """Let INT, TERM and HUP wait until the block is through: reports are written whole, also when the stop comes late."""
    heard: list[int] = []
    before = {number: signal.signal(number, lambda number, _frame: heard.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in dict.fromkeys(heard):
            signal.raise_signal(late)
