"""The door to the file system's own notices: which files below a root changed, told while it goes on.

`.integrity` and `.git` are never watched: they hold more folders than the system may have watches for, and every run writes there.
"""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

QUIET_MS = 50  # a batch ends when nothing changed for so long
LONGEST_BATCH_MS = 1600
WAKE_MS = 200
LARGE_BYTES = 1024 * 1024  # of what is larger, size and time tell whether it changed


@contextmanager
def watched(
    root: Path, is_passed_over: Callable[[str], bool], tell: Callable[[frozenset[str]], None]
) -> Iterator[None]:
    """For the length of the block, have `tell` called with the paths (POSIX, relative to the root) of files that changed.

    It is called in a thread, never twice at once. A file that was written but not changed is not told of, as far as
    its content is known. Raises IntegrityError where the system has no watches left.
    """
    watcher = _Watcher(root, is_passed_over, tell)
    try:
        watcher.start()
        yield
    finally:
        watcher.close()


class _Watcher:
    """One watch of the root itself, and one of all that is below its folders; the second is renewed when a folder comes."""

    def __init__(
        self, root: Path, is_passed_over: Callable[[str], bool], tell: Callable[[frozenset[str]], None]
    ) -> None:
        self._root = root
        self._is_passed_over = is_passed_over
        self._tell = tell
        self._telling = threading.Lock()
        self._contents: dict[str, str] = {}
        self._watches: list[tuple[threading.Event, threading.Thread]] = []

    def start(self) -> None:
        self._follow([str(self._root)], self._at_top, recursive=False)
        self._renew()

    def close(self) -> None:
        for end, thread in self._watches:  # that of the root first: until it has ended it may begin others
            end.set()
            thread.join()

    def _renew(self) -> None:
        """Watch the folders that are there now; the old watch ends only when the new one is at work."""
        before = self._watches[1:]
        folders = sorted(str(path) for path in self._root.iterdir() if self._is_wanted(path))
        if folders:
            self._follow(folders, self._hear, recursive=True)
        for end, _ in before:
            end.set()

    def _is_wanted(self, path: Path) -> bool:
        return path.is_dir() and not path.is_symlink() and not self._is_passed_over(self._relative(path))

    def _follow(self, paths: list[str], hear: Callable[[Iterable[str]], None], *, recursive: bool) -> None:
        from watchfiles import watch  # noqa: PLC0415 - only who watches pays for it

        end = threading.Event()
        changes = watch(
            *paths,
            watch_filter=lambda _, path: not self._is_passed_over(self._relative(Path(path))),
            debounce=LONGEST_BATCH_MS,
            step=QUIET_MS,
            stop_event=end,
            rust_timeout=WAKE_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=recursive,
            ignore_permission_denied=True,
        )
        try:
            first = next(changes, set())  # from here on nothing is missed
        except OSError as error:
            raise IntegrityError(
                f"{self._root} can't be watched: {error}",
                hint="Raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=true to look for changes instead.",
            ) from None

        def follow() -> None:
            hear(path for _, path in first)
            for batch in changes:
                hear(path for _, path in batch)

        thread = threading.Thread(target=follow, name="watch", daemon=True)
        self._watches.append((end, thread))
        thread.start()

    def _at_top(self, paths: Iterable[str]) -> None:
        found = set(paths)
        # A folder of the same name may be another one, of which the old watch knows nothing.
        if any(self._is_wanted(Path(path)) for path in found):
            with suppress(IntegrityError, OSError):  # what went away meanwhile is told next
                self._renew()
        if found:
            self._hear(found)

    def _hear(self, paths: Iterable[str]) -> None:
        with self._telling:
            files = {file for path in paths for file in self._files(Path(path))}
            changed = frozenset(file for file in files if self._is_new(file))
            if changed:
                self._tell(changed)

    def _files(self, path: Path) -> Iterator[str]:
        """The file itself; of a folder that came, all that is in it, since that may have been written before it was watched."""
        if not path.is_dir() or path.is_symlink():
            yield self._relative(path)
            return
        for folder, folders, names in os.walk(path):
            folders[:] = [name for name in folders if not self._is_passed_over(self._relative(Path(folder, name)))]
            files = (self._relative(Path(folder, name)) for name in names)
            yield from (file for file in files if not self._is_passed_over(file))

    def _is_new(self, file: str) -> bool:
        content = _content(self._root / file)
        before = self._contents.get(file)
        self._contents[file] = content
        return before != content

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _content(path: Path) -> str:
    """What tells one content of a file from another; nothing where it is gone or can't be read."""
    try:
        state = path.stat()
        if state.st_size > LARGE_BYTES:
            return f"{state.st_size} {state.st_mtime_ns}"
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
