"""What a plan gives to each CI system: valid by the system's own published schema, and one job for each shard."""

import json
import subprocess
import sysconfig
from pathlib import Path

import msgspec
import pytest

from integrity.generate.pipeline import PIPELINES
from integrity.model.plan import Plan
from integrity.planning.shard import Sharding, sharded
from tests.report.sample import unit

CHECK = Path(sysconfig.get_path("scripts")) / "check-jsonschema"


def plan(units, shards):
    """A plan of so many units and shards."""
    spread, count = sharded(tuple(unit(f"u{number}") for number in range(units)), Sharding(shards=shards), {})
    return Plan(run_id="r", commit="c", base="b", units=spread, shards=count)


@pytest.mark.parametrize(("units", "shards"), [(7, 3), (1, 1), (300, 256), (0, 4)])
@pytest.mark.parametrize(("system", "schema"), [("gitlab", "vendor.gitlab-ci"), ("buildkite", "vendor.buildkite")])
def test_pipeline_is_what_the_published_schema_allows(tmp_path, system, schema, units, shards):
    """Also the largest one, and the one without units."""
    path = tmp_path / "pipeline.json"
    path.write_text(PIPELINES[system](plan(units, shards)))

    done = subprocess.run([CHECK, "--builtin-schema", schema, path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("system", ["gitlab", "buildkite"])
def test_each_shard_has_a_job_and_one_job_merges(system):
    """Every shard of the plan is run once, and what the shards left is merged whatever became of them."""
    text = PIPELINES[system](plan(7, 3))

    assert [text.count(f"--plan plan.json --shard {index}/3") for index in (1, 2, 3)] == [1, 1, 1]
    assert text.count("integrity merge") == 1
    assert ('"when": "always"' if system == "gitlab" else '"continue_on_failure": true') in text


@pytest.mark.parametrize("system", ["gitlab", "buildkite"])
def test_plan_without_units_is_a_pipeline_that_says_so(system):
    """These systems refuse a pipeline without jobs."""
    text = PIPELINES[system](plan(0, 3))

    assert "nothing is affected" in text
    assert "integrity run" not in text


@pytest.mark.parametrize("units", [7, 0])
def test_gitlab_runs_it_for_merge_requests_too(units):
    """A child pipeline without rules of its own has no jobs there."""
    assert json.loads(PIPELINES["gitlab"](plan(units, 3)))["workflow"] == {"rules": [{"when": "always"}]}


def test_github_gets_lines_for_its_output_file():
    """Each is a name and a value in one line; the matrix has a job for each shard."""
    lines = PIPELINES["github"](plan(7, 3)).splitlines()

    values = dict(line.split("=", 1) for line in lines)
    assert list(values) == ["matrix", "count", "plan"]
    assert [job["shard"] for job in json.loads(values["matrix"])["include"]] == ["1/3", "2/3", "3/3"]
    assert values["count"] == "3"


def test_github_matrix_without_units_has_no_job():
    """The count says so, since a matrix without jobs is an error there."""
    values = dict(line.split("=", 1) for line in PIPELINES["github"](plan(0, 3)).splitlines())

    assert json.loads(values["matrix"]) == {"include": []}
    assert values["count"] == "0"


def test_artifacts_of_another_plan_have_other_names():
    """The short digest changes with the plan, and not with the run that planned."""
    one, again = plan(7, 3), msgspec.structs.replace(plan(7, 3), run_id="other")

    digests = [
        dict(line.split("=", 1) for line in PIPELINES["github"](each).splitlines())["plan"]
        for each in (one, again, plan(7, 2))
    ]

    assert digests[0] == digests[1] != digests[2]
