"""The sessions of this repository. `pip install nox` is all that has to be there before."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))

import integrity  # noqa: E402 - from this tree; discovery needs nothing beside nox

nox.needs_version = ">=2025.5"
nox.options.sessions = ["integrity"]


def synced(session: nox.Session, *groups: str) -> str:
    """The Python of an env with this project, its extras and the groups, exactly as locked; untouched when nothing changed."""
    folder = ROOT / ".nox" / "-".join(("engine", *groups))
    stamp = folder / "stamp"
    inputs = b"".join((ROOT / name).read_bytes() for name in ("uv.lock", "pyproject.toml"))
    state = hashlib.sha256(inputs + sys.version.encode()).hexdigest()
    python = folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == state and python.exists():
        return str(python)
    stamp.unlink(missing_ok=True)
    session.run(sys.executable, "-m", "virtualenv", "--quiet", "--clear", str(folder), external=True, silent=True)
    session.run(str(python), "-m", "pip", "install", "--quiet", "uv", external=True, silent=True)
    wanted = ["--all-extras", *(f"--group={group}" for group in groups)]
    sync = [str(python), "-m", "uv", "sync", "--quiet", "--locked", "--inexact", "--no-default-groups", *wanted]
    session.run(
        *sync, env={"UV_PROJECT_ENVIRONMENT": str(folder), "VIRTUAL_ENV": None, "UV_PYTHON": None}, external=True
    )
    stamp.write_text(state)
    return str(python)


integrity.register(nox, root=ROOT, engine=synced)


@nox.session(venv_backend="none", default=False)
def tests(session: nox.Session) -> None:
    """Run the project's own tests; pytest's arguments may follow `--`."""
    spread = ("-n", "auto", "--dist", "loadfile")  # a file's tests share what its fixtures built
    session.run(synced(session, "dev"), "-m", "pytest", *spread, *session.posargs, external=True)


@nox.session(venv_backend="none", default=False)
def lint(session: nox.Session) -> None:
    """Check style, the workflows, and what sources tell of the units."""
    python = synced(session, "dev")
    session.run(python, "-m", "ruff", "check", external=True)
    session.run(python, "-m", "ruff", "format", "--check", external=True)
    session.run(str(Path(python).with_name("integrity")), "check", external=True)
    session.run(str(Path(python).with_name("zizmor")), "--offline", "--persona=pedantic", ".github", external=True)


@nox.session(venv_backend="none", default=False)
def types(session: nox.Session) -> None:
    """Check the types."""
    session.run(synced(session, "dev"), "-m", "mypy", external=True)


if __name__ == "__main__":
    nox.main()
