"""Servers that outlive their run on purpose (`--keep`, `services up`): the record of each lease, and the end of them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from integrity.system.files import STORE, make_store
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Kept(Record, frozen=True, kw_only=True, tag="integrity.kept/1"):
    """One lease that was left: whose it is, how to connect, and what its provider needs to find the server again."""

    run: str
    unit: str
    name: str
    provider: str
    version: str
    variables: dict[str, str]
    server: dict[str, str]


def keep(root: Path, kept: Kept) -> None:
    """Remember a lease; its file is for this user only, since it holds passwords."""
    path = _folder(make_store(root)) / f"{kept.run}-{kept.unit.replace('/', '.')}-{kept.name}.json"
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o700)  # the logs of servers are there too
    path.touch(mode=0o600)
    write_record(path, kept)
    path.chmod(0o600)


def kept_leases(root: Path) -> Mapping[Path, Kept]:
    """All leases that were left and not taken down, by their records."""
    found = {path: read_record(path, Kept) for path in sorted(_folder(root / STORE).glob("*.json"))}
    return {path: kept for path, kept in found.items() if kept is not None}


def forget(record: Path) -> None:
    """Drop the record of a lease that was taken down."""
    record.unlink(missing_ok=True)


def forget_logs(root: Path, run: str) -> None:
    """Remove the logs of a run of which nothing is left."""
    if all(kept.run != run for kept in kept_leases(root).values()):
        shutil.rmtree(logs_of(root / STORE, run), ignore_errors=True)


def logs_of(store: Path, run: str) -> Path:
    """Where the servers of a run that is to be left log to."""
    return _folder(store) / run


def _folder(store: Path) -> Path:
    return store / "services"
