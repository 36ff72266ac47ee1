"""The workflow that runs the units in CI does what it promises: its own commands, played job by job."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from integrity.generate.rendering import rendered
from tests.e2e.workflow import Play
from tests.monorepo import commit, make_monorepo, unit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ROOT = Path(__file__).parent.parent.parent
OWN = ROOT / ".github" / "workflows" / "integrity.yml"
RESULTS = ("success", "failure", "cancelled", "skipped")  # all that GitHub's `needs` context knows
GREEN = {("success", "0", "skipped"), ("success", "3", "success")}
RED_TEST = "def test_truth():\n    assert 1 + 1 == 3\n"


@pytest.fixture
def small(tmp_path):
    """A monorepo of four units, of which one needs another."""
    files = {
        **unit("packages/kit"),
        **unit("packages/lone"),
        **unit("services/app", dependencies=["kit"]),
        **unit("services/web"),
    }
    return make_monorepo(tmp_path / "source", {**files, "pyproject.toml": "[tool.integrity]\n"}, git=True)


def play(tmp_path, source, *, target_minutes="0.01", **fields):
    """A run of the workflow up to its shards."""
    home = tmp_path / f"play{len(list(tmp_path.iterdir()))}"
    home.mkdir()
    (home / "artifacts").mkdir()
    played = Play(
        workflow=OWN, source=source, home=home, inputs={"install": ".", "target-minutes": target_minutes}, **fields
    )
    assert played.job("plan") == "success"
    return played


def finish(played):
    """Its shards, and the job that merges; returns that one's result."""
    shards = played.matrix()
    for shard in shards:
        played.job("shard", **shard)
    if not shards:
        assert played.job("shard", shard="", index=0, total=0) == "skipped"
    return played.job("merge")


def head(source):
    """The commit that is checked out."""
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=source, check=True, capture_output=True, text=True
    ).stdout.strip()


def report(played):
    """The merged report."""
    return json.loads((played.home / "merge" / "integrity-results" / "report.json").read_text())


def test_push_runs_every_unit_in_shards_and_merges_them(tmp_path, small):
    """All units are in the one report, each shard in a clone of its own."""
    played = play(tmp_path, small)

    result = finish(played)

    assert result == "success"
    assert len(played.matrix()) > 1
    assert {each["name"]: each["outcome"] for each in report(played)["units"]} == dict.fromkeys(
        ("app", "kit", "lone", "web"), "passed"
    )
    page = (played.home / "merge-temp" / "summary.md").read_text()
    assert "4 units: 4 passed" in page
    assert (played.home / "artifacts" / "integrity-report-attempt-1" / "report.html").exists()


@pytest.mark.timeout(1500)
def test_hundred_units_are_one_report(tmp_path):
    """A generated monorepo of a hundred units, with frameworks and units that need each other, in as many shards as its times ask for."""
    source = tmp_path / "source"
    command = [sys.executable, "-m", "benchmarks.generate", source, "--units", "100"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    played = play(tmp_path, source, target_minutes="0.5")  # a unit that never ran counts as a second

    result = finish(played)

    assert result == "success"
    assert len(played.matrix()) == 4
    assert report(played)["totals"]["passed"] == 100
    assert report(played)["totals"]["tests"] == 1100


def test_this_repository_is_green(tmp_path):
    """Its own units, with the servers that are there for them."""
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
    played = play(tmp_path, source, target_minutes="0.06")

    result = finish(played)

    assert result == "success"
    assert len(played.matrix()) == 2
    assert report(played)["totals"]["passed"] == report(played)["totals"]["units"] == 7


def test_failure_in_one_shard_is_red_and_reported(tmp_path, small):
    """The other shards run to their end, and the one report has the failure."""
    (small / "services/app/test_integrity.py").write_text(RED_TEST)
    commit(small)
    played = play(tmp_path, small)

    assert finish(played) == "failure"

    assert {each["name"]: each["outcome"] for each in report(played)["units"]}["app"] == "failed"
    assert report(played)["totals"]["passed"] == 3


def test_shard_that_leaves_nothing_is_red_and_named(tmp_path, small):
    """Even when the job itself says that it succeeded."""
    first = play(tmp_path, small)
    name = f"integrity-{first.needs['plan']['outputs']['plan']}-shard-1-attempt-1"
    played = play(tmp_path, small, lost=frozenset({name}))

    assert finish(played) == "failure"

    assert report(played)["run"]["exit_code"] == 3
    assert any("1/" in problem for problem in report(played)["run"]["problems"])
    assert report(played)["totals"]["lost"] > 0


def test_truncated_archive_is_red(tmp_path, small):
    """An upload that broke off is no result."""
    played = play(tmp_path, small)
    for shard in played.matrix():
        played.job("shard", **shard)
    archive = min(played.home.glob("artifacts/*shard*/*.zip"))
    assert zipfile.is_zipfile(archive)
    archive.write_bytes(archive.read_bytes()[:-100])

    assert played.job("merge") == "failure"

    assert report(played)["totals"]["lost"] > 0


def test_pull_request_runs_what_it_can_break(tmp_path, small):
    """A change of a package runs it and what needs it; nothing else."""
    base = head(small)
    (small / "packages/kit/src/kit/__init__.py").write_text('"""kit, better."""\n')
    commit(small)
    played = play(tmp_path, small, event="pull_request", base=base)

    assert finish(played) == "success"

    assert {each["name"] for each in report(played)["units"]} == {"app", "kit"}


def test_pull_request_that_affects_nothing_is_green_and_says_so(tmp_path, small):
    """No shard runs, and the page of the run has the reason."""
    base = head(small)
    (small / "README.md").write_text("more words\n")
    commit(small)
    played = play(tmp_path, small, event="pull_request", base=base)

    assert played.matrix() == []
    assert finish(played) == "success"

    assert "nothing is affected" in (played.home / "merge-temp" / "summary.md").read_text()


@pytest.mark.parametrize("count", ["0", "3", ""])
@pytest.mark.parametrize("made", [False, True], ids=["own", "made by init"])
def test_last_step_is_green_only_when_all_that_was_planned_succeeded(tmp_path, made, count):
    """Over every result of the two jobs before it: success and nothing planned, or success and success."""
    path = tmp_path / "integrity.yml"
    path.write_text(
        rendered("ci/github/.github/workflows/integrity.yml.j2", branch="main") if made else OWN.read_text()
    )
    job = YAML(typ="safe").load(path)["jobs"]["integrity" if made else "merge"]
    last = job["steps"][-1]

    assert job["if"] == last["if"] == "always()"
    assert sorted(job["needs"]) == ["plan", "shard"]
    assert last["env"] == {
        "PLANNED": "${{ needs.plan.result }}",
        "COUNT": "${{ needs.plan.outputs.count }}",
        "SHARDS": "${{ needs.shard.result }}",
    }
    for planned, shards in itertools.product(RESULTS, repeat=2):
        environment = {"PATH": "/usr/bin:/bin", "PLANNED": planned, "COUNT": count, "SHARDS": shards}
        done = subprocess.run(["bash", "-e", "-c", last["run"]], env=environment, capture_output=True, check=False)
        assert (done.returncode == 0) == ((planned, count, shards) in GREEN), (planned, count, shards)
