"""Folders that are whole or not there: built under another name beside their place, then renamed."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from integrity.envs.once import try_acquire

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX = ".tmp"


@contextmanager
def temporary_beside(parent: Path, name: str) -> Iterator[Path]:
    """A fresh folder in `parent` that is gone after the block unless it was put in place; for who holds the lock of `name`."""
    temporary = _temporary(parent, name)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def put_in_place(temporary: Path, final: Path) -> None:
    """Let a finished folder take its name; one that stood there before, and was found wanting, is removed."""
    if not final.exists():
        temporary.rename(final)
        return
    aside = _temporary(final.parent, final.name)
    final.rename(aside)
    temporary.rename(final)
    shutil.rmtree(aside, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove what builders left behind that are dead: their lock (`<name>.lock`) can be taken."""
    for path in parent.glob(f"*{_SUFFIX}"):
        lock = FileLock(parent / f"{path.name.removesuffix(_SUFFIX).rpartition('.')[0]}.lock", thread_local=False)
        if try_acquire(lock):
            shutil.rmtree(path, ignore_errors=True)
            lock.release()


def _temporary(parent: Path, name: str) -> Path:
    path = Path(tempfile.mkdtemp(prefix=f"{name}.", suffix=_SUFFIX, dir=parent))
    path.chmod(0o755)
    return path
