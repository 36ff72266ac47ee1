"""This repository's own units: green through the tool, and their ordinary tests pass in the same envs by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command import report_of, run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
UNITS = sorted(
    path.parent for path in ROOT.glob("*/*/pyproject.toml") if path.parent.parent.name in {"services", "packages"}
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of the units, run once."""
    root = tmp_path_factory.mktemp("clone")
    for name in ("services", "packages", "integrity", "pyproject.toml", "uv.lock", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    return root, run(root, "run")


def test_all_units_are_green(clone):
    """Every unit of this repository passes, and each looked at something."""
    root, done = clone
    report = report_of(root)

    assert done.returncode == 0, done.stdout
    assert {unit["path"] for unit in report["units"]} == {str(unit.relative_to(ROOT)) for unit in UNITS}
    assert min(unit["counts"]["passed"] for unit in report["units"]) >= 10


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_ordinary_tests_pass_by_hand_in_the_env(clone, unit):
    """`python -m pytest` works in a unit's env like in any virtual environment."""
    root, _ = clone
    (env,) = (path for path in (root / ".integrity/envs").glob(f"{unit.name}-*") if path.is_dir())
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}

    done = subprocess.run(
        [env / "bin/python", "-m", "pytest", "-q", "tests"],
        cwd=root / unit.relative_to(ROOT),
        env=environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
