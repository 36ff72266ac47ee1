"""What the root of a monorepo needs: its table, a noxfile, a workflow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrity.generate.changes import Change, text_of
from integrity.generate.rendering import rendered
from integrity.generate.toml import assigned, extended, parsed, section_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from integrity.generate.layout import Layout

NOXFILE = "noxfile.py"
WORKFLOWS = ".github/workflows"
WORKFLOW = f"{WORKFLOWS}/integrity.yml"
_RUNS = re.compile(r"nox (?:.* )?-s integrity\b|\bintegrity run\b|noxfile\.py (?:.* )?-s integrity\b")


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


def workflow(root: Path, *, branch: str) -> Change | None:
    """A workflow for GitHub, where none runs the integrity tests yet."""
    folder = root / WORKFLOWS
    there = [path for path in sorted(folder.glob("*.y*ml")) if folder.is_dir()]
    if any(_RUNS.search(path.read_text(encoding="utf-8", errors="replace")) for path in there):
        return None
    if text_of(root / WORKFLOW) is not None:
        return None
    return Change(path=WORKFLOW, after=rendered("root/integrity.yml.j2", branch=branch))
