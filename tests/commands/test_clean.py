"""What `clean` removes, and what it leaves alone."""

from __future__ import annotations

import os

import filelock
import pytest

from integrity.commands import clean
from integrity.errors import UsageError
from integrity.model.run import RunDocument
from integrity.report import document
from integrity.settings import RootSettings
from integrity.system.files import make_store
from tests.monorepo import make_monorepo

RUN = document.encoded(RunDocument(state="running", run_id="1", plan="x", started="now"))


def settings_of(root, results="integrity-results"):
    """The settings of a root."""
    return RootSettings(root=root, results=root / results)


@pytest.fixture
def root(tmp_path):
    """A root after a run: store, results, and source beside them."""
    root = tmp_path / "root"
    root.mkdir()
    make_store(root)
    make_monorepo(
        root,
        {
            "source.py": "",
            ".integrity/layers/a/site/x.py": "x" * 10_000,
            ".integrity/timings.json": "{}",
            ".integrity/running/dead.lock": "",
            "integrity-results/run.json": RUN,
            "integrity-results/units/a/output.log": "y",
        },
    )
    return root


def test_store_and_results_are_removed_and_nothing_else(root):
    """Both folders go, with the space that they took; the source stays."""
    cleaned = clean.run(settings_of(root), {})

    assert [path.name for path in root.iterdir()] == ["source.py"]
    assert [removed.path for removed in cleaned.removed] == [".integrity", "integrity-results"]
    assert cleaned.freed_bytes >= 10_000
    assert cleaned.text().startswith("removed .integrity (")
    assert clean.run(settings_of(root), {}).text() == "nothing to remove"


def test_dry_run_removes_nothing_and_says_what_it_would(root):
    """A dry run has the result of the real one, and changes no file."""
    before = sorted(root.rglob("*"))

    planned = clean.run(settings_of(root), {}, dry_run=True)

    assert sorted(root.rglob("*")) == before
    assert planned.removed == clean.run(settings_of(root), {}).removed
    assert planned.text().startswith("would remove .integrity (")


@pytest.mark.parametrize("results", ["mine", "empty", "other", "list", "deep", "file"])
def test_folder_without_a_mark_is_kept(root, results):
    """A results folder that no run.json of ours marks is somebody's, and stays whole."""
    make_monorepo(
        root, {"mine/thesis.txt": "", "other/run.json": '{"run_id": "mlflow"}', "list/run.json": "[]", "file": ""}
    )
    make_monorepo(root, {"deep/run.json": "[" * 100_000})
    (root / "empty").mkdir()

    cleaned = clean.run(settings_of(root, results), {})

    assert (root / results).exists()
    assert [kept.path for kept in cleaned.kept] == [results]
    assert (root / "mine" / "thesis.txt").exists()


def test_store_without_a_mark_is_kept(root):
    """A folder of the store's name that is not tagged as ours stays."""
    (root / ".integrity" / "CACHEDIR.TAG").write_text(
        "Signature: 8a477f597d28d172789f06886806bc55\n# Somebody's", encoding="utf-8"
    )

    cleaned = clean.run(settings_of(root), {})

    assert (root / ".integrity" / "layers" / "a" / "site" / "x.py").exists()
    assert cleaned.kept[0].path == ".integrity"


def test_links_are_removed_and_not_followed(root, tmp_path):
    """What a link inside points at stays, whether it is a folder or a file."""
    make_monorepo(tmp_path, {"outside/x": ""})
    (root / ".integrity" / "linked").symlink_to(tmp_path / "outside")
    (root / ".integrity" / "layers" / "linked").symlink_to(tmp_path / "outside")
    (root / "integrity-results" / "linked").symlink_to(tmp_path / "outside" / "x")

    clean.run(settings_of(root), {})

    assert (tmp_path / "outside" / "x").exists()
    assert not (root / ".integrity").exists()


@pytest.mark.parametrize("name", [".integrity", "integrity-results"])
def test_folder_that_is_a_link_is_kept(root, tmp_path, name):
    """A store or results folder that is itself a link was not made by the tool."""
    (root / name).rename(tmp_path / "moved")
    (root / name).symlink_to(tmp_path / "moved")

    cleaned = clean.run(settings_of(root), {})

    assert [kept.path for kept in cleaned.kept] == [name]
    assert list((tmp_path / "moved").iterdir())


def test_run_that_is_alive_is_respected(root):
    """While a run holds its lock nothing is removed, and the error names the run."""
    with (
        filelock.FileLock(root / ".integrity" / "running" / "alive.lock"),
        pytest.raises(UsageError, match=r"a run is at work: .*alive\.lock"),
    ):
        clean.run(settings_of(root), {})

    assert (root / ".integrity" / "timings.json").exists()
    assert (root / "integrity-results" / "run.json").exists()


def test_results_that_are_being_written_are_respected(root):
    """Results in a folder shared with a run of another root stay while it writes them."""
    with filelock.FileLock(root / "integrity-results" / ".lock"), pytest.raises(UsageError, match="a run is at work"):
        clean.run(settings_of(root), {})

    assert (root / ".integrity" / "timings.json").exists()
    assert (root / "integrity-results" / "run.json").exists()


def test_files_that_are_linked_from_elsewhere_free_nothing(root, tmp_path):
    """A hard link frees space only when its last name goes; two names inside count once."""
    (tmp_path / "cache").write_text("z" * 50_000, encoding="utf-8")
    alone = clean.run(settings_of(root), {}, dry_run=True).freed_bytes
    os.link(tmp_path / "cache", root / ".integrity" / "layers" / "z")
    assert clean.run(settings_of(root), {}, dry_run=True).freed_bytes == alone

    (tmp_path / "cache").rename(root / ".integrity" / "layers" / "z2")

    assert clean.run(settings_of(root), {}, dry_run=True).freed_bytes - alone in range(50_000, 100_000)


def test_folders_without_permissions_are_removed(root):
    """A folder that a test closed against its owner is opened and removed."""
    closed = root / ".integrity" / "scratch" / "closed"
    make_monorepo(closed, {"deep/x": ""})
    (closed / "deep").chmod(0o000)
    closed.chmod(0o500)

    assert not clean.run(settings_of(root), {}).kept
    assert not (root / ".integrity").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may remove everything")
def test_removal_that_fails_is_said(root):
    """What can't be removed is kept with the reason."""
    root.chmod(0o500)

    cleaned = clean.run(settings_of(root), {})
    root.chmod(0o700)

    assert [kept.reason for kept in cleaned.kept] == ["it can't be removed: Permission denied"] * 2


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 40, "3072.0 GiB")]
)
def test_sizes_are_written_for_people(size, text):
    """A size has one digit after the point and the largest fitting unit."""
    assert clean.size_text(size) == text
