"""Signals that ask for a stop, and when they are heard."""

import os
import signal

import pytest

from integrity.execute.stop import SIGNALS, without_interruption


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_signal_waits_until_the_block_is_through(number):
    """What is written in the block is written whole, and the signal is not lost."""
    heard = []
    before = signal.signal(number, lambda *_: heard.append(len(heard)))
    try:
        with without_interruption():
            os.kill(os.getpid(), number)
            within = list(heard)
    finally:
        signal.signal(number, before)

    assert (within, heard) == ([], [0])
