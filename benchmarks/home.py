"""Where the benchmarks keep what they install and generate, and the environment in which everything is measured."""

from __future__ import annotations

import os
from pathlib import Path

HOME = Path(os.environ.get("BENCH_HOME", "~/.cache/integrity-bench")).expanduser().resolve()
TOOLS = HOME / "tools"  # a virtual environment with the Python tools among the peers
ENGINE = HOME / "engine"  # a virtual environment with integrity, installed as a user would
CONTAINERS = HOME / "containers"  # a virtual environment with testcontainers-python
NODE_MODULES = HOME / "npm" / "node_modules"
RESULTS = HOME / "results.jsonl"
LOGS = HOME / "logs"
CHECK_FILES = HOME / "check-files.txt"  # what is parsed beside `integrity check`
REPOSITORY = Path(__file__).resolve().parent.parent
# Each of these changes what is measured: the first makes every run compile every module again.
DROPPED = ("PYTHON", "UV_PYTHON", "VIRTUAL_ENV", "INTEGRITY_", "GITHUB_", "CI")


def monorepo(units: int, *, kind: str = "") -> Path:
    """The folder of the generated monorepo of this size; `kind` is `plain` (without third-party packages) or `backed`."""
    return HOME / "monorepos" / (f"{units}-{kind}" if kind else f"{units}")


def peer_python() -> Path:
    """The interpreter that every peer's environments are made with."""
    return (TOOLS / "bin" / "python").resolve()


def environment(*, offline: bool) -> dict[str, str]:
    """The variables of every measured process. Offline, so that no peer waits for an index: downloads are cached."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    path = (TOOLS / "bin", NODE_MODULES / ".bin", "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin")
    return {
        **kept,
        "PATH": os.pathsep.join(map(str, path)),
        "BENCH_HOME": str(HOME),
        "PEER_PYTHON": str(peer_python()),
        "UV_CACHE_DIR": str(HOME / "uv-cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "UV_OFFLINE": "1" if offline else "0",
        "DO_NOT_TRACK": "1",
        "TURBO_TELEMETRY_DISABLED": "1",
        "MOON_TOOLCHAIN_FORCE_GLOBALS": "true",
    }
