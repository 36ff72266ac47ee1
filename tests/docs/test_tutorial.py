"""What the tutorial tells its readers to type does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

PAGE = (Path(__file__).parent.parent.parent / "docs" / "tutorial" / "first-integrity-test.md").read_text(
    encoding="utf-8"
)
FILES = re.findall(r"`([^`\n]+)`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ uv run noxfile\.py (.+)$", PAGE, re.MULTILINE)


def write(root, files):
    for path, text in files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def nox(root, arguments):
    """What `uv run noxfile.py` starts once it has installed nox and this project, which here it need not."""
    return subprocess.run(
        [sys.executable, "-m", "nox", *arguments.split()], cwd=root, capture_output=True, text=True, check=False
    )


def test_tutorial_goes_as_it_says(tmp_path):
    """Both units pass; the new plan makes the service red; the command that is shown runs just that; the label mends it."""
    *start, broken = FILES
    first, second, again = COMMANDS
    write(tmp_path, start)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)

    green = nox(tmp_path, first)
    write(tmp_path, [broken])
    red = nox(tmp_path, second)
    red_again = nox(tmp_path, again)
    labels = tmp_path / "services" / "shop" / "src" / "shop" / "__init__.py"
    labels.write_text(labels.read_text().replace("}", ', "company": "Company"}'))
    mended = nox(tmp_path, again)

    assert (green.returncode, "2 units: 2 passed" in green.stdout) == (0, True), green.stdout + green.stderr
    assert (red.returncode, "2 units: 1 passed, 1 failed" in red.stdout) == (1, True), red.stdout + red.stderr
    assert f"nox {again}" in red.stdout
    assert "services/shop/test_integrity.py:6" in red.stdout
    assert (red_again.returncode, "1 unit: 1 failed" in red_again.stdout) == (1, True)
    assert (mended.returncode, "1 unit: 1 passed" in mended.stdout) == (0, True)
