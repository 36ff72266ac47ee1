"""Several things at once: all, or none and the failure."""

import asyncio

import pytest

from integrity.backing.together import together


class Work:
    """Something that takes until it is cancelled, and a while to clean up then."""

    def __init__(self):
        self.cleaned = False

    async def do(self):
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(10):
                await asyncio.sleep(0)
            self.cleaned = True


async def failing():
    raise ValueError("the reason")


async def value(result):
    return result


def test_results_are_in_order():
    """All that was asked for comes back as it was asked; nothing asked is nothing."""

    async def main():
        return await together(value(1), value(2)), await together()

    assert asyncio.run(main()) == ([1, 2], [])


def test_first_failure_ends_the_others():
    """What fails is raised once the others have cleaned up."""
    first, second = Work(), Work()

    async def main():
        await together(first.do(), failing(), second.do())

    with pytest.raises(ValueError, match="the reason"):
        asyncio.run(main())
    assert (first.cleaned, second.cleaned) == (True, True)


def test_cancelled_ones_clean_up_to_their_end():
    """Each is cancelled once: also one that takes longer than another to clean up, and two within each other."""
    quick, slow = asyncio.Event(), Work()

    async def main():
        task = asyncio.create_task(together(quick.wait(), together(quick.wait(), slow.do())))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return slow.cleaned

    assert asyncio.run(main()) is True
