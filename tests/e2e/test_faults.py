"""Faults of the machine, each caused for real: a full disk, two runs at once, results that are something else."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.e2e.command import outcomes, report_of, run, start, unit, wait_for
from tests.monorepo import make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

QUICK = "def test_quick(): pass\n"
FLOOD = "import os\ndef test_floods(capfd):\n    with capfd.disabled():\n        for _ in range(400): os.write(1, b'x' * 65536)\n"
FLAKY = (
    "import pathlib\ndef test_second_time():\n    seen = pathlib.Path('seen')\n    was_there = seen.exists()\n"
    "    seen.touch()\n    assert was_there\n"
)


@pytest.fixture
def small_disk(tmp_path):
    """A tmpfs of 12 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root can mount a tmpfs here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_full_disk_under_the_results_still_gives_a_report(tmp_path, small_disk):
    """When the log of one unit fills the disk, that unit is an error, and the report is whole and names all units."""
    root = make_monorepo(
        tmp_path / "repo", {"pyproject.toml": "[tool.integrity]\n", **unit("floods", FLOOD), **unit("good", QUICK)}
    )

    done = run(root, "run", "--results", str(small_disk / "results"))

    report = report_of(small_disk, "results")
    assert done.returncode == 3, done.stderr
    assert {each["name"] for each in report["units"]} == {"floods", "good"}
    assert "disk is full" in next(each["error"]["message"] for each in report["units"] if each["name"] == "floods")


def test_full_disk_while_envs_are_built(tmp_path, small_disk):
    """Without room for the layer, units end as env errors, the run ends, and no half-built layer stays."""
    root = make_monorepo(
        tmp_path / "repo", {"pyproject.toml": "[tool.integrity]\n", **unit("good", QUICK), **unit("other", QUICK)}
    )
    store = small_disk / "store"
    store.mkdir()
    (store / "filler").write_bytes(b"x" * (9 * 1024 * 1024))
    (root / ".integrity").symlink_to(store)

    done = run(root, "run")

    assert done.returncode == 3, done.stderr
    assert set(outcomes(root).values()) == {"error/env"}
    assert [
        path for path in (store / "layers").glob("*/*") if path.is_dir() and not (path / "layer.json").exists()
    ] == []


def test_two_runs_at_once_share_the_store(tmp_path):
    """With results of their own, two runs in one tree both end green; their envs are built once."""
    root = make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n", **unit("a", QUICK), **unit("b", QUICK)})

    runs = [start(root, "run", "--results", str(tmp_path / f"results-{number}")) for number in (1, 2)]
    ends = [process.communicate(timeout=120) for process in runs]

    assert [process.returncode for process in runs] == [0, 0], ends
    assert len([path for path in (root / ".integrity/layers").glob("*/*") if (path / "layer.json").exists()]) == 1


def test_two_runs_never_share_results(tmp_path):
    """A second run into the same results is refused, and the first is not disturbed."""
    waits = "import pathlib, time\ndef test_waits():\n    pathlib.Path('started').touch()\n    while not pathlib.Path('go').exists(): time.sleep(0.01)\n"
    root = make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n", **unit("waits", waits)})
    first = start(root, "run")
    wait_for((root / "services/waits/started").exists)

    second = run(root, "run")
    (root / "services/waits/go").touch()
    first.communicate(timeout=60)

    assert (first.returncode, second.returncode) == (0, 2)
    assert "another run" in second.stderr


def test_a_folder_that_is_no_results_is_never_cleared(tmp_path):
    """`--results` on a folder with other files is refused, and the files stay."""
    root = make_monorepo(
        tmp_path, {"pyproject.toml": "[tool.integrity]\n", **unit("a", QUICK), "precious/thesis.tex": "x"}
    )

    done = run(root, "run", "--results", "precious")

    assert done.returncode == 2
    assert (root / "precious/thesis.tex").exists()


def test_flaky_unit_is_green_and_called_flaky(tmp_path):
    """A unit that passes only on its retry is passed, flaky, and counts its attempts."""
    root = make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n", **unit("flaky", FLAKY)})

    done = run(root, "run", "--retries", "1")

    told = report_of(root)["units"][0]
    assert done.returncode == 0, done.stdout
    assert (told["outcome"], told["flaky"], told["attempts"]) == ("passed", True, 2)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_root_that_can_not_be_written_is_an_error(tmp_path):
    """Without permission to make the store, the command says so instead of raising."""
    root = make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n", **unit("a", QUICK)})
    root.chmod(0o555)

    done = run(root, "run")

    root.chmod(0o755)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
