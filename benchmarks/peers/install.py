"""Installs the tool and its peers into the benchmarks' home."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.home import CONTAINERS, ENGINE, HOME, NODE_MODULES, REPOSITORY, TOOLS, environment

PYTHON_TOOLS = ("uv", "nox", "tox", "tox-uv", "hatchling")
CONTAINER_TOOLS = ("testcontainers>=4.10", "psycopg[binary]>=3.2", "redis>=5.2", "pytest>=8")
NODE_TOOLS = ("turbo@2", "@moonrepo/cli@2")


def install_peers() -> None:
    """Install the peers, once for all monorepos."""
    _run(str(Path(sys.executable).resolve()), "-m", "venv", "--clear", str(TOOLS))
    _run(str(TOOLS / "bin" / "pip"), "install", "--quiet", *PYTHON_TOOLS)
    NODE_MODULES.parent.mkdir(exist_ok=True)
    _run("npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(NODE_MODULES.parent), *NODE_TOOLS)


def install_tool() -> None:
    """Install this checkout as it is now, so that what is measured is what is here."""
    uv = str(TOOLS / "bin" / "uv")
    if not ENGINE.exists():
        _run(uv, "venv", "--quiet", "--python", str(TOOLS / "bin" / "python"), str(ENGINE))
    python = str(ENGINE / "bin" / "python")
    package = ("--reinstall-package", "nox-integrity", f"{REPOSITORY}[embedded]")
    _run(uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *package)


def install_containers() -> None:
    """Install the peer of the services scenario: its environment is there, and is the same for all of its units."""
    uv = str(TOOLS / "bin" / "uv")
    if not CONTAINERS.exists():
        _run(uv, "venv", "--quiet", "--python", str(TOOLS / "bin" / "python"), str(CONTAINERS))
        _run(
            uv,
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            str(CONTAINERS / "bin" / "python"),
            *CONTAINER_TOOLS,
        )


def _run(*command: str) -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, check=True, env=environment(offline=False))
