"""The user's own uv settings that a resolution depends on. Read only to know when they change: uv itself obeys them."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrity.model.document import section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What stands in [tool.uv] for other commands, or is taken into account elsewhere.
_WITHOUT_EFFECT = frozenset({
    "sources", "workspace", "package", "default-groups", "dev-dependencies", "dependency-groups", "build-backend", "managed",
    "conflicts", "environments", "required-environments", "cache-keys", "publish-url", "check-url",
})  # fmt: skip
_VARIABLES_WITHOUT_EFFECT = frozenset({
    "UV_CACHE_DIR", "UV_CONCURRENT_BUILDS", "UV_CONCURRENT_DOWNLOADS", "UV_CONCURRENT_INSTALLS", "UV_HTTP_TIMEOUT", "UV_LINK_MODE",
    "UV_NO_PROGRESS", "UV_OFFLINE", "UV_PYTHON_INSTALL_DIR", "UV_NO_CACHE", "UV_HTTP_RETRIES", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS",
})  # fmt: skip

_PACKAGES = frozenset({".whl", ".gz", ".zip"})


class UvSettings:
    """What uv reads when it is started in a folder, beside the project there."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._nearest: dict[Path, Path | None] = {}
        self._digests: dict[Path | None, str] = {}

    def digest(self, folder: Path) -> str:
        """Changes with every setting that may change what is resolved, or where it is taken from, in `folder`."""
        nearest = self._configured(folder)
        if nearest not in self._digests:
            self._digests[nearest] = self._compute(nearest)
        return self._digests[nearest]

    def _configured(self, folder: Path) -> Path | None:
        """The nearest folder upwards whose uv.toml or `[tool.uv]` uv takes its settings from."""
        if folder not in self._nearest:
            above = None if folder.parent == folder else folder.parent
            self._nearest[folder] = folder if _has_settings(folder) else (above and self._configured(above))
        return self._nearest[folder]

    def _compute(self, nearest: Path | None) -> str:
        variables = {
            name: value
            for name, value in self._environment.items()
            if name.startswith("UV_") and name not in _VARIABLES_WITHOUT_EFFECT
        }
        nearby = {} if nearest is None else _table(nearest)
        # Settings may hold relative paths, so that the same words mean other things elsewhere.
        place = str(nearest) if nearby else ""
        files = [_text(path) for path in self._user_files()]
        named = [_state(nearest, text) for text in sorted(_texts([variables, nearby]))]
        settings = [variables, nearby, place, files, named]
        return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()

    def _user_files(self) -> list[Path]:
        if (stated := self._environment.get("UV_CONFIG_FILE")) is not None:
            return [Path(stated)]
        home = self._environment.get("HOME", "/nonexistent")
        user = Path(self._environment.get("XDG_CONFIG_HOME", f"{home}/.config")) / "uv" / "uv.toml"
        system = [
            Path(part) / "uv" / "uv.toml" for part in self._environment.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
        ]
        return [user, *system, Path("/etc/uv/uv.toml")]


def document_of(path: Path) -> Mapping[str, Any]:
    """A parsed TOML file; empty when it is not there or is no TOML (uv itself will say so)."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}


def _has_settings(folder: Path) -> bool:
    manifest = folder / "pyproject.toml"
    if os.path.isfile(folder / "uv.toml"):  # noqa: PTH113 - is_file() fails below a folder that is closed
        return True
    return "uv" in _text(manifest) and "uv" in section(document_of(manifest), "tool")


def _table(folder: Path) -> dict[str, Any]:
    own = folder / "uv.toml"
    table = document_of(own) if own.is_file() else section(document_of(folder / "pyproject.toml"), "tool", "uv")
    return {key: value for key, value in table.items() if key not in _WITHOUT_EFFECT}


def _texts(value: Any) -> Iterator[str]:
    """All strings in a value: some settings name files of constraints, or folders of wheels."""
    if isinstance(value, str):
        yield from {value, *value.split()}
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _state(folder: Path | None, text: str) -> Any:
    """What is in the file or the folder that `text` may name."""
    path = (folder or Path("/")) / text.removeprefix("file://")
    try:
        if path.is_dir():
            packages = (entry for entry in sorted(path.iterdir()) if entry.suffix in _PACKAGES)
            return [[entry.name, entry.stat().st_size, entry.stat().st_mtime_ns] for entry in packages]
        return _text(path) if path.is_file() else None
    except (OSError, ValueError):
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
