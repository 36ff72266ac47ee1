"""Work that several want is done once, and outlives whoever began it while somebody waits."""

from __future__ import annotations

import asyncio

import pytest

from integrity.envs.once import Once, locked
from integrity.errors import UnitFault


class Work:
    """A value that is ready when the test says so."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.ready = asyncio.Event()

    async def make(self) -> int:
        self.begun += 1
        try:
            await self.ready.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return 7


async def begun(*waiting) -> list[asyncio.Task]:
    tasks = [asyncio.create_task(one) for one in waiting]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


def test_all_who_wait_get_the_one_value():
    """Two who ask at once and one who asks later: made once."""

    async def scene():
        once, work = Once(), Work()
        tasks = await begun(once.get("k", work.make), once.get("k", work.make))
        work.ready.set()
        return [*await asyncio.gather(*tasks), await once.get("k", work.make), work.begun]

    assert asyncio.run(scene()) == [7, 7, 7, 1]


def test_cancelled_beginner_does_not_take_the_work_along():
    """Who began it may go while another waits."""

    async def scene():
        once, work = Once(), Work()
        first, second = await begun(once.get("k", work.make), once.get("k", work.make))
        first.cancel()
        await asyncio.sleep(0)
        work.ready.set()
        return await second, work.begun, work.cancelled

    assert asyncio.run(scene()) == (7, 1, 0)


def test_work_that_nobody_waits_for_ends():
    """The last one who goes cancels it; who asks then begins anew."""

    async def scene():
        once, work = Once(), Work()
        (only,) = await begun(once.get("k", work.make))
        only.cancel()
        await asyncio.wait([only])
        work.ready.set()
        return await once.get("k", work.make), work.begun, work.cancelled

    assert asyncio.run(scene()) == (7, 2, 1)


def test_failure_is_told_to_all_and_forgotten():
    """A retry may succeed where the first try failed."""

    async def scene():
        once: Once[int] = Once()
        answers = iter([ValueError("no"), 7])

        async def make():
            await asyncio.sleep(0)
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        failures = await asyncio.gather(once.get("k", make), once.get("k", make), return_exceptions=True)
        return [str(failure) for failure in failures], await once.get("k", make)

    assert asyncio.run(scene()) == (["no", "no"], 7)


def test_lock_is_waited_for_no_longer_than_allowed(tmp_path):
    """A lock that another holds is an error in the end, not a hang."""

    async def scene():
        async with locked(tmp_path / "a.lock", timeout_s=1), locked(tmp_path / "a.lock", timeout_s=0.1):
            pass

    with pytest.raises(UnitFault, match=r"another run holds .*a\.lock"):
        asyncio.run(scene())


def test_lock_is_let_go_of(tmp_path):
    """Also when the block fails."""

    async def scene():
        try:
            async with locked(tmp_path / "a.lock", timeout_s=1):
                raise KeyError  # noqa: TRY301 - a block that fails
        except KeyError:
            pass
        async with locked(tmp_path / "a.lock", timeout_s=0):
            return True

    assert asyncio.run(scene())
