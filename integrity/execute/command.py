"""The command line of a unit's pytest: on the unit's own ground, never by the configuration of a folder above."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.envs import Env


def pytest_command(env: Env, directory: Path, test_file: str, options: tuple[str, ...]) -> tuple[str, ...]:
    """Pytest over one file of the unit in `directory`; its cache stays in the env, out of the source tree."""
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
        f"cache_dir={env.directory / 'pytest-cache'}",
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
        return "pytest" in tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError):
        return False


def _has_section(path: Path, header: str) -> bool:
    try:
        return any(line.strip() == header for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    except OSError:
        return False
