"""What the pages about services show does what they say, with embedded servers."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys

import pytest

from tests.docs.pages import DOCS, blocks, page
from tests.e2e.command import report_of, run
from tests.monorepo import make_monorepo

pytestmark = pytest.mark.e2e

MANIFEST = '[project]\nname = "billing"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["psycopg[binary]"]\n[tool.uv]\npackage = false\n'
LIMIT_S = 100


@pytest.fixture
def shop(tmp_path):
    """A monorepo with the unit that the page begins with; what is left of it is ended."""
    _, table = next(blocks(DOCS / "how-to" / "services.md", "toml"))
    _, test = next(blocks(DOCS / "how-to" / "services.md", "python"))
    files = {
        "pyproject.toml": "[tool.integrity]\n",
        "services/billing/pyproject.toml": MANIFEST + table,
        "services/billing/test_integrity.py": test,
    }
    yield make_monorepo(tmp_path, files)
    run(tmp_path, "services", "down")


def test_first_example_passes(shop):
    """The two lines of `needs` are enough for the test below them; the report says what ran."""
    done = run(shop, "run", "--services", "embedded")

    assert done.returncode == 0, done.stdout + done.stderr
    (unit,) = report_of(shop)["units"]
    assert [(service["name"], service["provider"]) for service in unit["services"]] == [
        ("postgres", "embedded"),
        ("redis", "embedded"),
    ]
    assert all((shop / "integrity-results" / service["log"]).is_file() for service in unit["services"])


def test_services_are_kept_used_and_taken_down(shop):
    """The console of the page about debugging, line by line: what it exports can be used, and at the end nothing is up."""
    lines = re.findall(r"(?m)^\$ (.*integrity .*)$", page("how-to/debug-services.md"))
    look = 'test -n "$DATABASE_URL" && integrity services ps && python -c \'import os, psycopg; psycopg.connect(os.environ["DATABASE_URL"])\''
    script = "\n".join(
        [
            "set -e",
            f'integrity() {{ {shlex.quote(sys.executable)} -m integrity "$@"; }}',
            f'python() {{ {shlex.quote(sys.executable)} "$@"; }}',
            *(f"{line}\n{look if line.startswith('eval') else ''}" for line in lines),
            "integrity services ps",
        ]
    )

    done = subprocess.run(
        ["bash", "-c", script],
        cwd=shop,
        env={**os.environ, "INTEGRITY_SERVICES": "embedded"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "postgres  embedded" in done.stdout
    assert done.stdout.rstrip().endswith("no services are up")
    assert len(lines) == 5
