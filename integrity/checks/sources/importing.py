"""Under which names Python imports a unit's files, told by the files' paths alone."""

from __future__ import annotations

from typing import Callable, Iterable

ROOT_NAMES = frozenset({"src"})
ROOT_MARKS = frozenset({"manage.py", "pyproject.toml", "setup.py", "setup.cfg"})


class Importing:
    """The names of the Python files among `files` (paths with '/'), of which all lie below `top`.

    A name begins behind the folder from which Python imports: below `src`; else at the first folder that is a package;
    else, for namespace packages, behind the nearest folder that holds `manage.py` or a manifest, or behind `top`.
    """

    def __init__(self, files: Iterable[str], top: str) -> None:
        self._top = "" if top == "." else top
        self._packages: set[str] = set()
        self._roots: set[str] = {self._top}
        self._folder_names: dict[str, tuple[str, ...]] = {}
        self._by_last: dict[str, list[str]] = {}
        self._by_name: dict[str, str] = {}
        python = []
        for path in files:
            folder, _, name = path.rpartition("/")
            if name in ROOT_MARKS:
                self._roots.add(folder)
            if name == "__init__.py":
                self._packages.add(folder)
            if name.endswith(".py"):
                python.append(path)
        for path in python:
            parts = self._parts(path)
            self._by_name.setdefault(".".join(parts), path)
            self._by_last.setdefault(parts[-1], []).append(path)

    def name_of(self, path: str) -> str:
        """The dotted name under which a file is most likely imported."""
        return ".".join(self._parts(path))

    def path_of(self, name: str) -> str | None:
        """The file of a dotted name; where a longer name was guessed for it, the file that a folder which is no package makes it."""
        if name in self._by_name:
            return self._by_name[name]
        end = "/" + name.replace(".", "/")
        if end.count("/") == 1:
            return None  # of one word, which may as well be somebody else's
        last = name.rpartition(".")[2]
        fitting = [path for path in self._by_last.get(last, ()) if self._fits("/" + path, end)]
        return min(fitting, key=lambda path: (path.count("/"), path), default=None)

    def _fits(self, path: str, end: str) -> bool:
        for suffix in (f"{end}.py", f"{end}/__init__.py"):
            if path.endswith(suffix):
                return path[: -len(suffix)].lstrip("/") not in self._packages
        return False

    def _parts(self, path: str) -> tuple[str, ...]:
        folder, _, file = path.rpartition("/")
        if folder not in self._folder_names:
            self._folder_names[folder] = self._named(folder)
        names = self._folder_names[folder]
        stem = file[: -len(".py")]
        return names if stem == "__init__" and names else (*names, stem)

    def _named(self, folder: str) -> tuple[str, ...]:
        """The parts of a folder's dotted name."""
        packages, start = self._climbed(folder, lambda each: each in self._packages)
        between, root = self._climbed(start, lambda each: each not in self._roots and _name(each).isidentifier())
        is_below_source = _name(root) in ROOT_NAMES
        return (*between, *packages) if is_below_source or not packages else packages

    def _climbed(self, folder: str, goes_on: Callable[[str], bool]) -> tuple[tuple[str, ...], str]:
        """The names of folders up from this one, as long as it goes on, outermost first; and the folder at which it ends."""
        names: list[str] = []
        while folder != self._top and _name(folder) not in ROOT_NAMES and goes_on(folder):
            names.insert(0, _name(folder))
            folder = folder.rpartition("/")[0]
        return tuple(names), folder


def _name(folder: str) -> str:
    return folder.rpartition("/")[2]
