"""The project's own CI: its workflows are safe, and the one required check can't be green by accident."""

from __future__ import annotations

import itertools
import shutil
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
    return jobs_of("ci.yml")


def jobs_of(name):
    """The jobs of a workflow."""
    return YAML(typ="safe").load(ROOT / ".github" / "workflows" / name)["jobs"]


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


def test_units_are_run_by_the_workflow_that_others_call(jobs):
    """What is shipped is what is used here; its archives and its report are kept however the units end."""
    units = jobs_of("integrity.yml")
    uploads = [step for job in units.values() for step in job["steps"] if "upload-artifact" in step.get("uses", "")]

    assert jobs["units"]["uses"] == "./.github/workflows/integrity.yml"
    assert [step.get("if") for step in uploads] == [None, "always()", "always()"]


@pytest.mark.parametrize("name", [path.name for path in WORKFLOWS])
def test_jobs_may_only_read(name):
    """No job has more rights than to read the repository, and none keeps the credentials of the checkout."""
    everyone = jobs_of(name).values()

    assert all(job["permissions"] in ({}, {"contents": "read"}) for job in everyone)
    steps = [step for job in everyone for step in job.get("steps", ())]
    checkouts = [step for step in steps if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_pull_request_can_put_nothing_into_a_cache():
    """What is kept for later runs is kept by runs of the main branch only."""
    saving = [
        step
        for path in WORKFLOWS
        for job in jobs_of(path.name).values()
        for step in job.get("steps", ())
        if "actions/cache" in step.get("uses", "") and "actions/cache/restore" not in step["uses"]
    ]

    assert saving
    assert all("actions/cache/save" in step["uses"] and "github.event_name == 'push'" in step["if"] for step in saving)


def test_tests_run_with_a_container_engine_that_has_to_be_there(jobs):
    """On every Python, images are there before the tests start, and a test that finds no engine fails."""
    *before, last = jobs["tests"]["steps"]

    assert last["run"] == "nox -s tests"
    assert last["env"] == {"INTEGRITY_TEST_BROWSER": "1", "INTEGRITY_TEST_DOCKER": "1"}
    assert any(step.get("run") == "tests/docker/images --pull" for step in before)


@pytest.fixture
def local_ci(tmp_path):
    """Run `.ci/run` with programs that only write down how they were called; `user` is who runs it."""
    log = tmp_path / "log"
    home = tmp_path / "tmp"
    home.mkdir()
    shutil.copytree(ROOT / ".ci", tmp_path / "copy" / ".ci")

    def program(path, body="exit 0"):
        path = tmp_path / path
        path.parent.mkdir(parents=True, exist_ok=True)
        line = f'echo "$(basename "$0")|$1 $2|${{INTEGRITY_TEST_DOCKER-}}|${{DOCKER_HOST+engine}}" >>{log}'
        path.write_text(f"#!/bin/sh\n{line}\n{body}\n")
        path.chmod(0o755)

    def run(*, user, engine="exit 0"):
        program("nox")
        program(
            "bin/python3.11",
            f'[ "$2" != venv ] || {{ mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; cp {tmp_path}/nox "$3/bin"; }}',
        )
        program("bin/id", f"echo {user}")
        program("bin/apt-get")
        program("bin/docker", "echo 127.0.0.1:1")
        program("copy/.ci/actionlint")
        program("copy/tests/docker/engine", f'[ "$1" != start ] || touch "$2"; {engine}')
        program("copy/tests/docker/images")
        environment = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "TMPDIR": str(home), "INTEGRITY_TEST_DOCKER": "1"}
        command = [tmp_path / "copy" / ".ci" / "run"]
        status = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert not [*home.iterdir()]
        return status, [line.split("|") for line in log.read_text().splitlines()]

    return run


def test_local_ci_runs_the_tests_once_with_the_engine_it_brings(local_ci):
    """`.ci/run` runs all tests with its own engine, which has to be there, and stops the engine at the end."""
    status, calls = local_ci(user=0)

    assert status.returncode == 0, status.stdout
    assert [call for call in calls if call[1] == "-s tests"] == [["nox", "-s tests", "1", "engine"]]
    assert calls[-1][0] == "engine"
    assert calls[-1][1].startswith("stop ")


@pytest.mark.parametrize("trouble", [{"user": 1000}, {"user": 0, "engine": "exit 1"}])
def test_local_ci_without_an_engine_is_red(trouble, local_ci):
    """Where it can't bring an engine, that step fails by name, and the tests run as on any machine without one."""
    status, calls = local_ci(**trouble)

    assert status.returncode == 1
    assert status.stdout.splitlines()[-1] == "FAILED: container engine"
    assert ["nox", "-s tests", "", ""] in calls
