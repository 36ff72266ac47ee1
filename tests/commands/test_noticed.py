"""What of all changes counts, and what a run writes by itself."""

from __future__ import annotations

import os

import pytest

from integrity.commands.noticed import Noticed
from tests.monorepo import make_monorepo

FILES = {"pyproject.toml": "", ".gitignore": "*.log\n!kept.log\nbuild/\n", "a/x.py": "", "kept.log": ""}


@pytest.fixture
def root(tmp_path):
    return make_monorepo(tmp_path, FILES, git=True)


def noticed_at(root):
    noticed = Noticed(root, os.environ)
    noticed.results = root / "out/results"
    return noticed


@pytest.mark.parametrize(
    "path",
    [
        ".git/index",
        ".integrity/layers/x/y.py",
        "services/a/__pycache__/x.cpython-311.pyc",
        "services/a/.venv/lib/x.py",
        "services/a/.pytest_cache/v",
        "services/a/node_modules/b/index.js",
        "out/results/report.json",
        "a/.x.py.swp",
        "a/x.py~",
        "a/#x.py#",
        "a/.#x.py",
        "a/4913",
        "a/x.py___jb_tmp___",
        "a/x.pyc",
    ],
)
def test_caches_results_and_editors_files_are_passed_over(root, path):
    """What a name alone tells apart is never looked at."""
    assert noticed_at(root).is_passed_over(path)


@pytest.mark.parametrize(
    "path",
    ["a/x.py", ".env.integrity", ".github/workflows/ci.yml", "a/.gitignore", "a/venv.py", "out/other.json", "a/x~y.py"],
)
def test_files_that_somebody_writes_are_looked_at(root, path):
    """Hidden files and odd names count."""
    assert not noticed_at(root).is_passed_over(path)


def test_what_git_ignores_does_not_count(root):
    """Patterns, exceptions from them and folders are judged by git itself, also of files that are gone."""
    noticed = noticed_at(root)

    noticed.hear(frozenset({"a/x.log", "build/x.py", "gone.log", "a/kept.log", "a/x.py", "new.py"}))

    assert noticed.take() == {"a/kept.log", "a/x.py", "new.py"}
    assert not noticed.has_more


def test_without_git_nothing_is_ignored(tmp_path):
    """A tree without a repository is watched as it is."""
    noticed = noticed_at(tmp_path)

    noticed.hear(frozenset({"a/x.log"}))

    assert noticed.take() == {"a/x.log"}


def test_run_is_told_only_of_files_that_git_keeps(root):
    """What is new may be a test's own output: it waits for the run's end, while an edit concerns the run at once."""
    noticed, concerns = noticed_at(root), []

    with noticed.during_run(concerns.append):
        noticed.hear(frozenset({"a/x.py", "a/new.py"}))
    noticed.hear(frozenset({"kept.log"}))

    assert concerns == [{"a/x.py"}]
    assert noticed.take() == {"a/x.py", "a/new.py", "kept.log"}


def test_file_that_each_run_writes_starts_no_third(root):
    """An output that git doesn't know starts one more run, and then is told of; changed by hand, it counts again."""
    noticed, taken = noticed_at(root), []
    for _ in range(3):
        with noticed.during_run(lambda _: None):
            noticed.hear(frozenset({"a/out.txt"}))
        taken.append(noticed.take())
    told = [noticed.passed_over(), noticed.passed_over()]
    noticed.hear(frozenset({"a/out.txt"}))

    assert taken == [{"a/out.txt"}, set(), set()]
    assert told == [["a/out.txt"], []]
    assert noticed.take() == {"a/out.txt"}


def test_edit_of_a_kept_file_counts_in_every_run(root):
    """Somebody who saves again and again while runs last is never passed over."""
    noticed = noticed_at(root)
    for _ in range(3):
        with noticed.during_run(lambda _: None):
            noticed.hear(frozenset({"a/x.py"}))
        assert noticed.take() == {"a/x.py"}
