"""The page about affected units: its commands run, its options are read, and what it says of reasons is what is said."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from integrity.planning.touched import ROOT_FILES
from tests.docs.pages import DOCS, blocks, code, page, rows
from tests.e2e.command import run, unit
from tests.monorepo import commit, make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PAGE = DOCS / "how-to" / "affected.md"
GOOD = "def test_good(): pass\n"
ROOT, UNIT = (text for _, text in blocks(PAGE, "toml"))
TABLE = UNIT.removeprefix("[tool.integrity]\n")


@pytest.fixture
def root(tmp_path):
    files = {"pyproject.toml": ROOT, ".gitignore": "integrity-results/\n", **unit("billing", GOOD, TABLE)}
    return make_monorepo(tmp_path, files | unit("gateway", GOOD), git=True)


def commands():
    (text,) = (text for _, text in blocks(PAGE, "sh"))
    return [shlex.split(line, comments=True)[1:] for line in text.splitlines()]


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_command_runs(root, arguments):
    """Every command of the page does what it says over a repository with the page's configuration."""
    make_monorepo(root, {"services/gateway/routes.yaml": ""})
    commit(root)
    subprocess.run(["git", "tag", "v1.4"], cwd=root, check=True)
    make_monorepo(root, {"schemas/billing/plan.json": "{}"})

    done = run(root, *arguments, CI="")

    assert done.returncode == 0, done.stderr
    if arguments[0] == "plan":
        assert "extra input changed: schemas/billing/plan.json" in done.stdout
        assert "gateway" not in done.stdout


def test_options_of_the_page_are_what_they_are_said_to_be(root):
    """A file of another unit that is listed, an ignored one, a shared one."""
    for path, affected in (
        ("services/gateway/routes.yaml", {"billing", "gateway"}),
        ("notebooks/x.ipynb", set()),
        ("proto/x.proto", {"billing", "gateway"}),
    ):
        made = root / path
        make_monorepo(root, {path: ""})
        said = run(root, "plan", "--changed", CI="").stdout
        assert {name for name in ("billing", "gateway") if f"  {name} " in said} == affected, said
        made.unlink()


def test_root_files_of_the_page_are_those_of_the_program():
    """The row of shared files names each, and no other."""
    (row,) = (cells for cells in rows(page("how-to/affected.md"), "| what changed |") if "shared-inputs" in cells[0])

    assert set(code(row[0])) - {"shared-inputs"} == ROOT_FILES
