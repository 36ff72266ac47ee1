"""What a CI system needs in order to run the shards of a plan: jobs for each, and one that merges what they left.

A plan without units gives jobs too, where a system refuses a pipeline that has none.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from integrity.model.plan import Plan

ARCHIVES = "integrity-results/integrity-shard-*.zip"
MERGE = "integrity merge integrity-results --results integrity-report"
NOTHING = "echo nothing is affected"
# GitLab leaves jobs without rules out of what a merge request's pipeline starts.
_ALWAYS = {"workflow": {"rules": [{"when": "always"}]}}


def github(plan: Plan) -> str:
    """Lines for `$GITHUB_OUTPUT`: `matrix` (an `include` list with `shard`, `index`, `total`), `count` of shards, `plan`.

    `plan` is a short digest: artifacts that have it in their names are of this plan, also where jobs are run again.
    """
    include = [{"shard": shard, "index": index, "total": plan.shards} for index, shard in _shards(plan)]
    matrix = json.dumps({"include": include}, separators=(",", ":"))
    return f"matrix={matrix}\ncount={len(include)}\nplan={plan.digest()[:12]}\n"


def gitlab(plan: Plan) -> str:
    """A child pipeline. Its jobs start from `.integrity` of `.gitlab/integrity-job.yml`; JSON is YAML."""
    jobs = {f"integrity {shard}": _gitlab_shard(shard) for _, shard in _shards(plan)}
    if not jobs:
        return _written({**_ALWAYS, "stages": ["shards"], "integrity": {"stage": "shards", "script": [NOTHING]}})
    report = {
        "extends": ".integrity",
        "stage": "report",
        "when": "always",
        "script": [MERGE],
        "cache": {"key": "integrity-timings", "paths": [".integrity/timings.json"], "policy": "pull-push"},
        "artifacts": {
            "when": "always",
            "paths": ["integrity-report/"],
            "reports": {"junit": "integrity-report/junit.xml"},
        },
    }
    head = {**_ALWAYS, "include": [{"local": ".gitlab/integrity-job.yml"}], "stages": ["shards", "report"]}
    return _written({**head, **jobs, "integrity report": report})


def buildkite(plan: Plan) -> str:
    """Steps for `buildkite-agent pipeline upload --no-interpolation`; their keys begin with `integrity`."""
    steps: list[Any] = [_buildkite_shard(index, shard) for index, shard in _shards(plan)]
    if not steps:
        return _written({"steps": [{"label": "integrity", "key": "integrity-none", "command": NOTHING}]})
    report = {
        "label": "integrity",
        "key": "integrity-report",
        "command": [f"buildkite-agent artifact download '{ARCHIVES}' .", MERGE],
        "artifact_paths": "integrity-report/**/*",
    }
    return _written({"steps": [*steps, {"wait": None, "continue_on_failure": True}, report]})


PIPELINES: Mapping[str, Callable[[Plan], str]] = {"github": github, "gitlab": gitlab, "buildkite": buildkite}
"""By the name of their `--format`."""


def _shards(plan: Plan) -> Iterator[tuple[int, str]]:
    for index in range(1, (plan.shards if plan.units else 0) + 1):
        yield index, f"{index}/{plan.shards}"


def _command(shard: str) -> str:
    return f"integrity run --plan plan.json --shard {shard}"


def _gitlab_shard(shard: str) -> dict[str, Any]:
    return {
        "extends": ".integrity",
        "stage": "shards",
        "needs": [{"pipeline": "$PLAN_PIPELINE", "job": "integrity-plan"}],
        "script": [_command(shard)],
        "artifacts": {"when": "always", "paths": [ARCHIVES]},
    }


def _buildkite_shard(index: int, shard: str) -> dict[str, Any]:
    return {
        "label": f"integrity {shard}",
        "key": f"integrity-{index}",
        "command": ["buildkite-agent artifact download plan.json .", _command(shard)],
        "artifact_paths": ARCHIVES,
    }


def _written(pipeline: Mapping[str, Any]) -> str:
    return json.dumps(pipeline, indent=2) + "\n"
