"""What the root of a monorepo needs: its table, a noxfile, a pipeline of its CI system."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrity.generate.changes import Change, text_of
from integrity.generate.rendering import below, rendered
from integrity.generate.toml import assigned, extended, parsed, section_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from integrity.generate.layout import Layout

NOXFILE = "noxfile.py"
WORKFLOWS = ".github/workflows"
_CI_FILES = {"github": (WORKFLOWS,), "gitlab": (".gitlab", ".gitlab-ci.yml"), "buildkite": (".buildkite",)}
_PROGRAMS = frozenset({".buildkite/integrity-plan", ".buildkite/hooks/pre-command"})
_RUNS = re.compile(r"nox (?:.* )?-s integrity\b|\bintegrity (?:run|plan)\b|noxfile\.py (?:.* )?-s integrity\b")


def is_configured(root: Path) -> bool:
    """Whether the root says already what it is. Raises UsageError for a pyproject.toml that is no TOML."""
    if (root / "integrity.toml").exists():
        return True
    text = text_of(root / "pyproject.toml")
    return text is not None and section_of(parsed("pyproject.toml", text)) is not None


def root_table(root: Path, layout: Layout, *, own: Sequence[str] = (), more: str = "") -> Change:
    """The root's table: at the end of its pyproject.toml, or in an integrity.toml of its own.

    Where the root is a unit itself, `own` are further lines of the table, and `more` goes below it.
    """
    lines = [
        assigned("services", list(layout.services)),
        assigned("packages", list(layout.packages)),
        *([assigned("exclude", list(layout.exclude))] if layout.exclude else []),
        'missing = "baseline" # new units need a test file; the list of those that have none can only shrink',
        *own,
    ]
    before = text_of(root / "pyproject.toml")
    if before is None:
        below = more.replace("[tool.integrity.", "[")  # a file of its own needs no prefix
        return Change(path="integrity.toml", after="\n".join([*lines, ""]) + (f"\n{below}" if below else ""))
    text = "\n".join(["[tool.integrity]", *lines, ""]) + (f"\n{more}" if more else "")
    return extended("pyproject.toml", before, text)


def noxfile(root: Path) -> Change | None:
    """A noxfile, where there is none."""
    return None if text_of(root / NOXFILE) is not None else Change(path=NOXFILE, after=rendered("root/noxfile.py.j2"))


def lacks_sessions(root: Path) -> bool:
    """Whether there is a noxfile that knows nothing of integrity."""
    text = text_of(root / NOXFILE)
    return text is not None and "integrity" not in text


def ignores_results(root: Path) -> bool:
    """Whether git is told to leave the results out."""
    return "integrity-results" in (text_of(root / ".gitignore") or "")


def pipeline(root: Path, system: str, *, branch: str) -> Iterator[Change]:
    """What a CI system runs the integrity tests with, where nothing runs them there yet; a file that is there stays."""
    if any(_RUNS.search(text_of(path) or "") for path in _pipelines(root, system)):
        return
    for path, template in below(f"ci/{system}"):
        if text_of(root / path) is None:
            yield Change(path=path, after=rendered(template, branch=branch), is_program=path in _PROGRAMS)


def uses_github(root: Path) -> bool:
    """Whether there are workflows."""
    return (root / WORKFLOWS).is_dir()


def _pipelines(root: Path, system: str) -> Iterator[Path]:
    """The files in which somebody may have written already what a CI system runs."""
    folder, *others = _CI_FILES[system]
    yield from sorted(path for path in (root / folder).glob("*.y*ml") if path.is_file())
    yield from (root / other for other in others)
