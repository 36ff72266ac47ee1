"""Signals become a wish to stop: graceful first, at once when repeated, and later while reports are written."""

import asyncio
import os
import signal

import pytest

from integrity.execute.stop import SIGNALS, Signals, Stop


def test_first_ask_is_graceful_and_the_second_forces():
    """Asked once, what runs may end by itself; asked twice, it is killed."""
    told = []
    stop = Stop(told.append)

    stop.ask()
    after_first = (stop.requested.is_set(), stop.forced.is_set())
    stop.ask()

    assert after_first == (True, False)
    assert stop.forced.is_set()
    assert told == [False, True]


def test_first_reason_for_starting_nothing_is_kept():
    """A unit says why it really wasn't started, not what came later."""
    stop = Stop(lambda _forced: None)

    stop.close("an earlier unit was not green, and --fail-fast is on")
    stop.ask()

    assert stop.closed == "an earlier unit was not green, and --fail-fast is on"


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_signals_are_heard_inside_the_block_and_restored_after_it(number):
    """Each signal asks once, and the process's own handlers are back when the run is over."""
    before = signal.getsignal(number)
    signals, stop = Signals(), Stop(lambda _forced: None)

    async def main() -> bool:
        with signals.told_to(stop.ask):
            os.kill(os.getpid(), number)
            async with asyncio.timeout(5):
                await stop.requested.wait()
            return stop.forced.is_set()

    with signals.held():
        assert asyncio.run(main()) is False
    assert signal.getsignal(number) is before


def test_signals_that_came_before_are_told():
    """Who asks for the stop while the run only starts has asked for it."""
    signals, stop = Signals(), Stop(lambda _forced: None)

    async def main() -> bool:
        with signals.told_to(stop.ask):
            return stop.requested.is_set()

    with signals.held():
        os.kill(os.getpid(), signal.SIGINT)
        assert asyncio.run(main()) is True


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_signal_waits_until_the_block_is_through(number):
    """What is written in the block is written whole, and the signal is not lost."""
    heard = []
    before = signal.signal(number, lambda *_: heard.append(number))
    try:
        with Signals().held():
            os.kill(os.getpid(), number)
            within = list(heard)
    finally:
        signal.signal(number, before)

    assert (within, heard) == ([], [number])


def test_who_asks_three_times_waits_no_more():
    """A block that hangs can be left."""
    before = signal.signal(signal.SIGINT, lambda *_: None)

    def ask_three_times():
        with Signals().held():
            for _ in range(3):
                os.kill(os.getpid(), signal.SIGINT)

    try:
        with pytest.raises(KeyboardInterrupt):
            ask_three_times()
    finally:
        signal.signal(signal.SIGINT, before)


def test_run_can_be_asked_to_stop_from_another_thread():
    """However often it is asked, that is one graceful wish, and no signal was heard."""
    signals, stop = Signals(), Stop(lambda _forced: None)

    async def main() -> bool:
        with signals.told_to(stop.ask):
            for _ in range(3):
                await asyncio.to_thread(signals.ask)
            async with asyncio.timeout(5):
                await stop.requested.wait()
            return stop.forced.is_set()

    with signals.held():
        assert asyncio.run(main()) is False
    assert not signals.heard


def test_ask_that_came_before_or_after_is_no_signal():
    """Asked before the run listens, it is stopped; asked when it has ended, nothing is raised."""
    signals, stop = Signals(), Stop(lambda _forced: None)
    signals.ask()

    async def main() -> bool:
        with signals.told_to(stop.ask):
            return stop.requested.is_set()

    with signals.held():
        assert asyncio.run(main()) is True
        signals.ask()


def test_heard_tells_a_signal_from_an_ask():
    """Who asked knows whether somebody else wants more than that."""
    signals, stop = Signals(), Stop(lambda _forced: None)

    async def main() -> None:
        with signals.told_to(stop.ask):
            os.kill(os.getpid(), signal.SIGINT)
            async with asyncio.timeout(5):
                await stop.requested.wait()

    with signals.held():
        asyncio.run(main())
    assert signals.heard
