# ruff: noqa: PTH112, PTH116, PTH123 - paths are strings in discovery: pathlib would cost more than all else
"""The one door to the disk in discovery: folders are listed once, manifests read and parsed once, links never followed in circles.

Paths are POSIX, relative to the root, and `.` for the root itself.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from typing import Any, NamedTuple

# Left-overs of builds and installs: a wildcard never matches them, a literal path does.
LEFT_OVERS = frozenset({"build", "dist", "node_modules", "venv", "__pycache__", "__pypackages__", "site-packages"})
_TOML_LINE = r"\(at line (\d+), column \d+\)"


class ManifestFault(Exception):  # noqa: N818 - it is a carrier: whoever reads the manifest makes it the unit's problem
    """What is wrong with one manifest; `str()` starts with file:line."""

    def __init__(self, path: str, line: int | None, what: str) -> None:
        super().__init__(f"{path}: {what}" if line is None else f"{path}:{line}: {what}")


class Toml(NamedTuple):
    """A parsed TOML file, its path and its text (in which the lines of requirements are found when needed)."""

    path: str
    text: str
    document: dict[str, Any]


class Tree:
    """The folders and manifests below `root` (absolute)."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.remarks: dict[str, str] = {}  # folders that were met and not taken as they are, and why
        self._real_root = os.path.realpath(root)
        self._listed: dict[str, list[tuple[str, bool]]] = {}
        self._toml: dict[str, Toml | ManifestFault | None] = {}

    def absolute(self, path: str) -> str:
        """`path` on the disk."""
        return f"{self.root}/{path}"

    def folders(self, path: str) -> list[tuple[str, bool]]:
        """Names of the folders in `path`, sorted, each with whether it is a symbolic link."""
        listed = self._listed.get(path)
        if listed is None:
            listed = self._listed[path] = self._scanned(path)
        return listed

    def folder(self, path: str) -> str | None:
        """The real path of the folder `path`, which differs where a symbolic link leads to it; None when there is none inside the root."""
        try:
            mode = os.lstat(self.absolute(path)).st_mode
        except (OSError, ValueError):
            return None
        if stat.S_ISLNK(mode):
            return self.link_target(path)
        return path if stat.S_ISDIR(mode) else None

    def link_target(self, path: str) -> str | None:
        """Where the linked folder `path` really is; None outside the root, or when the link leads to a folder that contains it."""
        real = os.path.realpath(self.absolute(path))
        if not os.path.isdir(real):
            return None
        target = real[len(self._real_root) + 1 :]
        if f"{self._real_root}/".startswith(f"{real}/") or path.startswith(f"{target}/"):
            self.remarks[path] = "a symbolic link to a folder that contains it"
            return None
        if not real.startswith(f"{self._real_root}/"):
            self.remarks[path] = "a symbolic link out of the repository"
            return None
        self.remarks[path] = f"a symbolic link to {target}"
        return target

    def remark_left_over(self, path: str) -> None:
        """Say that a folder was taken for what a build left behind, where it could be meant as a unit."""
        if self.has_file(f"{path}/pyproject.toml"):
            self.remarks[path] = (
                "named as what builds and installs leave behind; name it without a wildcard to include it"
            )

    def files(self, path: str) -> list[str]:
        """Names of the files in `path`, sorted."""
        try:
            with os.scandir(self.absolute(path)) as entries:
                return sorted(entry.name for entry in entries if not _is_folder(entry))
        except (OSError, ValueError):
            return []

    def has_file(self, path: str) -> bool:
        """Whether `path` is a file."""
        try:
            return stat.S_ISREG(os.stat(self.absolute(path)).st_mode)
        except (OSError, ValueError):
            return False

    def exists(self, path: str) -> bool:
        """Whether anything has this path."""
        try:
            return os.access(f"{self.root}/{path}", os.F_OK)
        except ValueError:  # a NUL character
            return False

    def text(self, path: str) -> str | None:
        """The text of a file, None when there is none; ManifestFault when it can't be read as UTF-8."""
        try:
            with open(self.absolute(path), "rb", buffering=0) as stream:
                data = stream.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise ManifestFault(path, None, f"cannot be read: {error}") from error
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise ManifestFault(path, line, f"not UTF-8: byte {data[error.start]:#04x}") from error

    def lenient_text(self, path: str) -> str | None:
        """The text of a file that people save in any encoding (requirements files); None when there is none."""
        try:
            with open(self.absolute(path), "rb") as stream:
                data = stream.read()
        except (OSError, ValueError):
            return None
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # what a redirection in PowerShell writes
            return data.decode("utf-16", errors="replace")
        return data.decode("utf-8-sig", errors="replace")

    def toml(self, path: str) -> Toml | None:
        """A TOML file, None when there is none; ManifestFault when it can't be read."""
        if path not in self._toml:
            try:
                self._toml[path] = self._parsed(path)
            except ManifestFault as fault:
                self._toml[path] = fault
        found = self._toml[path]
        if isinstance(found, ManifestFault):
            raise found
        return found

    def _parsed(self, path: str) -> Toml | None:
        text = self.text(path)
        if text is None:
            return None
        try:
            return Toml(path=path, text=text, document=tomllib.loads(text))
        except ValueError as error:  # no TOML, or a number with more digits than Python reads
            position = re.search(_TOML_LINE, str(error))
            line = int(position[1]) if position else _last_line(text, error)
            raise ManifestFault(path, line, f"not TOML: {re.sub(_TOML_LINE, '', str(error)).strip()}") from error
        except RecursionError as error:
            raise ManifestFault(path, None, "not TOML that can be read: nested too deeply") from error

    def _scanned(self, path: str) -> list[tuple[str, bool]]:
        try:
            with os.scandir(self.absolute(path)) as entries:
                return sorted((entry.name, entry.is_symlink()) for entry in entries if _is_folder(entry))
        except (OSError, ValueError) as error:
            self.remarks[path] = f"cannot be listed: {error}"
            return []


def _last_line(text: str, error: ValueError) -> int | None:
    """Where an error without a place is: at the end, where it is one of TOML."""
    return text.count("\n") + 1 if isinstance(error, tomllib.TOMLDecodeError) else None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def joined(folder: str, name: str) -> str:
    """`folder/name`, where either may be `.`."""
    if folder == ".":
        return name
    return folder if name == "." else f"{folder}/{name}"


def parent(path: str) -> str:
    """The folder that contains `path`, `.` at last."""
    return path.rpartition("/")[0] or "."


def is_left_over(name: str) -> bool:
    """Whether a folder of this name is what builds and installs leave behind."""
    return name in LEFT_OVERS or name.endswith((".egg-info", ".dist-info"))


def resolved(folder: str, relative: str) -> str | None:
    """The path that `relative` means inside `folder`, without looking at the disk; None when it leaves the root."""
    parts: list[str] = []
    for part in f"{folder}/{relative}".split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."
