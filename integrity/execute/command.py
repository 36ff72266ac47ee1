"""The command line of a unit's pytest: on the unit's own ground, never by the configuration of a folder above."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.envs import Env


def pytest_command(env: Env, directory: Path, test_file: str, cache: Path, options: tuple[str, ...]) -> tuple[str, ...]:
    """Pytest over one file of the unit in `directory`.

    `cache` is this attempt's own: with that of an earlier run, `--lf` in a unit's addopts would leave out what passed then.
    """
    own = () if has_own_configuration(directory) else ("-c", str(env.directory / "pytest.ini"))
    return (
        str(env.python),
        "-m",
        "pytest",
        "-p",
        "integrity.inside.plugin",
        *own,
        f"--rootdir={directory}",
        f"--confcutdir={directory}",
        "-o",
        f"cache_dir={cache}",
        test_file,
        *options,
    )


def has_own_configuration(directory: Path) -> bool:
    """Whether pytest would take its configuration from this folder, by pytest's own rules."""
    if any((directory / name).exists() for name in ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")):
        return True
    return (
        _has_table(directory / "pyproject.toml")
        or _has_section(directory / "tox.ini", "[pytest]")
        or _has_section(directory / "setup.cfg", "[tool:pytest]")
    )


def _has_table(path: Path) -> bool:
    try:
        return path.is_file() and "pytest" in tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError):
        return False


def _has_section(path: Path, header: str) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    except OSError:
        return False
    return any(line.strip() == header for line in text.splitlines())
