"""What git says of the working tree; a tree without git is fine."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TIMEOUT_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The checked-out commit, and whether the tree differs from it; `commit` is None outside a git repository."""

    commit: str | None
    dirty: bool


def revision(root: Path, environment: Mapping[str, str]) -> Revision:
    """Commit and state of the working tree at `root`, by one call of git."""
    lines = _said("status --porcelain=v2 --branch --untracked-files=normal -- .", root, environment).splitlines()
    commit = next((line.split()[2] for line in lines if line.startswith("# branch.oid ")), None)
    dirty = any(not line.startswith("#") for line in lines)
    return Revision(commit=None if commit == "(initial)" else commit, dirty=dirty)


def main_branch(root: Path, environment: Mapping[str, str]) -> str:
    """The branch that the remote calls its own; `main` where git doesn't know."""
    said = _said("symbolic-ref --short refs/remotes/origin/HEAD", root, environment)
    return said.strip().removeprefix("origin/") or "main"


def _said(arguments: str, root: Path, environment: Mapping[str, str]) -> str:
    """What git prints; nothing where it isn't there or hangs."""
    try:
        done = subprocess.run(
            ["git", *arguments.split()],
            cwd=root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")
