# ruff: noqa: PTH116, PTH122, PTH123 - paths are strings here: a tree is walked in every run, and pathlib would cost more than all else
"""What a build of a unit depends on, as far as that can be known without building: all of it in the unit's own folder."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.model.unit import Unit

BUILD_VARIABLES = (
    "CC",
    "CXX",
    "CFLAGS",
    "CPPFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "PKG_CONFIG_PATH",
    "SETUPTOOLS_SCM_PRETEND_VERSION",
)
_MANIFESTS = frozenset({
    "pyproject.toml", "setup.py", "setup.cfg", "MANIFEST.in", "hatch_build.py", "build.py", "Cargo.toml", "CMakeLists.txt", "meson.build",
})  # fmt: skip
_LISTS = (".txt", ".in")  # requirements, and versions in files of their own
_COMPILED = frozenset({".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".pyx", ".pxd", ".rs"})
_IGNORED = frozenset({".git", ".venv", "venv", "node_modules", "build", "dist", "target", "__pycache__"})
_VERSION_LINE = re.compile(rb"(?im)^.*version.*$")


def build_inputs(unit: Unit, root: Path) -> list[Any]:
    """Manifests and what they may read by content, what is compiled by size and time, of modules where they are and their version.

    So an edit of code or a new module rebuilds nothing; a new package, one that moved or a new version does.
    """
    folder = str(root / unit.path)
    found: dict[str, list[Any]] = {}
    for path in _files(folder):
        name, state = _stated(path, os.path.relpath(path, folder))
        found[name] = state
    return sorted(found.items())


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _IGNORED and not entry.name.endswith(".egg-info"):
                    yield from _files(entry.path)
            elif entry.is_file():
                yield entry.path


def _stated(path: str, name: str) -> tuple[str, list[Any]]:
    """What counts of a file, under its name; of a module inside a package only that its folder holds modules."""
    folder, file = os.path.split(name)
    suffix = os.path.splitext(file)[1]
    if suffix in _COMPILED:
        status = os.stat(path)
        return name, [status.st_size, status.st_mtime_ns]
    if (not folder and file in _MANIFESTS) or (folder in {"", "requirements"} and suffix in _LISTS):
        return name, [_digest(_content(path))]
    if "version" in file.lower() or file in {"__init__.py", "__about__.py"}:
        return name, [
            _digest(b"\n".join(_VERSION_LINE.findall(_content(path)) if suffix == ".py" else [_content(path)]))
        ]
    return (name, []) if suffix == ".py" and not folder else (folder if suffix == ".py" else "", [])


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
