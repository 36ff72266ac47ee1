"""Calls of blocking libraries from the event loop: in threads that can't hold up the end of the process."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


async def in_thread(work: Callable[[], Value]) -> Value:
    """What `work` returns or raises. When the caller is cancelled it goes on unheard; nothing waits for it at the end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Value] = loop.create_future()

    def deliver(set_outcome: Callable[[], None]) -> None:
        if not future.done():
            set_outcome()

    def call(set_outcome: Callable[[], None]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, set_outcome)

    def target() -> None:
        try:
            value = work()
        except BaseException as problem:  # noqa: BLE001 - raised again where it is awaited
            call(lambda problem=problem: future.set_exception(problem))  # type: ignore[misc]
        else:
            call(lambda: future.set_result(value))

    threading.Thread(target=target, daemon=True, name="backing").start()
    return await future
