"""Work that several units want and one does; and locks between runs that share a store."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from filelock import FileLock, Timeout

from integrity.envs.faults import env_fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
    from pathlib import Path

Value = TypeVar("Value")
_POLL_S = 0.05


class Once(Generic[Value]):
    """Makes each key's value once in a run. A failure goes to all who wait for it, and is forgotten then.

    Work that nobody waits for any more is cancelled, and the last to leave waits for its end; work that somebody waits
    for is not, whoever began it.
    """

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Value]] = {}
        self._waiting: dict[asyncio.Task[Value], int] = {}

    async def get(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """The value of `key`, made by `make` unless it was, or is being, made."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(make())
        elif task.done():
            return task.result()
        self._waiting[task] = self._waiting.get(task, 0) + 1
        try:
            return await asyncio.shield(task)
        finally:
            await self._leave(key, task)

    async def _leave(self, key: Hashable, task: asyncio.Task[Value]) -> None:
        self._waiting[task] -= 1
        if self._waiting[task] == 0:
            del self._waiting[task]
            task.cancel()  # does nothing to a task that is done
        useless = not task.done() or task.cancelled() or task.exception() is not None
        if useless and task not in self._waiting and self._tasks.get(key) is task:
            del self._tasks[key]
        if task not in self._waiting and not task.done():
            await asyncio.wait({task})


@asynccontextmanager
async def locked(path: Path, *, timeout_s: float) -> AsyncIterator[None]:
    """Hold the lock file `path` against other runs; who dies holding it lets go of it. The file itself stays.

    Raises UnitFault when another run holds it for longer than `timeout_s`.
    """
    lock = FileLock(path, thread_local=False)
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not try_acquire(lock):
        if asyncio.get_running_loop().time() > deadline:
            raise env_fault(f"another run holds {path} for more than {timeout_s:g} s", hint="Wait for it, or end it.")
        await asyncio.sleep(_POLL_S)  # a lock between processes can only be polled
    try:
        yield
    finally:
        lock.release()


def try_acquire(lock: FileLock) -> bool:
    """Take the lock if nobody has it, without waiting. Raises UnitFault where the file system has no locks."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except NotImplementedError:
        message = f"{lock.lock_file} can't be locked: its file system has no locks"
        raise env_fault(message, hint="Keep the repository on a local disk.") from None
    return True
