"""Ends servers that are no child of this process, kept ones and those of dead runs, once it is proven whose they are; blocking.

A process is known by its number and its start; those it started (PostgreSQL's write over their environment) by the folder in
which they work. Nothing here raises.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.backing.embedded.folders import MARK, PROCESS, abandoned_folders, labels_of, remove_if_unused
from integrity.inside.wire import ATTEMPT_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STEPS = ((signal.SIGINT, 2.0), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 1.0))
_PAUSE_S = 0.01
_STATE, _START = 0, 19  # in /proc/<pid>/stat, behind the name
_POSTMASTER = "postmaster.pid"
_SHM_LINE = 6  # of that file: key and id of the segment
_IPC_RMID = 0


def end_kept(keepsake: Mapping[str, str]) -> None:
    """End a server that outlived its run and remove its folder, if both are still what the keepsake (of `Server`) says."""
    pid, folder, mark = int(keepsake["pid"]), Path(keepsake["folder"]), keepsake["mark"]
    if is_process_running(keepsake):
        _end_all([(pid, keepsake["start"])])
    if labels_of(folder.parent).get(MARK) == mark:
        remove_folder(folder)
        remove_if_unused(folder.parent)


def is_process_running(keepsake: Mapping[str, str]) -> bool:
    """Whether a kept server still runs."""
    pid = int(keepsake["pid"])
    return start_of(pid) == keepsake["start"] and carries_mark(pid, keepsake["mark"]) is not False


def sweep(places: Sequence[Path]) -> None:
    """End what provably dead runs left running, and remove their folders."""
    for folder, mark in abandoned_folders(places).items():
        recorded = [found for record in folder.glob(f"*{PROCESS}") if (found := _recorded(record)) is not None]
        marked = [(pid, start_of(pid)) for pid in _processes() if carries_mark(pid, mark)]
        _end_all([*(each for each in recorded if carries_mark(each[0], mark) is not False), *marked])
        for server in (each for each in folder.iterdir() if each.is_dir()):
            remove_folder(server)
        shutil.rmtree(folder, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove a server's folder, with whoever still works in it and PostgreSQL's memory segment, and the record of its process."""
    if (folder / _POSTMASTER).exists():  # it did not end in an orderly way
        _end_all([(pid, start_of(pid)) for pid in _processes_in(folder)], STEPS[-1:])
        _remove_shared_memory(folder)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        record_of(folder).unlink(missing_ok=True)


def record_of(folder: Path) -> Path:
    """Where the process is noted that works in this folder: number and start."""
    return folder.with_name(folder.name + PROCESS)


def start_of(pid: int) -> str:
    """When a process was started, in ticks since the boot; empty where it is gone, or waits only to be reaped."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[_STATE] in {"Z", "X"} else fields[_START]


def carries_mark(pid: int, mark: str) -> bool | None:
    """Whether a process was started with this mark; None where its environment can't be read (a container's root may not)."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    return f"{ATTEMPT_VARIABLE}={mark}".encode() in environment.split(b"\0")


def _end_all(processes: Sequence[tuple[int, str]], steps: Sequence[tuple[signal.Signals, float]] = STEPS) -> None:
    """Signal by signal, until none of them is left; a number that is another process's by now is none of them."""

    def left() -> list[int]:
        return [pid for pid, start in processes if start and start_of(pid) == start]

    for number, grace_s in steps:
        for pid in left():
            with suppress(OSError):
                os.kill(pid, number)
        _wait(lambda: not left(), grace_s)


def _wait(claim: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not claim() and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)


def _recorded(record: Path) -> tuple[int, str] | None:
    try:
        noted = json.loads(record.read_text(encoding="utf-8"))
        return int(noted["pid"]), str(noted["start"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _processes() -> list[int]:
    numbers = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
    return [number for number in numbers if number != os.getpid()]


def _processes_in(folder: Path) -> list[int]:
    """PostgreSQL's processes that work in `folder`; others that were started there have nothing of their own."""
    found, real = [], folder.resolve()
    for pid in _processes():
        with suppress(OSError):
            working = Path(os.readlink(f"/proc/{pid}/cwd"))  # noqa: PTH115 - the folder may be gone, and is named all the same
            if working.is_relative_to(real) and Path(f"/proc/{pid}/comm").read_bytes().strip() == b"postgres":
                found.append(pid)
    return [pid for pid in found if start_of(pid)]


def _remove_shared_memory(folder: Path) -> None:
    """A PostgreSQL that was killed leaves a segment of 56 bytes, named in its data folder; nobody is attached to it any more."""
    with suppress(OSError, ValueError, IndexError):
        noted = folder / _POSTMASTER
        key, identity = noted.read_text(encoding="utf-8").splitlines()[_SHM_LINE].split()
        if _is_left(key, identity, noted.stat().st_uid):
            ctypes.CDLL(None).shmctl(int(identity), _IPC_RMID, None)


def _is_left(key: str, identity: str, uid: int) -> bool:
    table = [line.split() for line in Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()]
    rows = [dict(zip(table[0], words, strict=True)) for words in table[1:]]
    wanted = {"key": key, "shmid": identity, "cuid": str(uid), "nattch": "0"}
    return any(wanted.items() <= row.items() for row in rows)
