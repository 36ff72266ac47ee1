"""Nox glue: `register(nox)` adds the sessions; everything they do is the command line's."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrity.discover import Globs, discover
from integrity.errors import IntegrityError
from integrity.settings import load_root
from integrity.system.foreground import run_foreground

if TYPE_CHECKING:
    from collections.abc import Callable

    from integrity.model.unit import Unit

    Engine = Callable[[Any], str]  # a nox session → the Python that has this package and its dependencies


def register(nox: Any, *, root: str | Path, engine: Engine | None = None) -> None:
    """Add the session `integrity`, and one `integrity-<unit>` for each unit, tagged by kind and never run by default.

    `root` is the monorepo's root, or a file in it (`__file__` of the noxfile). `engine` gives the Python to run with;
    default: the one that nox runs on. A configuration that is broken doesn't break `nox -l`; the run reports it.
    """
    folder = Path(root).resolve()
    folder = folder.parent if folder.is_file() else folder
    python_of = engine or (lambda _session: sys.executable)
    everything = _running(folder, python_of, None, "Run the integrity tests of every unit, or of those after `--`.")
    nox.session(name="integrity", venv_backend="none")(everything)
    for unit, name in _named(_units(folder)):
        one = _running(folder, python_of, unit.path, f"{unit.kind} {unit.path}")
        nox.session(name=name, venv_backend="none", default=False, tags=["unit", str(unit.kind)])(one)


def _running(root: Path, python_of: Engine, selector: str | None, doc: str) -> Callable[[Any], None]:
    """A session that runs the engine over `selector`, or over what is named after nox's `--`."""

    def session_function(session: Any) -> None:
        chosen = [] if selector is None else [selector]
        command = [python_of(session), "-m", "integrity", "run", *chosen, f"--root={root}", *session.posargs]
        status = run_foreground(command, cwd=root, environment=os.environ)
        if status != 0:
            session.error(f"integrity ended with exit code {status}")

    session_function.__doc__ = doc
    return session_function


def _units(root: Path) -> tuple[Unit, ...]:
    try:
        settings = load_root(root, environ=os.environ, flags={})
    except IntegrityError:
        return ()
    return discover(root, Globs.of(settings)).units


def _named(units: tuple[Unit, ...]) -> list[tuple[Unit, str]]:
    """Each unit with its session's name: its own where that is unique, else its path."""
    counts = Counter(_slug(unit.name) for unit in units)
    return [(unit, f"integrity-{_slug(unit.name if counts[_slug(unit.name)] == 1 else unit.path)}") for unit in units]


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-")
