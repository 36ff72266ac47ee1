"""Envs with the frameworks that adapters know, at the oldest and the newest versions that are supported; made once."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

HERE = Path(__file__).parent
FOLDER = "INTEGRITY_TEST_FRAMEWORKS"  # where the envs are kept from one run of the tests to the next


@pytest.fixture(scope="session")
def newest(tmp_path_factory) -> Path:
    """Return the interpreter of an env with the newest versions."""
    return framework_env("newest", tmp_path_factory)


@pytest.fixture(scope="session")
def oldest(tmp_path_factory) -> Path:
    """Return the interpreter of an env with the oldest versions."""
    return framework_env("oldest", tmp_path_factory)


def framework_env(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the env of `frameworks-<name>.txt` where no other worker has."""
    requirements = HERE / f"frameworks-{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]
    shared = tmp_path_factory.getbasetemp()
    parent = Path(os.environ.get(FOLDER) or (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared))
    folder = parent / f"frameworks-{name}-{digest}"
    python = folder / "bin" / "python"
    parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "whole").exists():
            uv = [sys.executable, "-m", "uv"]
            subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
            subprocess.run(
                [*uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(requirements)], check=True
            )
            (folder / "whole").touch()
    return python
