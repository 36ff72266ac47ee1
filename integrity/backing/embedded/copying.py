"""Copies folders, fast and to their end: who is cancelled meanwhile waits until no file is being written any more."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from integrity.backing.embedded.account import ServerUser
from integrity.backing.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Value = TypeVar("Value")
_PRIVATE, _PRIVATE_FILE, _READABLE = 0o700, 0o600, 0o755


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied: files and folders, and the files' bytes."""

    entries: int
    size_bytes: int


async def to_the_end(work: Callable[[], Value]) -> Value:
    """What `work` returns, done in a thread; cancellation is passed on once the thread is done."""
    task = asyncio.ensure_future(in_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        task.exception()
        raise


def copy_private(source: Path, destination: Path, user: ServerUser | None = None) -> Copied:
    """Copy a folder to a new one that only `user` (else the caller) can read. Raises OSError, which names a file or folder."""
    try:
        return _copy_folder(source, destination, user or ServerUser(), _PRIVATE)
    except OSError as problem:
        problem.filename = problem.filename or str(destination)
        raise


def copy_readable(source: Path, destination: Path) -> None:
    """Copy a file or a folder so that everybody can read and run it; links within become what they lead to."""
    if source.is_dir():
        _copy_folder(source, destination, ServerUser(), _READABLE)
    else:
        _copy_file(source, destination, ServerUser(), _READABLE)


def _copy_folder(source: Path, destination: Path, user: ServerUser, mode: int) -> Copied:
    destination.mkdir(mode=_PRIVATE)
    entries = size_bytes = 0
    file_mode = _PRIVATE_FILE if mode == _PRIVATE else mode
    with os.scandir(source) as found:
        for each in found:
            entries += 1
            target = destination / each.name
            if each.is_dir():
                inner = _copy_folder(source / each.name, target, user, mode)
                entries += inner.entries
                size_bytes += inner.size_bytes
            else:
                size_bytes += _copy_file(source / each.name, target, user, file_mode)
    destination.chmod(mode)
    user.take(destination)  # only now that nothing more is written through it: its owner could put links there
    return Copied(entries=entries, size_bytes=size_bytes)


def _copy_file(source: Path, destination: Path, user: ServerUser, mode: int) -> int:
    """Its size in bytes. The kernel copies; no byte passes through this process."""
    reading = os.open(source, os.O_RDONLY)
    try:
        writing = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            size = 0
            while sent := os.sendfile(writing, reading, None, 1 << 30):
                size += sent
            os.fchmod(writing, mode)
            user.take(writing)
        finally:
            os.close(writing)
    finally:
        os.close(reading)
    return size
