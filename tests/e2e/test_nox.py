"""The tool as its users call it: through nox, in a clone of this repository with nothing prepared."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command import marked_processes, report_of, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
SLEEPS = "import pathlib, time\ndef test_sleeps():\n    pathlib.Path('started').touch()\n    time.sleep(600)\n"


def nox(root: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INTEGRITY_", "GITHUB_", "NOX"))
    }
    command = [sys.executable, "-m", "nox", *arguments]
    return subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=300)
    return process.returncode, output


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """What git has of this working tree, as a new user gets it."""
    root = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes((ROOT / name).read_bytes())
    return root


def test_one_unit_by_argument_and_by_session(clone):
    """`nox -s integrity -- contracts` and `nox -s integrity-contracts` do the same; the second installs nothing anew."""
    first = ended(nox(clone, "-s", "integrity", "--", "contracts"))
    stamp = (clone / ".nox/engine/stamp").stat().st_mtime_ns
    second = ended(nox(clone, "-s", "integrity-contracts"))

    assert first[0] == second[0] == 0, first[1] + second[1]
    assert [unit["name"] for unit in report_of(clone)["units"]] == ["contracts"]
    assert "virtualenv" in first[1]
    assert "virtualenv" not in second[1]
    assert (clone / ".nox/engine/stamp").stat().st_mtime_ns == stamp


def test_listing_shows_every_unit(clone):
    """`nox -l` names each unit's session with its kind."""
    status, output = ended(nox(clone, "-l"))

    assert status == 0
    assert "* integrity ->" in output
    for name in ("billing", "catalog", "gateway", "notifications", "contracts", "ratelimits", "settings-kit"):
        assert f"- integrity-{name} [" in output


def test_unknown_unit_is_a_clear_error(clone):
    """A misspelt unit is never "0 units, green": it is red, with the nearest right name."""
    status, output = ended(nox(clone, "-s", "integrity", "--", "biling"))

    assert status == 1
    assert "'billing'" in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_signal_to_nox_ends_units_and_writes_reports(clone, number):
    """Nox alone kills after half a second; here the run gets to end its units and to say where it was."""
    folder = clone / "packages/contracts"
    (folder / "started").unlink(missing_ok=True)
    (folder / "test_integrity.py").write_text(SLEEPS)
    process = nox(clone, "-s", "integrity", "--", "contracts")
    wait_for((folder / "started").exists, 120)

    process.send_signal(number)
    status, output = ended(process)

    report = report_of(clone)
    assert status != 0, output
    assert report["run"]["interrupted"] is True
    assert [unit["outcome"] for unit in report["units"]] == ["interrupted"]
    assert marked_processes(f"INTEGRITY_ATTEMPT={report['run']['id']}") == []
