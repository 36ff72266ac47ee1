"""`integrity clean`: removes what the tool made, `.integrity/` and the results, and nothing that it can't prove to have made.

Services that were left running on purpose are ended first: nobody would find them without the records in `.integrity/`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from integrity.backing.kept import kept_leases
from integrity.commands.services import down
from integrity.errors import UsageError
from integrity.report.sanitise import for_terminal
from integrity.system.files import STORE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.settings import RootSettings

_MARKERS = (".gitignore", "CACHEDIR.TAG")
_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55\n# Made by integrity"
_RUN_KEYS = frozenset({"run_id", "plan", "state", "started"})  # what every run.json holds
_LONGEST_MARKER_BYTES = 1024 * 1024
_BLOCK_BYTES = 512
_SIZE_NAMES = ("B", "KiB", "MiB", "GiB")
_STEP = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """One thing that is gone (of a dry run: would be), by its path as messages show it, and the space that this frees."""

    path: str
    freed_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One thing that stays, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What was removed and what was kept; `services` are the lines about services that were ended."""

    removed: tuple[Removed, ...]
    kept: tuple[Kept, ...]
    services: tuple[str, ...] = ()
    is_dry_run: bool = False

    @property
    def freed_bytes(self) -> int:
        """The space that the whole frees; files that others still link to free none."""
        return sum(removed.freed_bytes for removed in self.removed)

    def text(self) -> str:
        """For people: a line for each thing, then the sum."""
        verb = "would remove" if self.is_dry_run else "removed"
        lines = [*self.services]
        lines += [for_terminal(f"{verb} {removed.path} ({size_text(removed.freed_bytes)})") for removed in self.removed]
        lines += [for_terminal(f"kept {kept.path}: {kept.reason}") for kept in self.kept]
        if len(self.removed) > 1:
            lines.append(f"{size_text(self.freed_bytes)} in all")
        return "\n".join(lines) or "nothing to remove"


def run(settings: RootSettings, host: Mapping[str, str], *, dry_run: bool = False) -> Cleaned:
    """Remove the store and the results of this root.

    Raises UsageError while a run is at work there, and IntegrityError when a service that was left can't be ended.
    """
    store = settings.root / STORE
    found = {store: _stranger_store(store), settings.results: _stranger_results(settings.results)}
    present = {path: reason for path, reason in found.items() if os.path.lexists(path)}
    removed: list[Removed] = []
    kept = [Kept(path=_shown(path, settings.root), reason=reason) for path, reason in present.items() if reason]
    ours = [path for path, reason in present.items() if not reason]
    with ExitStack() as stack:
        for path in ours:
            _refuse_while_running(path)
            _hold(stack, path / ".lock", dry_run=dry_run)
        services = _services(settings, host, dry_run=dry_run) if store in ours else ()
        for path in ours:
            freed = _freed_bytes(path, make_removable=not dry_run)
            failure = "" if dry_run else _remove(path)
            if failure:
                kept.append(Kept(path=_shown(path, settings.root), reason=failure))
            else:
                removed.append(Removed(path=_shown(path, settings.root), freed_bytes=freed))
    return Cleaned(removed=tuple(removed), kept=tuple(kept), services=services, is_dry_run=dry_run)


def _services(settings: RootSettings, host: Mapping[str, str], *, dry_run: bool) -> tuple[str, ...]:
    """End what `services up` and `run --keep` left; a line for each."""
    if not dry_run:
        return down(settings, (), host)
    leases = kept_leases(settings.root).values()
    return tuple(for_terminal(f"would end {lease.unit}  {lease.name}") for lease in leases)


def size_text(size_bytes: int) -> str:
    """A size for people, such as `1.2 GiB`."""
    size = float(size_bytes)
    for name in _SIZE_NAMES[:-1]:
        if size < _STEP:
            return f"{size:.0f} {name}" if name == _SIZE_NAMES[0] else f"{size:.1f} {name}"
        size /= _STEP
    return f"{size:.1f} {_SIZE_NAMES[-1]}"


def _stranger_store(store: Path) -> str:
    """Why this is no store of ours; empty when its own tag says that it is."""
    if store.is_symlink() or not store.is_dir():
        return "it is a symbolic link or a file, which integrity does not make"
    if not _read(store / "CACHEDIR.TAG").startswith(_SIGNATURE):
        return "it holds no CACHEDIR.TAG of integrity, so it may be somebody else's"
    return ""


def _stranger_results(results: Path) -> str:
    """Why this is no results folder of ours; empty when its `run.json` says that it is."""
    if results.is_symlink() or not results.is_dir():
        return "it is a symbolic link or a file, which integrity does not make"
    try:
        document = json.loads(_read(results / "run.json"))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not document.keys() >= _RUN_KEYS:
        return "it holds no run.json of integrity, so it may be somebody else's"
    return ""


def _read(marker: Path) -> bytes:
    try:
        if not stat.S_ISREG(marker.lstat().st_mode):
            return b""
        with marker.open("rb") as stream:
            return stream.read(_LONGEST_MARKER_BYTES)
    except OSError:
        return b""


def _refuse_while_running(folder: Path) -> None:
    """A run that is alive holds its lock in the store; the locks of dead ones can be taken."""
    for path in sorted((folder / "running").glob("*.lock")):
        with ExitStack() as stack:
            _hold(stack, path, dry_run=False)


def _hold(stack: ExitStack, lock: Path, *, dry_run: bool) -> None:
    """Take a lock: no run begins to write to the folder while it goes."""
    if dry_run and not lock.exists():
        return
    try:
        stack.enter_context(filelock.FileLock(lock, timeout=0))
    except filelock.Timeout:
        raise UsageError(f"a run is at work: it holds {lock}", hint="Wait for its end, or stop it.") from None


def _freed_bytes(top: Path, *, make_removable: bool) -> int:
    """The space that removing `top` frees; folders that can't be searched or emptied are opened on the way."""
    links: dict[tuple[int, int], int] = {}
    freed = 0
    for folder, folders, files in os.walk(top):
        for name in (*folders, *files):
            path = Path(folder, name)
            try:
                state = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(state.st_mode):
                if make_removable:
                    with suppress(OSError):  # another user's: what can't be removed will be told
                        path.chmod(stat.S_IMODE(state.st_mode) | stat.S_IRWXU)
                continue
            file = (state.st_dev, state.st_ino)
            links[file] = links.get(file, 0) + 1
            if links[file] == state.st_nlink:
                freed += state.st_blocks * _BLOCK_BYTES
    return freed


def _remove(top: Path) -> str:
    """Remove a folder; why it could not be, or nothing.

    Each part is renamed before it is emptied, so that a kill in between leaves no half of it under its name, and what
    marks the folder as ours goes last, so that the next time can finish.
    """
    markers = [top / name for name in (*_MARKERS, "run.json", ".lock")]
    try:
        for entry in [entry for entry in top.iterdir() if entry not in markers]:
            _remove_entry(entry.rename(top / f".removed-{secrets.token_hex(4)}"))
        for marker in markers:
            marker.unlink(missing_ok=True)
        top.rmdir()
    except OSError as error:
        return f"it can't be removed: {error.strerror}"
    return ""


def _remove_entry(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
