"""Finds the root of the monorepo from any folder in it, without judging its configuration."""

from __future__ import annotations

import tomllib
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from integrity.errors import UsageError
from integrity.settings.option import ROOT_ONLY
from integrity.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Sign(IntEnum):
    """How much a folder looks like the root. Units have a `[tool.integrity]` too, so that alone says little."""

    NONE = 0
    TABLE = 1
    TABLE_BESIDE_UNITS = 2
    ROOT_KEYS = 3


def find_root(start: Path) -> Path:
    """The root of the monorepo that holds `start`, absolute.

    The nearest folder with `integrity.toml` or a root's key in its `[tool.integrity]`; else the topmost whose
    `[tool.integrity]` stands beside `services`, `packages` or a uv workspace; else the root of the git repository; else
    the topmost with a `[tool.integrity]`. Nothing above the git repository is looked at. Raises UsageError.
    """
    start = start.resolve()
    folders = tuple(_folders_up(start))
    signs = {folder: _sign(folder) for folder in folders}
    certain = [folder for folder in folders if signs[folder] is _Sign.ROOT_KEYS]
    likely = [folder for folder in folders if signs[folder] is _Sign.TABLE_BESIDE_UNITS]
    git = [folder for folder in folders if (folder / ".git").exists()]
    tables = [folder for folder in folders if signs[folder] is _Sign.TABLE]
    found = certain[:1] or likely[-1:] or git or tables[-1:]
    if not found:
        message = f"{start} is in no monorepo: no folder above it has [tool.integrity] in pyproject.toml, an integrity.toml or a .git."
        raise UsageError(message, hint="Go to the repository, or name its root with --root DIR.")
    return found[0]


def _folders_up(start: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return


def _sign(folder: Path) -> _Sign:
    if (folder / "integrity.toml").is_file():
        return _Sign.ROOT_KEYS
    tool = _tool_tables(folder / "pyproject.toml")
    table = tool.get("integrity")
    if not isinstance(table, dict):
        return _Sign.NONE
    if any(option.name in table for option in OPTIONS if option.scopes == ROOT_ONLY):
        return _Sign.ROOT_KEYS
    uv = tool.get("uv")
    has_workspace = isinstance(uv, dict) and "workspace" in uv
    if has_workspace or (folder / "services").is_dir() or (folder / "packages").is_dir():
        return _Sign.TABLE_BESIDE_UNITS
    return _Sign.TABLE


def _tool_tables(path: Path) -> dict[str, Any]:
    """What stands below `[tool]`; nothing where the file can't be read, since that is said when it is loaded."""
    try:
        tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool")
    except (OSError, ValueError, RecursionError):
        return {}
    return tool if isinstance(tool, dict) else {}
