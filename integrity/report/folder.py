"""The results folder: one process writes it at a time, and it is made anew for each run or merge."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import filelock

from integrity.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OURS = frozenset({".lock", ".reserve"})


@contextmanager
def emptied(results: Path) -> Iterator[None]:
    """Hold the folder, with nothing in it of what was there before.

    Raises UsageError where another process holds it, and for a folder that is something else: that is never emptied.
    """
    results.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(filelock.FileLock(results / ".lock", timeout=0))
        except filelock.Timeout:
            raise UsageError(
                f"another run is writing to {results}",
                hint="Wait for it, or give this one its own folder: --results DIR.",
            ) from None
        _empty(results)
        yield


def _empty(results: Path) -> None:
    entries = [entry for entry in results.iterdir() if entry.name not in _OURS]
    if entries and not (results / "run.json").exists():
        raise UsageError(
            f"{results} is not empty and holds no results of an earlier run",
            hint="Choose another folder: --results DIR.",
        )
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
