"""A plan's shards run in clones of their own, and what they leave becomes one result."""

import shutil
import subprocess

import msgspec
import pytest

from integrity.model.report import Report
from integrity.report.formats import FORMATS, encoded
from tests.e2e.command import outcomes, report_of, run, unit
from tests.monorepo import make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SHARDS = 3
GOOD, BAD = "def test_good(): pass\n", "def test_bad(): assert 1 == 2, '::error::x'\n"


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A repository with one unit that fails, and its plan for three shards."""
    folder = tmp_path_factory.mktemp("shards")
    files = {"pyproject.toml": "[tool.integrity]\n", ".gitignore": "integrity-results/\n"}
    for name in "abcde":
        files |= unit(name, GOOD)
    root = make_monorepo(folder / "origin", files | unit("bad", BAD), git=True)
    done = run(root, "plan", "--shards", str(SHARDS), "--output", str(folder / "plan.json"))
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture(scope="module")
def shards(planned):
    """The folder in which each shard's archive lies, and beside it the clones in which they ran."""
    folder = planned.parent
    (folder / "archives").mkdir()
    for index in range(1, SHARDS + 1):
        clone = cloned(planned, folder / f"clone-{index}")
        done = run(clone, "run", "--plan", str(folder / "plan.json"), "--shard", f"{index}/{SHARDS}")
        assert done.returncode in (0, 1), done.stderr
        archive = clone / f"integrity-results/integrity-shard-{index}-of-{SHARDS}-attempt-1.zip"
        shutil.copy(archive, folder / "archives")
    return folder


def cloned(root, folder):
    subprocess.run(["git", "clone", "--quiet", root, folder], check=True)
    return folder


def copied(shards, folder):
    """The archives in a folder that may be changed."""
    return shutil.copytree(shards / "archives", folder)


def test_shards_merge_to_the_whole(planned, shards, tmp_path):
    """Each unit once, with the outcome it had; the exit code is the whole's; merged once more it is the same."""
    clone = cloned(planned, tmp_path / "merging")

    done = run(clone, "merge", str(shards / "archives"), "--plan", str(shards / "plan.json"))
    again = run(clone, "merge", "integrity-results", "--results", "again")

    assert (done.returncode, again.returncode) == (1, 1), done.stderr
    assert outcomes(clone) == {**dict.fromkeys("abcde", "passed"), "bad": "failed"}
    assert {each["shard"] for each in report_of(clone)["units"]} == set(range(1, SHARDS + 1))
    assert (clone / "integrity-results/units/bad/output.log").read_text()
    for form in FORMATS.values():
        if form.is_always:
            assert (clone / "again" / form.file).read_bytes() == (clone / "integrity-results" / form.file).read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_every_report_is_made_again_byte_for_byte(shards, tmp_path, name):
    """From a results folder and from the archive alone, in another place, without the repository."""
    results = next(path for path in shards.glob("clone-*/integrity-results") if (path / "units/bad").exists())
    report = msgspec.json.decode((results / "report.json").read_bytes(), type=Report)
    form = FORMATS[name]
    expected = (results / form.file).read_bytes() if form.is_always else b"".join(encoded(form.parts(report)))

    for place in (results, next(results.glob("*.zip"))):
        done = run(tmp_path, "report", str(place), "--format", name, "--output", "made")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert (tmp_path / "made").read_bytes() == expected


def test_text_is_the_end_of_the_run(planned, shards, tmp_path):
    """What a person saw at the run's end, from its archive; and on a CI runner nothing of it is a command."""
    clone = cloned(planned, tmp_path / "clone")
    live = run(clone, "run", "bad", "a")

    again = run(clone, "report", "integrity-results")
    in_ci = run(clone, "report", "integrity-results", GITHUB_ACTIONS="true")

    assert again.stdout == live.stdout
    assert "✗ bad  failed" in again.stdout
    assert not any(line.lstrip().startswith("::") for line in in_ci.stdout.splitlines())


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "github"])
def test_report_on_stdout_is_no_command(shards, name):
    """A runner reads along: `::error::` of a test stays text in it."""
    results = next(path for path in shards.glob("clone-*/integrity-results") if (path / "units/bad").exists())

    done = run(shards, "report", str(results), "--format", name)

    assert done.returncode == 0, done.stderr
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in done.stdout.splitlines())


def test_half_an_archive_is_lost_and_rerun(planned, shards, tmp_path):
    """The units of a truncated shard are lost and the shard is named; `rerun` takes them, and what failed."""
    clone = cloned(planned, tmp_path / "clone")
    archives = copied(shards, tmp_path / "archives")
    half = archives / f"integrity-shard-2-of-{SHARDS}-attempt-1.zip"
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])

    done = run(clone, "merge", str(archives), "--plan", str(shards / "plan.json"), "--results", "merged")
    merged = outcomes(clone, "merged")
    (clone / "services/bad/test_integrity.py").write_text(GOOD)
    again = run(clone, "rerun", "merged")

    lost = {name for name, outcome in merged.items() if outcome == "lost"}
    assert done.returncode == report_of(clone, "merged")["run"]["exit_code"] == 3
    assert f"{half.name} can't be read" in done.stdout
    assert lost
    assert again.returncode == 0, again.stderr
    assert outcomes(clone) == dict.fromkeys({*lost, "bad"} if merged["bad"] == "failed" else lost, "passed")
    assert f"of {len(merged)} units not green" in again.stderr
    assert {each["reason"] for each in report_of(clone)["units"]} <= {
        "not green before: lost",
        "not green before: failed",
    }


def test_missing_shard_is_named(planned, shards, tmp_path):
    """An archive that was not fetched is a shard that is lost."""
    clone = cloned(planned, tmp_path / "clone")
    archives = copied(shards, tmp_path / "archives")
    (archives / f"integrity-shard-3-of-{SHARDS}-attempt-1.zip").unlink()

    done = run(
        clone, "merge", str(archives), "--plan", str(shards / "plan.json"), GITHUB_STEP_SUMMARY=str(tmp_path / "page")
    )

    assert done.returncode == 3
    assert f"shard 3/{SHARDS} left no archive" in done.stdout
    assert f"shard 3/{SHARDS} left no archive" in (clone / "integrity-results/junit.xml").read_text()
    assert "left no archive" in (tmp_path / "page").read_text().replace("&#45;", "-")


def test_shard_that_passes_when_it_runs_again_is_flaky(planned, shards, tmp_path):
    """The second attempt at the shard that failed; both archives are there, as CI keeps them."""
    clone = cloned(planned, tmp_path / "clone")
    archives = copied(shards, tmp_path / "archives")
    index = next(index for index in range(1, SHARDS + 1) if "bad" in outcomes(shards / f"clone-{index}"))
    (clone / "services/bad/test_integrity.py").write_text(GOOD)
    plan = str(shards / "plan.json")
    done = run(clone, "run", "--plan", plan, "--shard", f"{index}/{SHARDS}", GITHUB_RUN_ATTEMPT="2")
    shutil.copy(clone / f"integrity-results/integrity-shard-{index}-of-{SHARDS}-attempt-2.zip", archives)

    merged = run(clone, "merge", str(archives), "--plan", plan)

    bad = next(each for each in report_of(clone)["units"] if each["name"] == "bad")
    assert (done.returncode, merged.returncode) == (0, 0), done.stderr + merged.stderr
    assert (bad["outcome"], bad["flaky"], bad["attempts"]) == ("passed", True, 2)
    assert "passed only when tried again: bad" in merged.stdout


def test_empty_plan_merges_to_green(planned, tmp_path):
    """Nothing is affected: no shard runs, no archive is there, and that is said."""
    clone = cloned(planned, tmp_path / "clone")
    run(clone, "plan", "--changed=HEAD", "--shards", "2", "--output", str(tmp_path / "plan.json"))

    done = run(clone, "merge", str(tmp_path / "nothing"), "--plan", str(tmp_path / "plan.json"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was planned" in done.stderr


def test_one_shard_of_one_runs_all(planned, tmp_path):
    """A plan that came out at one shard is run as shard 1/1; that is never none of its units."""
    clone = cloned(planned, tmp_path / "clone")
    run(clone, "plan", "a", "b", "--target-minutes", "10", "--output", str(tmp_path / "plan.json"))

    done = run(clone, "run", "--plan", str(tmp_path / "plan.json"), "--shard", "1/1")
    merged = run(clone, "merge", "integrity-results", "--results", "merged")

    assert (done.returncode, merged.returncode) == (0, 0), done.stderr + merged.stderr
    assert outcomes(clone) == outcomes(clone, "merged") == {"a": "passed", "b": "passed"}


def test_nothing_to_rerun_is_said(planned, tmp_path):
    """All was green; and where nothing of what failed is there any more, nothing was selected."""
    clone = cloned(planned, tmp_path / "clone")
    run(clone, "run", "a", "--results", "green")
    run(clone, "run", "bad", "--results", "red")
    shutil.rmtree(clone / "services/bad")

    green, gone = run(clone, "rerun", "green"), run(clone, "rerun", "red")

    assert (green.returncode, gone.returncode) == (0, 5)
    assert "nothing to run again: 1 unit, all green" in green.stderr
    assert "gone: services/bad" in gone.stderr


def test_part_of_a_plan_is_called_so(planned, tmp_path):
    """A shard that the environment names without anybody thinking of it is not taken for the whole, and least of all an empty one."""
    clone = cloned(planned, tmp_path / "clone")

    done = run(clone, "run", "a", INTEGRITY_SHARD="2/2")

    assert done.returncode == 0
    assert "shard 2/2: 0 units of the plan" in done.stderr


def test_rerun_of_green_units_in_a_run_that_was_not_is_not_green(planned, tmp_path):
    """What was wrong with a merge as a whole is told, and no run here can mend it."""
    clone = cloned(planned, tmp_path / "clone")
    assert run(clone, "run", "a").returncode == 0
    document = clone / "integrity-results/run.json"
    document.write_text(document.read_text().replace('"problems": []', '"problems": ["x.zip is of another plan"]'))

    done = run(clone, "rerun", "integrity-results", "--results", "again")

    assert done.returncode == 3
    assert "x.zip is of another plan" in done.stderr
