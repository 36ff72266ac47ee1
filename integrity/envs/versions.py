"""The version of a unit, also where the manifest says that a file holds it; None when only its build backend can tell."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.model.unit import Unit

# The pattern that hatch's documentation gives as the default of its `regex` source.
_ASSIGNMENT = re.compile(r"(?im)^(__version__|VERSION)(?:\s*:\s*str)?\s*=\s*(['\"])v?(?P<version>.+?)\2")


def readable_version(unit: Unit, folder: Path) -> str | None:
    """A normalised version (PEP 440)."""
    stated = unit.version if "version" not in unit.dynamic else _dynamic(unit.document.get("tool", {}), folder)
    try:
        return None if stated is None else str(Version(stated))
    except InvalidVersion:
        return None


def _dynamic(tool: Mapping[str, Any], folder: Path) -> str | None:
    hatch = tool.get("hatch", {}).get("version", {})
    if set(hatch) == {"path"}:
        return _assigned(folder / hatch["path"])
    setuptools = tool.get("setuptools", {}).get("dynamic", {}).get("version", {})
    if set(setuptools) == {"attr"}:
        return _attribute(folder, setuptools["attr"])
    if set(setuptools) == {"file"} and isinstance(setuptools["file"], str):
        return _text(folder / setuptools["file"]).strip() or None
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _assigned(path: Path) -> str | None:
    found = _ASSIGNMENT.search(_text(path))
    return found["version"] if found else None


def _attribute(folder: Path, dotted: str) -> str | None:
    """The string that `package.module.NAME` is assigned, found in the source without importing it."""
    module, _, name = dotted.rpartition(".")
    places = [
        root / part
        for root in (folder, folder / "src")
        for part in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py")
    ]
    text = next((text for place in places if (text := _text(place))), "")
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Constant(value=str(value))) if target == name:
                return value
    return None
