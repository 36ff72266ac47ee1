"""Monorepos for tests, written from a mapping of paths to texts."""

from __future__ import annotations

import subprocess
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

GREEN_TEST = "def test_truth():\n    assert 1 + 1 == 2\n"


def make_monorepo(folder: Path, files: Mapping[str, str | bytes], *, git: bool = False) -> Path:
    """Write `files` (path relative to the root → text, dedented) below `folder` and return it; with `git`, commit them."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            target.write_text(textwrap.dedent(content).lstrip("\n"), encoding="utf-8")
    if git:
        commit(folder)
    return folder


def commit(folder: Path, message: str = "all") -> None:
    """Commit everything in `folder`, which becomes a repository if it is none."""
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"]
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    subprocess.run(
        ["git", *identity, "commit", "--quiet", "--allow-empty", "--message", message], cwd=folder, check=True
    )


def pep621(name: str, *, dependencies: Iterable[str] = (), version: str = "1.0", more: str = "") -> str:
    """A `pyproject.toml` with a static `[project]`; `more` is appended as it is."""
    listed = "".join(f'    "{dependency}",\n' for dependency in dependencies)
    return (
        f'[project]\nname = "{name}"\nversion = "{version}"\nrequires-python = ">=3.11"\ndependencies = [\n{listed}]\n'
        '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        + (f"\n{textwrap.dedent(more).lstrip()}" if more else "")
    )


def unit(path: str, *, dependencies: Iterable[str] = (), more: str = "", test: str = GREEN_TEST) -> dict[str, str]:
    """The files of a unit that builds and passes: manifest, one module in src layout, `test_integrity.py`; its name is its folder's."""
    name = path.rpartition("/")[2]
    module = name.replace("-", "_")
    return {
        f"{path}/pyproject.toml": pep621(name, dependencies=dependencies, more=more),
        f"{path}/src/{module}/__init__.py": f'"""{name}."""\n',
        f"{path}/test_integrity.py": test,
    }
