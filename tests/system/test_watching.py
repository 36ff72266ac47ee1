"""Notices of the real file system."""

from __future__ import annotations

import queue
import shutil
from contextlib import contextmanager

import pytest

from integrity.system.watching import watched

LIMIT_S = 20


@contextmanager
def heard(root, *passed_over):
    """What is told, as a function that waits until all of these paths were."""
    told = queue.Queue()

    def wait_for(*paths):
        seen = set()
        while not seen >= set(paths):
            seen |= told.get(timeout=LIMIT_S)
        return seen

    wait_for.told = told
    with watched(root, lambda path: path.split("/")[0] in passed_over, told.put):
        yield wait_for


@pytest.fixture
def root(tmp_path):
    (tmp_path / "services/a").mkdir(parents=True)
    (tmp_path / "services/a/x.py").write_text("1")
    return tmp_path.resolve()


def test_edits_additions_and_deletions_are_told(root):
    """Whatever happens to a file, its path is told, relative to the root."""
    with heard(root) as wait_for:
        (root / "services/a/x.py").write_text("2")
        wait_for("services/a/x.py")
        (root / "services/a/new.py").write_text("")
        wait_for("services/a/new.py")
        (root / "services/a/x.py").unlink()
        wait_for("services/a/x.py")
        (root / "pyproject.toml").write_text("")
        wait_for("pyproject.toml")


def test_new_folders_are_followed(root):
    """Files of a folder that came, at the top and further down, are told at once and later on."""
    with heard(root) as wait_for:
        (root / "packages/b/src").mkdir(parents=True)
        (root / "packages/b/src/y.py").write_text("1")
        wait_for("packages/b/src/y.py")
        (root / "packages/b/src/y.py").write_text("2")
        wait_for("packages/b/src/y.py")
        shutil.move(root / "packages/b", root / "services/c")
        wait_for("services/c/src/y.py")


def test_folder_that_went_away_and_came_back_is_followed(root):
    """A checkout may remove a folder at the top and make it again, under the same name, in no time."""
    with heard(root) as wait_for:
        for number in range(3):
            shutil.rmtree(root / "services")
            (root / "services/a").mkdir(parents=True)
            (root / "services/a/x.py").write_text(f"first {number}")
            wait_for("services/a/x.py")
            (root / "services/a/x.py").write_text(f"then {number}")
            wait_for("services/a/x.py")


def test_file_that_is_written_but_not_changed_is_not_told(root):
    """The second time that the same content is saved says nothing new."""
    with heard(root) as wait_for:
        (root / "services/a/x.py").write_text("2")
        wait_for("services/a/x.py")
        (root / "services/a/x.py").write_text("2")
        (root / "services/a/last.py").write_text("")

        assert wait_for("services/a/last.py") == {"services/a/last.py"}


def test_what_is_passed_over_is_not_told(root):
    """Folders that are passed over are not even watched."""
    (root / ".integrity/layers").mkdir(parents=True)
    with heard(root, ".integrity", "out") as wait_for:
        (root / ".integrity/layers/x").write_text("")
        (root / "out").mkdir()
        (root / "out/report.json").write_text("")
        (root / "services/a/last.py").write_text("")

        assert wait_for("services/a/last.py") == {"services/a/last.py"}


def test_nothing_is_told_afterwards(root):
    """When the block is left, its threads have ended."""
    with heard(root) as wait_for:
        pass
    (root / "services/a/x.py").write_text("2")

    with heard(root) as other:
        (root / "services/a/last.py").write_text("")
        other("services/a/last.py")

    assert wait_for.told.empty()
