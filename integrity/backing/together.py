"""Several things at once, of which either all come to be or none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable


async def together(*works: Awaitable[Any]) -> list[Any]:
    """The results of all; at the first failure, or when cancelled, the others are cancelled, once, and waited for.

    `asyncio.gather` passes a cancellation on and does not wait; what is cancelled a second time then can't clean up.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    failures = [task.exception() for task in tasks if not task.cancelled()]
    if failure := next(filter(None, failures), None):
        raise failure
    return [task.result() for task in tasks]
