"""Walks a folder once, however many units lie in it. No link is followed, and other programs' left-overs are passed over."""

from __future__ import annotations

import os
from typing import Iterable, NamedTuple

PASSED_OVER = frozenset(
    (
        *(".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", ".integrity", "integrity-results"),
        *("node_modules", "bower_components", "site-packages", "__pycache__", "__pypackages__", ".eggs"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints"),
        *(".direnv", ".pixi", ".terraform"),
    )
)
BUILT = frozenset(("build", "dist"))  # what builds leave behind, unless it is a package
MARKS = frozenset(("pyvenv.cfg", "conda-meta", "CACHEDIR.TAG", ".git"))  # of an env, a cache, another repository
TOP = "."


class Walk(NamedTuple):
    """The files of each folder that was asked for, below it and not below another, sorted; and what could not be listed, and why.

    Paths are relative to the root, with '/'; the root itself is ".".
    """

    files: dict[str, tuple[str, ...]]
    unreadable: dict[str, str]


def walk(root: str, folders: Iterable[str], starts: Iterable[str] = ()) -> Walk:
    """The files below `root`, each under the innermost of `folders` that it lies in, else under "."; with `starts`, only those below them."""
    walker = _Walker(root, {TOP, *folders, *starts})
    for start in starts or sorted(walker.found, key=lambda folder: (folder != TOP, folder)):
        walker.enter(start)
    return Walk({folder: tuple(sorted(files)) for folder, files in walker.found.items()}, walker.unreadable)


class _Walker:
    def __init__(self, root: str, owners: set[str]) -> None:
        self.found: dict[str, list[str]] = {owner: [] for owner in owners}
        self.unreadable: dict[str, str] = {}
        self._root = root
        self._entered: set[str] = set()
        self._left: list[tuple[str, str]] = []

    def enter(self, start: str) -> None:
        """Walk what lies below a folder that was asked for, if the walk has not come upon it already."""
        self._left.append((start, start))
        while self._left:
            folder, owner = self._left.pop()
            if folder not in self._entered:
                self._entered.add(folder)
                self._take(folder, owner)

    def _take(self, folder: str, owner: str) -> None:
        entries = self._entries(folder)
        if folder != owner and any(entry.name in MARKS for entry in entries):
            return
        prefix = "" if folder == TOP else f"{folder}/"
        files = self.found[owner]
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                path = prefix + entry.name
                if path in self.found:
                    self._left.append((path, path))
                elif not _is_passed_over(entry):
                    self._left.append((path, owner))
            elif entry.is_file(follow_symlinks=False):
                files.append(prefix + entry.name)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root if folder == TOP else f"{self._root}/{folder}") as entries:
                return list(entries)
        except OSError as error:
            self.unreadable[folder] = error.strerror or "it can't be listed"
            return []


def _is_passed_over(entry: os.DirEntry[str]) -> bool:
    if entry.name in BUILT:
        return not os.path.exists(os.path.join(entry.path, "__init__.py"))
    return entry.name in PASSED_OVER or entry.name.endswith(".egg-info")
