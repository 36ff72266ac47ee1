"""What is installed is all that the tool needs to run."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parent.parent.parent


def test_wheel_holds_all_files_of_the_package(tmp_path):
    """Beside the modules, the wheel brings the report's page, templates, schemas and whatever else lies in the package."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "integrity"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    expected = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}

    subprocess.run(
        [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", tmp_path], cwd=ROOT, check=True
    )

    (wheel,) = tmp_path.glob("*.whl")
    assert "integrity/report/page/template.html.j2" in expected
    assert expected - set(zipfile.ZipFile(wheel).namelist()) == set()
