"""The files of a unit, found by walking its folder; nothing outside it is read, and no link to a folder is followed."""

from __future__ import annotations

import fnmatch
import os
from functools import cached_property
from typing import Collection, Iterator

from integrity.checks.model import Place
from integrity.checks.sources.module import Module

PASSED_OVER = frozenset(
    ".git .hg .svn .venv venv .tox .nox .integrity integrity-results node_modules __pycache__ site-packages"
    " .mypy_cache .ruff_cache .pytest_cache .eggs build dist".split()
)


class Sources:
    """The files below `folder`, but not those below `others` (folders of other units).

    All paths that it takes and gives are relative to `root`, with '/'. What is read is kept.
    """

    def __init__(self, folder: str, root: str, others: Collection[str] = ()) -> None:
        self.folder = folder
        self.root = root
        self._others = frozenset(others)
        self._texts: dict[str, str] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files, sorted."""
        return tuple(sorted(self._walk(self.folder)))

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """All Python files, parsed; those that don't parse too, without a tree."""
        return tuple(Module(path, self.bytes(path), self.name_of(path)) for path in self.files if path.endswith(".py"))

    def module(self, name: str) -> Module | None:
        """The module of this dotted name, found by its path: below `src`, the unit's folder, or any folder in it."""
        return self._by_name.get(name)

    def matching(self, *globs: str) -> tuple[str, ...]:
        """Files whose path below the unit's folder, or whose name where the glob has no '/', matches one of the globs."""
        return tuple(path for path in self.files if any(self._matches(path, glob) for glob in globs))

    def bytes(self, path: str) -> bytes:
        """A file's content."""
        with open(os.path.join(self.root, path), "rb") as stream:
            return stream.read()

    def text(self, path: str) -> str:
        """A file's text; bytes that are not UTF-8 become U+FFFD."""
        if path not in self._texts:
            self._texts[path] = self.bytes(path).decode("utf-8", "replace")
        return self._texts[path]

    def in_unit(self, path: str) -> str:
        """The path relative to the unit's folder."""
        return os.path.relpath(os.path.join(self.root, path), self.folder).replace(os.sep, "/")

    def from_unit(self, path: str) -> str:
        """The path relative to the root, of one that is relative to the unit's folder."""
        return os.path.relpath(os.path.join(self.folder, path), self.root).replace(os.sep, "/")

    def name_of(self, path: str) -> str:
        """The dotted name under which a Python file is most likely imported: from the first folder that is a package."""
        parts = self.in_unit(path)[: -len(".py")].split("/")
        start = len(parts) - 1
        while start and os.path.exists(os.path.join(self.folder, *parts[:start], "__init__.py")):
            start -= 1
        names = parts[start:]
        return ".".join(names[:-1] if names[-1] == "__init__" and len(names) > 1 else names)

    @staticmethod
    def line_place(path: str, line: int | None, role: str = "declared") -> Place:
        """A place in a file that is not Python."""
        return Place(path, line, None, role)

    @cached_property
    def _by_name(self) -> dict[str, Module]:
        found: dict[str, Module] = {}
        for module in self.modules:
            found.setdefault(module.name, module)
        return found

    def _walk(self, folder: str) -> Iterator[str]:
        with os.scandir(folder) as found:
            for item in found:
                if item.is_dir(follow_symlinks=False):
                    if not self._is_passed_over(item.path, item.name):
                        yield from self._walk(item.path)
                elif item.is_file():
                    yield os.path.relpath(item.path, self.root).replace(os.sep, "/")

    def _is_passed_over(self, path: str, name: str) -> bool:
        return name in PASSED_OVER or path in self._others or os.path.exists(os.path.join(path, "pyvenv.cfg"))

    def _matches(self, path: str, glob: str) -> bool:
        inside = self.in_unit(path)
        return fnmatch.fnmatchcase(inside if "/" in glob else inside.rpartition("/")[2], glob)
