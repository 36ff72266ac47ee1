"""What the process ends with, for each way in which a run can end, and what it leaves on stdout and on the run's page."""

from __future__ import annotations

import json
import signal

import pytest

from tests.e2e.command import report_of, run, start, unit, wait_for
from tests.monorepo import make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SLEEPS = "import pathlib, time\ndef test_sleeps():\n    pathlib.Path('started').touch()\n    time.sleep(600)\n"
BREAKS_THE_TOOL = "import integrity.commands.list as command\ndef broken(monorepo): raise RuntimeError('a bug')\ncommand.run = broken\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Units that share one env: one passes, one fails, one has no tests, one sleeps."""
    files = {
        "pyproject.toml": "[tool.integrity]\n",
        **unit("good", "def test_good(): pass\n"),
        **unit("bad", "def test_bad(): assert 1 == 2\n"),
        **unit("empty", "\n"),
        **unit("sleeps", SLEEPS),
    }
    return make_monorepo(tmp_path_factory.mktemp("codes"), files)


@pytest.mark.parametrize(
    ("units", "code"),
    [(["good"], 0), (["good", "bad"], 1), (["nosuch"], 2), (["good", "empty"], 3), (["good", "bad", "empty"], 3)],
    ids=["passed", "failed", "usage", "error", "error before failed"],
)
def test_run_ends_as_its_units_do(root, units, code):
    """What is not known (3) weighs more than what is known to be red (1); the report holds the same code."""
    done = run(root, "run", *units)

    assert done.returncode == code, done.stderr
    if code != 2:
        assert report_of(root)["run"]["exit_code"] == code
        assert json.loads((root / "integrity-results/run.json").read_text())["exit_code"] == code


def test_bug_ends_with_4_and_keeps_its_traceback(root, tmp_path):
    """An exception that nobody expected is shown whole, and asks to be reported."""
    (tmp_path / "sitecustomize.py").write_text(BREAKS_THE_TOOL)

    done = run(root, "list", PYTHONPATH=str(tmp_path))

    assert done.returncode == 4
    assert "RuntimeError: a bug" in done.stderr
    assert "bug of integrity" in done.stderr


def test_nothing_selected_ends_with_5(tmp_path):
    """A repository without units is no success."""
    done = run(make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n"}), "run")

    assert done.returncode == 5
    assert "No unit was found" in done.stderr


def test_interrupted_ends_with_130(root):
    """Ctrl-C is told apart from a failure, in the exit code and in the report."""
    started = root / "services/sleeps/started"
    started.unlink(missing_ok=True)
    process = start(root, "run", "sleeps")
    wait_for(started.exists)

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == report_of(root)["run"]["exit_code"] == 130


def test_json_on_stdout_is_the_report_and_nothing_else(root):
    """With `--format json` a program reads stdout as it is; the exit code stays that of the run."""
    done = run(root, "run", "good", "bad", "--format", "json")

    assert done.returncode == 1
    assert json.loads(done.stdout) == report_of(root)
    assert done.stderr == ""


def test_shard_takes_no_arguments_of_pytest(root):
    """They could leave tests out, and the merge of the shards would be green all the same."""
    done = run(root, "run", "--shard", "1/1", "good", "--", "-k", "truth")

    assert done.returncode == 2
    assert "has to be whole" in done.stderr


def test_summary_is_appended_to_the_page_of_the_run(root, tmp_path):
    """What an earlier step wrote to `$GITHUB_STEP_SUMMARY` stays, and the run's summary follows."""
    page = tmp_path / "page.md"
    page.write_text("from an earlier step\n")

    done = run(root, "run", "bad", GITHUB_STEP_SUMMARY=str(page))

    summary = (root / "integrity-results/summary.md").read_text()
    assert done.returncode == 1
    assert "bad" in summary
    assert page.read_text() == "from an earlier step\n" + summary


def test_page_that_can_not_be_written_is_said(root, tmp_path):
    """A run whose summary is lost is not green; its other reports are there."""
    done = run(root, "run", "good", GITHUB_STEP_SUMMARY=str(tmp_path / "missing" / "page.md"))

    assert done.returncode == 3
    assert "page.md could not be written" in done.stderr
    assert report_of(root)["totals"]["passed"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--target-minutes", "nan"), "nan"),
        (("--shards", "2", "--output", "missing/plan.json"), "missing is no folder"),
    ],
)
def test_plan_that_can_not_be_made_says_why(root, arguments, told):
    """A wrong number and a folder that is not there are errors of usage."""
    done = run(root, "plan", *arguments)

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
