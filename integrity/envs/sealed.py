# ruff: noqa: PTH112, PTH208 - paths are strings here: thousands of files are looked at in every run
"""What a folder held when it was finished, and whether it still does. Bytecode may come and go; use changes nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Contents = dict[str, tuple[int, int]]  # path inside the folder → size in bytes, time of its last change in seconds

_BYTECODE = "__pycache__"


def contents_of(folder: Path) -> Contents:
    """All files and links below a folder."""
    return dict(_files(str(folder), ""))


def is_whole(folder: Path, contents: Mapping[str, tuple[int, int]], *closed: str) -> bool:
    """Whether each of these files is there as it was, and nothing was added to the folders `closed` in it.

    Deeper additions are let be: some packages keep files of their own beside their code.
    """
    try:
        if not all(_state(f"{folder}/{path}") == state for path, state in contents.items()):
            return False
        return all(_names(f"{folder}/{name}") <= _expected(contents, f"{name}/") for name in closed)
    except (OSError, ValueError):
        return False


def _files(base: str, prefix: str) -> Iterator[tuple[str, tuple[int, int]]]:
    with os.scandir(f"{base}/{prefix}") as entries:
        for entry in entries:
            if entry.name == _BYTECODE:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(base, f"{prefix}{entry.name}/")
            else:
                yield f"{prefix}{entry.name}", _state(entry.path)


def _state(path: str) -> tuple[int, int]:
    status = os.lstat(path)
    return status.st_size, int(status.st_mtime)


def _names(folder: str) -> set[str]:
    return {name for name in os.listdir(folder) if name != _BYTECODE} if os.path.isdir(folder) else set()


def _expected(contents: Mapping[str, tuple[int, int]], prefix: str) -> set[str]:
    return {path[len(prefix) :].partition("/")[0] for path in contents if path.startswith(prefix)}
