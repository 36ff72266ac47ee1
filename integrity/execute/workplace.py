"""What a run takes before it starts and gives back however it ends: its lock, its results folder, scratch, supervisor."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import filelock

from integrity.report.folder import emptied
from integrity.system.descendants import become_subreaper, children, end_adopted, end_escaped
from integrity.system.files import make_store
from integrity.system.supervision import supervised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.system.supervision import Supervision

RESERVE_BYTES = 4 * 1024 * 1024  # given up before the reports are written, so that a full disk can't lose them


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Folders of one run, the mark that its processes carry, its supervisor, and processes that are to outlive it."""

    results: Path
    store: Path
    scratch: Path
    mark: str
    supervision: Supervision = field(repr=False)
    spared: set[int] = field(default_factory=set)

    def release_reserve(self) -> None:
        """Free the space that was kept for the reports; a folder that a test closed shows when they are written."""
        with suppress(OSError):
            (self.results / ".reserve").unlink(missing_ok=True)


@contextmanager
def workplace(root: Path, results: Path, run_id: str) -> Iterator[Workplace]:
    """A results folder made anew and everything else that a run needs; all but the results is gone afterwards."""
    store = make_store(root)
    with ExitStack() as stack:
        _hold(stack, store / "running" / f"{run_id}.lock")
        stack.enter_context(emptied(results))
        become_subreaper()
        supervision = stack.enter_context(supervised(run_id))
        scratch = store / "scratch" / run_id
        supervision.remove_folder(scratch)  # before it is there, so that a kill at any moment leaves none
        scratch.mkdir(parents=True)
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        _sweep(store, run_id)
        place = Workplace(results=results, store=store, scratch=scratch, mark=run_id, supervision=supervision)
        _reserve(results / ".reserve")
        stack.callback(place.release_reserve)
        place.spared.update(children())
        stack.callback(_end_all, f"{run_id}/", place.spared)
        yield place


def _end_all(mark: str, spared: set[int]) -> None:
    """End what tests left behind: by the run's mark, and then whatever else came to this process."""
    end_escaped(mark, spared)
    end_adopted(spared)


def _hold(stack: ExitStack, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stack.enter_context(filelock.FileLock(path, timeout=0))
    stack.callback(path.unlink, missing_ok=True)


def _reserve(path: Path) -> None:
    with suppress(OSError), path.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, RESERVE_BYTES)


def _sweep(store: Path, run_id: str) -> None:
    """Remove scratch of runs that are dead: their lock can be taken; and locks whose scratch is gone already."""
    folders = {folder.name for folder in (store / "scratch").iterdir()} - {run_id}
    locks = {path.stem for path in (store / "running").glob("*.lock")} - {run_id}
    for name in folders | {lock for lock in locks if not _may_be_starting(lock)}:
        lock = store / "running" / f"{name}.lock"
        with suppress(filelock.Timeout), filelock.FileLock(lock, timeout=0):
            shutil.rmtree(store / "scratch" / name, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _may_be_starting(run_id: str) -> bool:
    """A run makes its lock before it holds it, and its scratch after: its process tells that it is no dead one."""
    pid = run_id.split("-")[1:2]
    try:
        os.kill(int(pid[0]), 0)
    except (IndexError, ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
