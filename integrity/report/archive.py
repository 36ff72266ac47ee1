"""What one shard leaves: its plan, journal and logs in one zip file, for `merge`, `report` and `rerun`."""

from __future__ import annotations

import os
import re
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

from integrity.model.run import Shard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENTS = ("plan.json", "run.json", "events.jsonl")
UNITS = "units"

# No reader unpacks more than this, and so no writer packs more. Below these, no archive needs the extensions of ZIP64.
ARCHIVE_BYTES = 2_100_000_000
CONTENT_BYTES = 2_000_000_000
MOST_FILES = 50_000
LONGEST_NAME_BYTES = 1000

_NAME = re.compile(r"integrity-shard-([1-9]\d{0,2})-of-([1-9]\d{0,2})-attempt-([1-9]\d{0,5})\.zip", re.ASCII)


def archive_name(shard: Shard) -> str:
    """The name of a shard's archive; no two of a workflow's have the same."""
    return f"integrity-shard-{shard.index}-of-{shard.total}-attempt-{shard.attempt}.zip"


def shard_named(name: str) -> Shard | None:
    """The shard whose archive has this name; None for any other name."""
    match = _NAME.fullmatch(name)
    return None if match is None else Shard(index=int(match[1]), total=int(match[2]), attempt=int(match[3]))


def is_plain(name: str) -> bool:
    """Whether a name in an archive is a path below it, written in the one way that means the same on all systems."""
    parts = name.split("/")
    return (
        name.isprintable()  # and so without NUL and halves of surrogate pairs
        and len(name.encode("utf-8")) <= LONGEST_NAME_BYTES
        and "\\" not in name
        and ":" not in name
        and not any(part in ("", ".", "..") for part in parts)
    )


def write_archive(results: Path, shard: Shard) -> list[str]:
    """Write the archive of `results` into it, whole or not at all; returns what kept it from being so, in words."""
    path = results / archive_name(shard)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        left_out = _write(results, temporary)
        temporary.replace(path)
    except OSError as problem:
        return [f"{path} could not be written: {os.strerror(problem.errno or 0)}"]
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return (
        [f"{path} is without {left_out} of the units' files: an archive holds {CONTENT_BYTES:,} bytes"]
        if left_out
        else []
    )


def _write(results: Path, target: Path) -> int:
    """Returns how many files there was no room for."""
    left_out, size = 0, 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name in DOCUMENTS:
            if (results / name).exists():
                size += _add(archive, results, name)
        for name in _names_of_units(results):
            if size + (results / name).stat().st_size > CONTENT_BYTES or len(archive.filelist) >= MOST_FILES:
                left_out += 1
            else:
                size += _add(archive, results, name)
    return left_out


def _add(archive: zipfile.ZipFile, results: Path, name: str) -> int:
    archive.write(results / name, name)
    return archive.filelist[-1].file_size


def _names_of_units(results: Path) -> Iterator[str]:
    """What a test put there under a name that no reader takes is none of it."""
    for path in sorted((results / UNITS).rglob("*")):
        name = path.relative_to(results).as_posix()
        if path.is_file() and not path.is_symlink() and is_plain(name):
            yield name
