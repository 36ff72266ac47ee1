"""What one shard leaves: its plan, journal and logs in one zip file, for `merge`, `report` and `rerun`."""

from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.model.run import Shard

DOCUMENTS = ("plan.json", "run.json", "events.jsonl")
UNITS = "units"


def archive_name(shard: Shard) -> str:
    """The name of a shard's archive; no two of a workflow's have the same."""
    return f"integrity-shard-{shard.index}-of-{shard.total}-attempt-{shard.attempt}.zip"


def write_archive(results: Path, shard: Shard) -> list[str]:
    """Write the archive of `results` into it, whole or not at all; returns what kept it from being written, in words."""
    path = results / archive_name(shard)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in _names(results):
                archive.write(results / name, name)
        temporary.replace(path)
    except OSError as problem:
        return [f"{path} could not be written: {os.strerror(problem.errno or 0)}"]
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return []


def _names(results: Path) -> Iterator[str]:
    yield from (name for name in DOCUMENTS if (results / name).exists())
    for path in sorted((results / UNITS).rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(results).as_posix()
