"""What `init` writes for GitLab and Buildkite plans what a merge request affects: nothing of its own making counts as a change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from integrity.generate.rendering import TEMPLATES
from tests.monorepo import commit, make_monorepo, unit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CI = TEMPLATES / "ci"
# It makes the env that it is asked for, in which pip has nothing to do.
FAKE_PYTHON = '#!/bin/sh\nmkdir -p "$3/bin"\ntouch "$3/pyvenv.cfg"\nprintf "#!/bin/sh\\n" > "$3/bin/python"\nchmod +x "$3/bin/python"\n'
FAKE_AGENT = """#!/bin/sh
case "$1 $2" in
  "artifact upload") test -s "$3" && touch "$HOME/kept" ;;
  "pipeline upload") test -e "$HOME/kept" && cat "$4" > "$HOME/uploaded.json" ;;
esac
"""


@pytest.fixture
def request_of_one_unit(tmp_path):
    """A repository whose last commit changed one of two units."""
    files = {**unit("services/a"), **unit("services/b"), "pyproject.toml": "[tool.integrity]\n"}
    root = make_monorepo(tmp_path / "root", files, git=True)
    (root / "services/b/test_integrity.py").write_text("def test_other(): pass\n")
    subprocess.run(["git", "switch", "--quiet", "--create", "topic"], cwd=root, check=True)
    commit(root)
    return root


def play(root: Path, script: str, **variables: str) -> None:
    """A job's commands, with an agent and a Python that only tell what they were asked."""
    home = root.parent / "home"
    (home / "bin").mkdir(parents=True)
    for name, text in (("python3", FAKE_PYTHON), ("buildkite-agent", FAKE_AGENT)):
        (home / "bin" / name).write_text(text)
        (home / "bin" / name).chmod(0o755)
    host = {name: value for name, value in os.environ.items() if not name.startswith(("INTEGRITY_", "GITHUB_"))}
    path = os.pathsep.join([str(home / "bin"), str(Path(sys.executable).parent), host["PATH"]])
    host |= {"CI": "true", "HOME": str(home), "PATH": path}
    subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=root, env=host | variables, check=True)


def planned(root: Path) -> list[str]:
    return [each["path"] for each in json.loads((root / "plan.json").read_text())["units"]]


def test_gitlab_plans_what_a_merge_request_affects(request_of_one_unit):
    """The child pipeline that it writes is among the artifacts under the name that the trigger has."""
    root = request_of_one_unit
    jobs = YAML(typ="safe").load(CI / "gitlab/.gitlab/integrity.yml.j2")
    job = jobs["integrity-plan"]
    base = subprocess.run(["git", "rev-parse", "main"], cwd=root, check=True, capture_output=True, text=True).stdout

    play(
        root,
        "\n".join(job["script"]),
        GITLAB_CI="true",
        CI_MERGE_REQUEST_IID="7",
        CI_MERGE_REQUEST_DIFF_BASE_SHA=base.strip(),
    )

    (include,) = jobs["integrity"]["trigger"]["include"]
    assert planned(root) == ["services/b"]
    assert {"plan.json", include["artifact"]} == set(job["artifacts"]["paths"])
    assert "integrity 1/1" in json.loads((root / include["artifact"]).read_text())


def test_buildkite_plans_what_a_pull_request_affects(request_of_one_unit):
    """Also after the hook has installed the tool into the checkout; a shard, which may start at once, finds the plan uploaded."""
    root = request_of_one_unit
    hook, script = (
        (CI / "buildkite/.buildkite" / name).read_text() for name in ("hooks/pre-command.j2", "integrity-plan.j2")
    )

    play(
        root,
        f"{hook}\n{script}",
        BUILDKITE="true",
        BUILDKITE_STEP_KEY="integrity-plan",
        BUILDKITE_PULL_REQUEST="7",
        BUILDKITE_PULL_REQUEST_BASE_BRANCH="main",
    )

    assert planned(root) == ["services/b"]
    assert json.loads((root.parent / "home/uploaded.json").read_text())["steps"][0]["key"] == "integrity-1"
