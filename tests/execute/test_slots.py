"""Slots bound what runs at once and let the first of the plan go first."""

import asyncio

from integrity.execute.slots import Slots


def test_no_more_than_count_hold_a_slot():
    """With two slots, never are three blocks entered."""
    inside, peak = 0, 0

    async def work(slots: Slots) -> None:
        nonlocal inside, peak
        async with slots.take():
            inside += 1
            peak = max(peak, inside)
            await asyncio.sleep(0)
            inside -= 1

    async def main() -> None:
        slots = Slots(2)
        await asyncio.gather(*(work(slots) for _ in range(20)))

    asyncio.run(main())

    assert peak == 2


def test_lowest_priority_number_goes_first():
    """Whoever stands first in the plan gets the next free slot, whenever it came."""
    order = []

    async def work(slots: Slots, priority: int) -> None:
        async with slots.take(priority):
            order.append(priority)

    async def main() -> None:
        slots = Slots(1)
        async with slots.take():
            tasks = [asyncio.create_task(work(slots, priority)) for priority in (3, 1, 2)]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    asyncio.run(main())

    assert order == [1, 2, 3]


def test_cancelled_waiter_loses_no_slot():
    """A slot that was handed to a task which is cancelled in the same moment is handed on."""

    async def main() -> bool:
        slots = Slots(1)
        async with slots.take():
            waiting = asyncio.create_task(slots.take().__aenter__())
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(1), slots.take():
            return True

    assert asyncio.run(main())
