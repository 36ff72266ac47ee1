"""What git says of the working tree; a tree without git is fine."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

TIMEOUT_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The checked-out commit, and whether the tree differs from it; `commit` is None outside a git repository.

    `edited` is whether files differ that git knows: what else lies there makes a tree `dirty` alone.
    """

    commit: str | None
    dirty: bool
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What git printed; `problem` is why it has no answer, as a clause, and empty where it has one."""

    output: bytes = b""
    problem: str = ""

    @property
    def line(self) -> str | None:
        """The one line that it printed; None without an answer."""
        return None if self.problem else self.output.decode("utf-8", "surrogateescape").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """git in a folder: paths that it prints are relative to that, and nothing outside of it is told."""

    folder: Path
    environment: Mapping[str, str]

    def ask(self, *arguments: str, given: bytes = b"", statuses: Collection[int] = (0,)) -> Answer:
        """Run git, which writes nothing to the repository; `given` is its stdin, `statuses` are those of an answer."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.folder,
                env={**self.environment, "GIT_OPTIONAL_LOCKS": "0"},
                input=given,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Answer(problem=f"git gave no answer in {TIMEOUT_S} s")
        except OSError as problem:
            return Answer(problem=f"git can't be run ({problem.strerror})")
        if done.returncode not in statuses:
            said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            return Answer(problem=f"git said: {said or f'nothing, and ended with {done.returncode}'}")
        return Answer(output=done.stdout)

    def commit(self, name: str) -> str | None:
        """The full id of a commit that is here, by any name that git knows."""
        if not name or name.startswith("-") or "\x00" in name:
            return None
        return self.ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").line or None


def revision(root: Path, environment: Mapping[str, str]) -> Revision:
    """Commit and state of the working tree at `root`, by one call of git."""
    git = Git(folder=root, environment=environment)
    said = git.ask("status", "--porcelain=v2", "--branch", "--untracked-files=normal", "--", ".")
    lines = said.output.decode(errors="replace").splitlines()
    commit = next((line.split()[2] for line in lines if line.startswith("# branch.oid ")), None)
    dirty = any(not line.startswith("#") for line in lines)
    edited = any(not line.startswith(("#", "?")) for line in lines)
    return Revision(commit=None if commit == "(initial)" else commit, dirty=dirty, edited=edited)


def main_branch(root: Path, environment: Mapping[str, str]) -> str:
    """The branch that the remote calls its own; `main` where git doesn't know."""
    said = Git(folder=root, environment=environment).ask("symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    return (said.line or "").removeprefix("origin/") or "main"
