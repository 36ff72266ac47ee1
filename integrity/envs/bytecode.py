"""Bytecode shared between layers: a package that several layers hold is compiled once, by whoever imports it first.

Each folder of a layer that belongs to one distribution gets a `__pycache__` that is a link into a place of that
distribution's own. Python checks what it finds there against the source's time and size, and puts in the right path.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections import defaultdict
from typing import TYPE_CHECKING

from integrity.envs import distinfo

if TYPE_CHECKING:
    from pathlib import Path


def share(site_packages: Path, store: Path) -> None:
    """Link the bytecode folders of a fresh layer into `store`. Links are relative: the store may be moved as a whole."""
    owners: dict[str, set[str]] = defaultdict(set)
    places: dict[str, Path] = {}
    for name, dist_info in distinfo.installed(site_packages).items():
        sources = [source for source in _sources(dist_info) if (site_packages / source).is_file()]
        # Of such a distribution pytest keeps rewritten bytecode, which names the path of whoever wrote it.
        if sources and "pytest11" not in distinfo.entry_points_of(dist_info):
            places[name] = store / _identity(dist_info, site_packages / sources[0])
        for source in sources:
            owners[source.rpartition("/")[0]].add(name)
    for folder, names in owners.items():
        (name, *others) = names
        if not others and folder and name in places:
            _link(site_packages / folder, places[name] / folder)


def _sources(dist_info: Path) -> list[str]:
    """The modules that RECORD lists; none where it can't be read, since sharing only saves time."""
    try:
        text = (dist_info / "RECORD").read_text(encoding="utf-8")
        paths = [row[0] for row in csv.reader(text.splitlines()) if row]
    except (OSError, ValueError, csv.Error):
        return []
    return [path for path in paths if path.endswith(".py") and ".." not in path and not path.startswith(("/", "bin/"))]


def _identity(dist_info: Path, source: Path) -> str:
    """Equal for two installs of the same files. Where uv copies files their times differ, and nothing is shared."""
    record = hashlib.sha256((dist_info / "RECORD").read_bytes()).hexdigest()[:24]
    return f"{dist_info.name.removesuffix('.dist-info')}-{record}-{source.stat().st_mtime_ns:x}"


def _link(folder: Path, place: Path) -> None:
    cache = folder / "__pycache__"
    if cache.exists() or not folder.is_dir():
        return
    place.mkdir(parents=True, exist_ok=True)
    # The layer is renamed after this, within its parent: paths from it to the store stay the same.
    cache.symlink_to(os.path.relpath(place, folder))
