"""What the pages about CI show does what they say, and fits the files that `integrity init --ci` writes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from integrity.generate.rendering import TEMPLATES, below, rendered
from tests.docs.pages import DOCS, ROOT, blocks, code, page, rows
from tests.docs.test_troubleshooting import SAID
from tests.e2e.command import outcomes, unit
from tests.monorepo import make_monorepo

CI = DOCS / "how-to" / "ci.md"
SERVICES = DOCS / "how-to" / "services-in-ci.md"
PROTECTION = DOCS / "how-to" / "branch-protection.md"
WORKFLOW = "ci/github/.github/workflows/integrity.yml.j2"
JOB = "ci/gitlab/.gitlab/integrity-job.yml.j2"
CHECK = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
RESULTS = ("success", "failure", "cancelled", "skipped")


def loaded(path):
    """What each YAML block of a page says."""
    return [YAML(typ="safe").load(text) for _, text in blocks(path, "yaml")]


def fragments(path, key):
    """The blocks that have this key."""
    return [found for found in loaded(path) if key in found]


def workflow():
    """What `init` writes for GitHub."""
    return YAML(typ="safe").load(rendered(WORKFLOW, branch="main"))


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_commands_of_the_page_work(tmp_path):
    """All blocks in their order: two shards, their merge, reports, a rerun with nothing to do, a shard by a variable, the history and its step."""
    files = {
        "pyproject.toml": "[tool.integrity]\n",
        ".gitignore": "integrity-results/\n",
        **unit("a", "def test_a(): pass\n"),
        **unit("b", "def test_b(): pass\n"),
    }
    make_monorepo(tmp_path, files, git=True)
    step = next(found for found in loaded(CI) if isinstance(found, list))[0]
    before = f'set -e\nintegrity() {{ {shlex.quote(sys.executable)} -m integrity "$@"; }}\n'
    script = before + "".join(text for _, text in blocks(CI, "bash")) + step["run"]
    host = {name: value for name, value in os.environ.items() if not name.startswith(("INTEGRITY_", "GITHUB_"))}
    host["GITHUB_STEP_SUMMARY"] = str(tmp_path / "page.md")

    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=host, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert outcomes(tmp_path) == {"a": "passed", "b": "passed"}
    assert (tmp_path / "shard-2.html").stat().st_size > 0
    assert "nothing to run again: 2 units, all green" in done.stderr
    assert "1 run: no unit was flaky" in done.stdout


def test_files_are_those_that_init_writes():
    """For each system; the choices of `--ci` are all there."""
    told = {code(cells[0])[0]: set(code(cells[1])) for cells in rows(page("how-to/ci.md"), "| `--ci` | writes |")}

    systems = sorted(path.name for path in (TEMPLATES / "ci").iterdir())
    assert told == {system: {path for path, _ in below(f"ci/{system}")} for system in systems}


@pytest.mark.parametrize(
    "said", [code(cells[2])[0] for cells in rows(page("how-to/ci.md"), "| what happened |") if code(cells[2])]
)
def test_what_the_report_says_is_what_the_program_says(said):
    """But for the numbers of a shard, and the name of its archive."""
    parts = re.split(r"…|\d/\d|\S+\.zip", said)

    assert [part for part in parts if part.strip() not in SAID] == []


@pytest.mark.parametrize(
    ("system", "expression"),
    [(cells[0], code(cells[2])[0]) for cells in rows(page("how-to/ci.md"), "| system | with |")],
)
def test_expression_names_the_first_and_the_last_shard(system, expression):
    """A shell makes 1/5 and 5/5 of what the system counts, from 0 or from 1."""
    given = {
        "CircleCI": ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=5", "CIRCLE_NODE_INDEX=4 CIRCLE_NODE_TOTAL=5"),
        "Azure Pipelines": (
            "SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=5",
            "SYSTEM_JOBPOSITIONINPHASE=5 SYSTEM_TOTALJOBSINPHASE=5",
        ),
        "Jenkins": ("SHARD=1", "SHARD=5"),
        "GitLab, without a pipeline of its own": (
            "CI_NODE_INDEX=1 CI_NODE_TOTAL=5",
            "CI_NODE_INDEX=5 CI_NODE_TOTAL=5",
        ),
        "Buildkite, likewise": (
            "BUILDKITE_PARALLEL_JOB=0 BUILDKITE_PARALLEL_JOB_COUNT=5",
            "BUILDKITE_PARALLEL_JOB=4 BUILDKITE_PARALLEL_JOB_COUNT=5",
        ),
    }[system]

    made = [
        subprocess.run(
            ["bash", "-c", f'{variables}; echo "{expression}"'], capture_output=True, text=True, check=True
        ).stdout.strip()
        for variables in (each.replace(" ", "; ") for each in given)
    ]

    assert made == ["1/5", "5/5"]


def test_called_workflow_takes_what_it_is_given():
    """It is there, can be called, and has these inputs."""
    calls = [found["jobs"]["units"] for path in (CI, PROTECTION) for found in fragments(path, "jobs")]

    assert len(calls) == 2
    for call in calls:
        called = YAML(typ="safe").load(ROOT / call["uses"])
        assert set(call.get("with", {})) <= set(called[True if True in called else "on"]["workflow_call"]["inputs"])
        assert call["permissions"] == {"contents": "read"}


def test_gate_waits_for_everything_and_takes_only_success():
    """The job on the page about branch protection, with every result of what it needs."""
    [shown] = fragments(PROTECTION, "jobs")
    gate = shown["jobs"]["integrity"]
    run = gate["steps"][-1]["run"]

    done = {
        result: subprocess.run(
            ["bash", "-e", "-c", run], env={"PATH": "/usr/bin:/bin", "RESULTS": result}, check=False
        ).returncode
        for result in (*RESULTS, "", "success success")
    }

    assert [result for result, status in done.items() if status == 0] == ["success"]
    assert gate["if"] == "always()"
    assert gate["needs"] == [name for name in shown["jobs"] if name != "integrity"]
    assert {"pull_request", "merge_group", "push"} == set(shown[True if True in shown else "on"])


def test_services_fit_into_the_shards_of_the_workflow():
    """The step has the name, the variables and the command that `init` writes, and some URLs more."""
    [shown] = fragments(SERVICES, "jobs")
    [step] = shown["jobs"]["shard"]["steps"]
    [own] = [each for each in workflow()["jobs"]["shard"]["steps"] if each["name"] == step["name"]]

    assert step["run"] == own["run"]
    assert step["env"].items() >= own["env"].items()
    assert sum(name.endswith("_URL") for name in step["env"]) == len(shown["jobs"]["shard"]["services"])


def test_steps_that_the_page_names_are_there():
    """One merges, two deal with the recorded times."""
    text = page("how-to/ci.md")
    steps = workflow()["jobs"]["integrity"]["steps"]

    assert "the step *Merge*" in text
    assert "the two steps that restore and keep the recorded times" in " ".join(text.split())
    assert [step["name"] for step in steps if step["name"] == "Merge" or "recorded times" in step["name"]] == [
        "Restore the recorded times",
        "Merge",
        "Keep the recorded times",
    ]


@pytest.mark.parametrize("fragment", fragments(SERVICES, ".integrity"))
def test_what_is_shown_for_gitlab_is_valid(tmp_path, fragment):
    """By its published schema; what installs the tool stays as `init` writes it."""
    written = YAML(typ="safe").load(rendered(JOB))[".integrity"]
    path = tmp_path / "ci.yml"
    YAML().dump({".integrity": written | fragment[".integrity"], "a": {"extends": ".integrity", "script": "x"}}, path)

    done = subprocess.run(
        [CHECK, "--builtin-schema", "vendor.gitlab-ci", path], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
    assert fragment[".integrity"].get("before_script", written["before_script"]) == written["before_script"]


def test_fragments_for_gitlab_were_found():
    """The test above looked at both ways to have services."""
    assert len(fragments(SERVICES, ".integrity")) == 2
