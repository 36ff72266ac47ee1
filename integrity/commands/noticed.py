"""What changed and was not looked at yet: filled by a thread that watches, emptied between runs. No change is ever lost here.

Runs write files too. A file that git doesn't know and that changes during each run is told of, and starts no run while one is at
work: else watching would never come to rest.
"""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from integrity.system.environment import tool_environment
from integrity.system.git import Git
from integrity.system.ignored import ignored, kept
from integrity.system.links import LISTING, links_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

SETTLE_S = 0.2  # what a run wrote at its very end is noticed within this time
_FOLDERS = re.compile(
    r"\.(?:git|hg|svn|integrity|venv|nox|tox|idea|mypy_cache|pytest_cache|ruff_cache|hypothesis)|__pycache__|node_modules"
)
_EDITORS = re.compile(
    r".*~|\.#.*|#.*#|\..*\.sw[a-z]|4913|.*\.kate-swp|.*___jb_(?:tmp|old)___|\.goutputstream-.*|\.DS_Store"
)
_COMPILED = re.compile(r".*\.py[cod]")


class Noticed:
    """The paths (POSIX, relative to the root) that changed, but for what no editor of files means: caches, what git ignores."""

    def __init__(self, root: Path, host: Mapping[str, str]) -> None:
        self.results: Path | None = None  # where runs write; set as soon as the settings say it
        self._root = root
        self._git = Git(folder=root, environment=tool_environment(host))
        self._condition = threading.Condition()
        self._waiting: frozenset[str] = frozenset()
        self._concern: Callable[[frozenset[str]], None] | None = None
        self._written: frozenset[str] = frozenset()  # by whom ever, during the run under way, and unknown to git
        self._echoes: frozenset[str] = frozenset()  # the same of the run before
        self._passed: set[str] = set()
        self._told: set[str] = set()

    def is_passed_over(self, path: str) -> bool:
        """Whether a path is told apart by its name alone: a cache, the results, an editor's own file."""
        parts = path.split("/")
        if any(_FOLDERS.fullmatch(part) for part in parts):
            return True
        if _EDITORS.fullmatch(parts[-1]) or _COMPILED.fullmatch(parts[-1]):
            return True
        return self.results is not None and (self._root / path).is_relative_to(self.results)

    def hear(self, paths: frozenset[str]) -> None:
        """Take what changed; called by the thread that watches."""
        paths -= ignored(self._git, paths)
        known = kept(self._git, paths)
        with self._condition:
            concern = self._concern
            if concern is not None:
                unknown = paths - known
                self._written |= unknown
                self._passed |= unknown & self._echoes
                paths -= unknown & self._echoes
            self._waiting |= paths
            self._condition.notify_all()
        if concern is not None and paths & known:
            concern(paths & known)

    def take(self) -> frozenset[str]:
        """What changed since the last time."""
        with self._condition:
            taken, self._waiting = self._waiting, frozenset()
        return taken

    def unknown(self, paths: frozenset[str]) -> frozenset[str]:
        """Those of the paths that git does not know."""
        return paths - kept(self._git, paths)

    def links(self) -> dict[str, tuple[str, ...]]:
        """The symbolic links that git keeps, with what they lead to."""
        return links_in(self._root, self._git.ask(*LISTING))

    @property
    def has_more(self) -> bool:
        """Whether something changed that was not taken yet."""
        return bool(self._waiting)

    def wait(self) -> None:
        """Wait until something has changed."""
        with self._condition:
            self._condition.wait_for(lambda: self._waiting)

    @contextmanager
    def during_run(self, concern: Callable[[frozenset[str]], None]) -> Iterator[None]:
        """For a run: `concern` is called, in the thread that watches, with what changes of the files that git knows."""
        with self._condition:
            self._concern, self._written = concern, frozenset()
        try:
            yield
            with self._condition:
                self._condition.wait_for(lambda: False, SETTLE_S)
        finally:
            with self._condition:
                self._concern, self._echoes = None, self._written

    def passed_over(self) -> list[str]:
        """Files that runs write and that started none, each told once."""
        new = sorted(self._passed - self._told)
        self._told |= self._passed
        return new
