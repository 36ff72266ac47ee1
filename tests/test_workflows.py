"""The project's own CI: its workflows are safe, and the one required check can't be green by accident."""

from __future__ import annotations

import itertools
import subprocess
import sysconfig
from pathlib import Path

import pytest
from ruamel.yaml import YAML

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RESULTS = ("success", "failure", "cancelled", "skipped")  # all that GitHub's `needs` context knows


@pytest.fixture
def jobs():
    return YAML(typ="safe").load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]


def test_zizmor_finds_nothing():
    """The strictest reader of workflows has nothing to say."""
    zizmor = Path(sysconfig.get_path("scripts")) / "zizmor"
    command = [zizmor, "--offline", "--persona=pedantic", "--no-progress", *WORKFLOWS]

    audit = subprocess.run(command, capture_output=True, text=True, check=False)

    assert audit.returncode == 0, audit.stdout + audit.stderr


def test_gate_needs_every_other_job(jobs):
    """The required check waits for all other jobs and runs however they ended."""
    gate = jobs["integrity"]

    assert sorted(gate["needs"]) == sorted(jobs.keys() - {"integrity"})
    assert gate["if"] == "always()"
    assert gate["name"] == "integrity"
    assert [step["env"] for step in gate["steps"]] == [{"RESULTS": "${{ join(needs.*.result, ' ') }}"}]


def test_gate_is_green_only_when_every_job_succeeded(jobs):
    """Over every combination of results, and for lists that are too short or too long, only all successes pass."""
    needed = len(jobs["integrity"]["needs"])
    lists = [results for length in (needed, 0, needed - 1) for results in itertools.product(RESULTS, repeat=length)]
    lists.append(("success",) * (needed + 1))

    green = [results for results in lists if gate_status(jobs, results) == 0]

    assert green == [("success",) * needed]


def gate_status(jobs, results):
    """The exit status of the gate's real step, started as GitHub starts it."""
    [step] = jobs["integrity"]["steps"]
    command = ["bash", "-e", "-c", step["run"]]
    environment = {"PATH": "/usr/bin:/bin", "RESULTS": " ".join(results)}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def test_results_are_kept_however_the_units_end(jobs):
    """The upload of the results comes last, always runs, and fails when there is nothing to keep."""
    upload = jobs["units"]["steps"][-1]

    assert upload["if"] == "always()"
    assert upload["with"]["path"] == "integrity-results/"
    assert upload["with"]["if-no-files-found"] == "error"


def test_jobs_may_only_read(jobs):
    """No job has more rights than to read the repository, and none keeps the credentials of the checkout."""
    assert all(job["permissions"] in ({}, {"contents": "read"}) for job in jobs.values())
    checkouts = [step for job in jobs.values() for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
