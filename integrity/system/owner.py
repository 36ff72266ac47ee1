"""Which process of which machine owns a thing that could outlive it, and whether that process is provably dead."""

from __future__ import annotations

import os
import sys
import uuid
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_START_FIELD = 19  # of /proc/<pid>/stat, counted behind the name in brackets: the start in ticks since the boot


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process: its machine, boot and PID namespace, its number there, and when it started."""

    host: str
    boot: str
    namespace: str
    pid: str
    start: str

    def as_labels(self) -> dict[str, str]:
        """As labels of a container, or as a document."""
        return {f"integrity.{name}": value for name, value in asdict(self).items()}

    @classmethod
    def from_labels(cls, labels: Mapping[str, str]) -> Owner | None:
        """The owner that labels name; None where one is missing."""
        named = {each.name: labels.get(f"integrity.{each.name}", "") for each in fields(cls)}
        return cls(**named) if all(named.values()) else None

    def is_dead(self) -> bool:
        """Whether it is certain that the process is gone: it was of this machine, and this boot or PID namespace knows it no more."""
        here = this_process()
        if self.host != here.host:
            return False
        if self.boot != here.boot:
            return True
        return self.namespace == here.namespace and not _may_live(self.pid, self.start)


def this_process() -> Owner:
    """This process."""
    pid = str(os.getpid())
    return Owner(host=_host(), boot=_boot(), namespace=_namespace(), pid=pid, start=_start_of(pid) or "0")


def _host() -> str:
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        if text := _read(path):
            return text
    return f"{uuid.getnode():012x}"


def _boot() -> str:
    return _read("/proc/sys/kernel/random/boot_id") or "unknown"


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - it is a name, not a path
    except OSError:
        return sys.platform


def _may_live(pid: str, start: str) -> bool:
    """Whether there is a process of this number that started then, or one that can't be looked at."""
    found = _start_of(pid)
    return found == start if found else _is_alive(pid)


def _start_of(pid: str) -> str:
    stat = _read(f"/proc/{pid}/stat")
    if not stat:
        return "" if Path("/proc/self").exists() or not _is_alive(pid) else "0"
    return stat.rpartition(")")[2].split()[_START_FIELD]


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError):
        return True
    return True


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
