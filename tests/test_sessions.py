"""`register` turns units into nox sessions that all run the one engine."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from integrity.sessions import register
from tests.monorepo import make_monorepo

MANIFEST = '[project]\nname = "{}"\nversion = "1"\n'


class FakeNox:
    """Keeps what is registered, as nox would."""

    def __init__(self):
        self.sessions = {}

    def session(self, *, name, **options):
        def keep(function):
            self.sessions[name] = SimpleNamespace(function=function, **options)

        return keep


@pytest.fixture
def registered(tmp_path):
    def make(files, **options):
        nox = FakeNox()
        root = make_monorepo(tmp_path, {"noxfile.py": "", **files})
        register(nox, root=root / "noxfile.py", **options)
        return nox.sessions

    return make


def test_each_unit_is_a_session_tagged_by_kind_and_not_run_by_default(registered):
    """`nox -l` shows every unit; bare `nox` runs only the one session over all."""
    sessions = registered(
        {
            "services/billing/pyproject.toml": MANIFEST.format("billing"),
            "packages/plans/pyproject.toml": MANIFEST.format("plans"),
        }
    )

    assert set(sessions) == {"integrity", "integrity-billing", "integrity-plans"}
    assert sessions["integrity-billing"].tags == ["unit", "service"]
    assert sessions["integrity-plans"].function.__doc__ == "package packages/plans"
    assert [name for name, session in sessions.items() if getattr(session, "default", True)] == ["integrity"]
    assert {session.venv_backend for session in sessions.values()} == {"none"}


def test_units_that_share_a_name_get_sessions_named_by_path(registered):
    """No session silently takes another's place."""
    sessions = registered(
        {"services/a/pyproject.toml": MANIFEST.format("agent"), "packages/a/pyproject.toml": MANIFEST.format("agent")}
    )

    assert {"integrity-services-a", "integrity-packages-a"} < set(sessions)


def test_broken_configuration_still_lists_the_main_session(registered):
    """`nox -l` works, and the run is what reports the configuration."""
    assert set(registered({"pyproject.toml": "[tool.integrity]\nservces = []\n"})) == {"integrity"}


def test_session_runs_the_engine_and_is_red_when_it_is(registered, tmp_path):
    """The session passes its unit and what follows `--` on, and ends as an error with the engine's exit code."""
    engine = tmp_path / "engine"
    engine.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$(dirname "$0")/arguments"\nexit 3\n')
    engine.chmod(0o755)
    sessions = registered(
        {"services/billing/pyproject.toml": MANIFEST.format("billing")}, engine=lambda _session: str(engine)
    )
    errors = []

    sessions["integrity-billing"].function(SimpleNamespace(posargs=["-v", "--", "-k", "plans"], error=errors.append))

    assert (tmp_path / "arguments").read_text().split() == [
        "-m", "integrity", "run", "services/billing", f"--root={tmp_path}", "-v", "--", "-k", "plans",
    ]  # fmt: skip
    assert errors == ["integrity ended with exit code 3"]


def test_importing_the_sessions_needs_nothing_beside_nox():
    """What `nox -l` imports is the standard library and packaging."""
    import subprocess

    code = "import sys, integrity.sessions; print(*sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[1:])))"
    heavy = ["msgspec", "rich", "click", "filelock", "docker", "jinja2", "dotenv"]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
