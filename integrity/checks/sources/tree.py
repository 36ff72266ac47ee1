"""The files of a unit, found by walking its folder; nothing outside it is read, and no link is followed."""

from __future__ import annotations

import os
from functools import cached_property
from typing import Collection, Iterable

from integrity.checks.model import Place
from integrity.checks.sources.globs import glob_pattern
from integrity.checks.sources.importing import Importing
from integrity.checks.sources.module import Module
from integrity.checks.sources.walk import Walk, walk

LARGEST_KEPT = 1 << 16  # bytes; several checks look into small files, few into large ones


class Sources:
    """The files below `folder`, but not those below `others` (folders of other units).

    All paths that it takes and gives are relative to `root`, with '/'. What is read is kept, if it is not large. A file
    that can't be read counts as empty; `unreadable` says which files and folders these are, and why. `read` are the
    files that were asked for.
    """

    def __init__(self, folder: str, root: str, others: Collection[str] = (), *, walked: Walk | None = None) -> None:
        self.folder = folder
        self.root = root
        self._own = os.path.relpath(folder, root).replace(os.sep, "/")
        self._prefix = "" if self._own == "." else f"{self._own}/"
        self._others = frozenset(others)
        self._given = walked
        self.read: set[str] = set()
        self._contents: dict[str, bytes] = {}
        self._texts: dict[str, str] = {}
        self._unread: dict[str, str] = {}

    def outlive(self) -> None:
        """Never free what was read, for a process that is about to end: a tenth of its time would go into freeing syntax trees one by one."""
        self._self = self  # a cycle, which the collector would find only if it looked

    def forget(self) -> None:
        """Let go of all that was parsed. What checks still hold may be in cycles, which nothing frees while the collector is off."""
        for module in self.__dict__.pop("modules", ()):
            module.forget()
        self.__dict__.pop("_by_path", None)
        self._contents.clear()
        self._texts.clear()

    @classmethod
    def by_folder(cls, root: str, folders: Iterable[str]) -> dict[str, Sources]:
        """The sources of each of these folders (relative to the root), and of what lies in none of them under "."; one walk for all."""
        walked = walk(root, folders)
        return {
            folder: cls(root if folder == "." else os.path.join(root, folder), root, walked=walked)
            for folder in walked.files
        }

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files, sorted."""
        return self._walked.files[self._own]

    @property
    def unreadable(self) -> dict[str, str]:
        """The files and folders that could not be read so far, and why."""
        folders = {
            path: reason for path, reason in self._walked.unreadable.items() if f"{path}/".startswith(self._prefix)
        }
        return {**folders, **self._unread}

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """All Python files, parsed; those that don't parse too, without a tree."""
        return tuple(self._module(path) for path in self.files if path.endswith(".py"))

    def module(self, name: str) -> Module | None:
        """The module of this dotted name, found by its path: below `src`, the unit's folder, or any folder in it."""
        path = self._importing.path_of(name)
        return self._by_path[path] if path else None

    def matching(self, *globs: str) -> tuple[str, ...]:
        """Files whose path below the unit's folder, or whose name where the glob has no '/', matches one of the globs."""
        start = len(self._prefix)
        by_name = glob_pattern(*(glob for glob in globs if "/" not in glob)).match
        by_path = glob_pattern(*(glob for glob in globs if "/" in glob)).match
        return tuple(path for path in self.files if by_name(path, path.rfind("/") + 1) or by_path(path, start))

    def content(self, path: str) -> bytes:
        """The content of a file that is not examined but only looked at; nothing where it can't be read."""
        return self._contents[path] if path in self._contents else _read(os.path.join(self.root, path))[0]

    def bytes(self, path: str) -> bytes:
        """A file's content."""
        self.read.add(path)
        if path not in self._contents:
            content, why = _read(os.path.join(self.root, path))
            if why:
                self._unread[path] = why
            if len(content) > LARGEST_KEPT:
                return content
            self._contents[path] = content
        return self._contents[path]

    def text(self, path: str) -> str:
        """A file's text; bytes that are not UTF-8 become U+FFFD."""
        if path not in self._texts:
            self._texts[path] = self.bytes(path).decode("utf-8", "replace")
        return self._texts[path]

    def in_unit(self, path: str) -> str:
        """The path relative to the unit's folder."""
        if path.startswith(self._prefix):
            return path[len(self._prefix) :]
        return os.path.relpath(os.path.join(self.root, path), self.folder).replace(os.sep, "/")

    def from_unit(self, path: str) -> str:
        """The path relative to the root, of one that is relative to the unit's folder."""
        return os.path.relpath(os.path.join(self.folder, path), self.root).replace(os.sep, "/")

    def name_of(self, path: str) -> str:
        """The dotted name under which a Python file is most likely imported (see `importing`)."""
        return self._importing.name_of(path)

    @staticmethod
    def line_place(path: str, line: int | None, role: str = "declared") -> Place:
        """A place in a file that is not Python."""
        return Place(path, line, None, role)

    @cached_property
    def _walked(self) -> Walk:
        if self._given is not None:
            return self._given
        others = [os.path.relpath(other, self.root).replace(os.sep, "/") for other in self._others]
        return walk(self.root, others, starts=[self._own])

    @cached_property
    def _importing(self) -> Importing:
        return Importing(self.files, self._own)

    @cached_property
    def _by_path(self) -> dict[str, Module]:
        return {module.path: module for module in self.modules}

    def _module(self, path: str) -> Module:
        self.read.add(path)
        content, why = _read(os.path.join(self.root, path))
        if why:
            self._unread[path] = why
        return Module(path, content, self.name_of(path), why)


def _read(path: str) -> tuple[bytes, str]:
    """A file's content, and why it can't be read."""
    try:
        with open(path, "rb", buffering=0) as stream:  # which reads it in one go
            return stream.read(), ""
    except OSError as error:
        return b"", error.strerror or "it can't be read"
