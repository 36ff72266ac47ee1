"""The files of a run that was left behind, in a folder or in an archive.

Whoever can open a pull request can make an archive: none is unpacked. What is not exactly an archive as `archive` writes
them is refused as a whole before any of it is read, and what is read has limits of its own.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, cast

from integrity.errors import IntegrityError
from integrity.report.archive import (
    ARCHIVE_BYTES,
    CONTENT_BYTES,
    DOCUMENTS,
    MOST_FILES,
    UNITS,
    is_plain,
    shard_named,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

DIRECTORY_BYTES = 16 * 1024 * 1024  # of the list of files at an archive's end
MOST_RATIO = 1100  # what DEFLATE makes of nothing but zeros is 1:1032

_END = struct.Struct("<4s4H2LH")
_LOCATOR = b"PK\x06\x07"  # of ZIP64, right before the end
_LOCATOR_BYTES = 20


class Files(Protocol):
    """Documents and files of units, by their name below the results folder."""

    @property
    def place(self) -> str:
        """Its name in what is said of it."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """The size of each file, by its name."""

    def open(self, name: str) -> BinaryIO:
        """The content of a file; what goes wrong while it is read is as bad as what goes wrong here: see `readable`."""

    def close(self) -> None:
        """Nothing is read any more."""


def opened(path: Path, place: str) -> Files:
    """The files of the results folder or the archive at `path`. Raises IntegrityError for what is neither, or is hostile."""
    with readable(place):
        return _Folder(path, place) if path.is_dir() else _Archive(path, place)


@contextmanager
def readable(place: str) -> Iterator[None]:
    """Whatever goes wrong while files are read is an IntegrityError that names the place."""
    try:
        yield
    except _Refused as refused:
        raise IntegrityError(f"{place} can't be read: {refused}") from refused
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise IntegrityError(f"{place} can't be read: {reason or 'it is damaged'}") from problem


class _Refused(Exception):  # noqa: N818 - it carries a reason to `readable`
    """Why something is no results folder and no archive of ours."""


class _Folder:
    def __init__(self, path: Path, place: str) -> None:
        self.place = place
        self._path = path
        names = [name for name in DOCUMENTS if os.path.lexists(path / name)]
        for folder, _, files in os.walk(path / UNITS):
            below = os.path.relpath(folder, path)
            names += [f"{below}/{file}" for file in files]
        self.sizes = {name: (path / name).stat().st_size for name in names if _is_taken(name) and self._is_file(name)}

    def open(self, name: str) -> BinaryIO:
        return (self._path / name).open("rb")

    def close(self) -> None:
        """No file is held."""

    def _is_file(self, name: str) -> bool:
        """A link leads to what is no result."""
        return stat.S_ISREG((self._path / name).lstat().st_mode)


class _Archive:
    def __init__(self, path: Path, place: str) -> None:
        self.place = place
        if not stat.S_ISREG(path.stat().st_mode):
            raise _Refused("it is neither a folder nor a file")
        stream = path.open("rb")
        try:
            _check_end(stream)
            self._zip = zipfile.ZipFile(stream)
            self.sizes = _checked(self._zip.infolist(), path.stat().st_size)
        except ValueError as problem:  # a name that is not in the encoding that it says
            stream.close()
            raise _Refused(str(problem)) from problem
        except BaseException:
            stream.close()
            raise
        self._stream = stream

    def open(self, name: str) -> BinaryIO:
        return io.BufferedReader(cast("io.RawIOBase", self._zip.open(name)))

    def close(self) -> None:
        self._zip.close()
        self._stream.close()


def _check_end(stream: BinaryIO) -> None:
    """The end of an archive says how much there is to read of it, before anything is made of that."""
    size = stream.seek(0, os.SEEK_END)
    if size > ARCHIVE_BYTES:
        raise _Refused(f"it has more than {ARCHIVE_BYTES:,} bytes")
    stream.seek(max(0, size - _END.size - _LOCATOR_BYTES))
    tail = stream.read()
    if len(tail) < _END.size or tail[-_END.size : -_END.size + 4] != b"PK\x05\x06":
        raise _Refused("it is no whole zip file")
    _, _, _, _, files, directory_bytes, _, comment = _END.unpack(tail[-_END.size :])
    if comment or tail.startswith(_LOCATOR):
        raise _Refused("it is no archive of a shard")
    if files > MOST_FILES or directory_bytes > DIRECTORY_BYTES:
        raise _Refused(f"it has more than {MOST_FILES:,} files")


def _checked(entries: list[zipfile.ZipInfo], archive_bytes: int) -> dict[str, int]:
    """The files that are taken of these, by name; each entry is looked at, taken or not."""
    if len(entries) > MOST_FILES:
        raise _Refused(f"it has more than {MOST_FILES:,} files")
    names: set[str] = set()
    for entry in entries:
        _check_entry(entry)
        if entry.orig_filename in names:
            raise _Refused(f"it has {entry.orig_filename!r} twice")
        names.add(entry.orig_filename)
    if sum(entry.compress_size for entry in entries) > archive_bytes:
        raise _Refused("its files overlap")
    if sum(entry.file_size for entry in entries) > CONTENT_BYTES:
        raise _Refused(f"it holds more than {CONTENT_BYTES:,} bytes")
    files = {entry.filename: entry.file_size for entry in entries if not entry.is_dir() and _is_taken(entry.filename)}
    _check_kind(files, names)
    return files


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename  # `filename` ends at a NUL
    mode = entry.external_attr >> 16
    if not is_plain(name.removesuffix("/")):
        raise _Refused(f"{name[:200]!r} is no name of a file in it")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _Refused(f"{name!r} is no file")
    if entry.flag_bits & 0x1:
        raise _Refused("it is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _Refused(f"{name!r} is compressed in a way that no archive is")
    if entry.file_size > MOST_RATIO * entry.compress_size:
        raise _Refused(f"{name!r} claims to be {entry.file_size:,} bytes, packed into {entry.compress_size:,}")


def _check_kind(files: Mapping[str, int], names: set[str]) -> None:
    if "run.json" not in files and (packed := next(filter(shard_named, sorted(names)), None)) is not None:
        raise _Refused(f"it is a zip file with {packed} in it: unpack it first")
    for name in files:
        folder = name.rpartition("/")[0]
        while folder:
            if folder in files:
                raise _Refused(f"{folder!r} is a file and a folder in it")
            folder = folder.rpartition("/")[0]


def _is_taken(name: str) -> bool:
    return name in DOCUMENTS or (name.startswith(f"{UNITS}/") and is_plain(name))
