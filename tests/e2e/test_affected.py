"""`--changed` and `explain` over a real repository: each sees the same, whichever command is asked."""

from __future__ import annotations

import json
import subprocess

import pytest

from integrity.commands.selection import affected_by
from integrity.model.change import Changes
from integrity.settings import load_root
from tests.e2e.command import outcomes, run, unit
from tests.monorepo import commit, make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

GOOD = "def test_good(): pass\n"
ROOT = '[tool.integrity]\nshared-inputs = ["proto/**"]\nignored-inputs = ["**/*.md", "charts/**"]\n'
SERVED = '[tool.integrity.serve]\ncommand = "python -m http.server {port}"\nenv-var = "{name}_URL"\nready = {{ http = "/" }}\n'
FILES = {
    "pyproject.toml": ROOT,
    "uv.toml": "",
    "README.md": "",
    "charts/a.yaml": "",
    "tools/x.sh": "",
    ".gitignore": "integrity-results/\n",
    "schemas/plan.json": "{}",
    **unit("api", GOOD, SERVED.replace("{name}", "API").replace("{{", "{").replace("}}", "}")),
    **unit(
        "web",
        GOOD,
        'needs = ["unit:api"]\nsecrets = ["PIN"]\nenv = { PIN = "123", URL = "http://u:hushhush@x/", TOKEN = "t" }',
    ),
    **unit("billing", GOOD, 'extra-inputs = ["schemas/**"]\nextras = ["fast"]\nenv-file = ["../../config/b.env"]'),
    "services/catalog/setup.py": 'from setuptools import setup\nsetup(name="catalog", install_requires=[])\n',
    "services/catalog/test_integrity.py": GOOD,
    "config/b.env": "",
    "packages/kit/pyproject.toml": '[project]\nname = "kit"\nversion = "1"\n',
    "packages/kit/kit.py": "",
    "packages/kit/test_integrity.py": GOOD,
}
FILES["services/billing/pyproject.toml"] = FILES["services/billing/pyproject.toml"].replace(
    "[tool.uv]", '[project.optional-dependencies]\nfast = ["kit"]\nslow = ["catalog"]\n[tool.uv]', 1
)
EVERY = {"packages/kit", "services/api", "services/billing", "services/catalog", "services/web"}


@pytest.fixture
def root(tmp_path):
    return make_monorepo(tmp_path / "root", FILES, git=True)


def planned(root, *arguments):
    done = run(root, "plan", "--changed=HEAD", "--format", "json", *arguments, CI="")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    return {each["path"]: each["reason"] for each in plan["units"]}, plan


def explained(root, name, *arguments):
    done = run(root, "explain", name, "--format", "json", *arguments, CI="")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("packages/kit/kit.py", {"packages/kit", "services/billing"}),
        ("services/api/x.py", {"services/api", "services/web"}),
        ("services/catalog/x.py", {"services/catalog"}),
        ("schemas/plan.json", {"services/billing"}),
        ("config/b.env", {"services/billing"}),
        ("README.md", set()),
        ("charts/a.yaml", set()),
        ("tools/x.sh", EVERY),
        ("proto/new.proto", EVERY),
        ("uv.toml", EVERY),
        ("services/web/README.md", {"services/web"}),
    ],
)
def test_each_kind_of_file_affects_what_the_page_says(root, path, expected):
    """One changed file, the units of the plan, and the same from `explain`."""
    make_monorepo(root, {path: "# changed"})

    reasons, plan = planned(root)

    assert set(reasons) == expected
    assert plan["base"] == git(root, "rev-parse", "HEAD")
    web = explained(root, "web", "--changed=HEAD")
    assert (web["reason"], web["everything"]) == (reasons.get("services/web"), plan.get("everything"))


def git(root, *arguments):
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def test_run_takes_only_what_is_affected_of_what_is_named(root):
    """Selectors and the change both have to hold; the report tells the reason of each unit."""
    make_monorepo(root, {"packages/kit/kit.py": "changed = 1\n"})

    done = run(root, "run", "kind:package", "--changed", CI="")

    assert done.returncode == 0, done.stderr
    assert outcomes(root) == {"kit": "passed"}
    report = json.loads((root / "integrity-results/report.json").read_text())
    assert report["units"][0]["reason"] == "changed: packages/kit/kit.py"


def test_nothing_affected_is_green_and_says_so(root):
    """An empty plan is no failure, and no silence."""
    done = run(root, "run", "--changed", CI="")

    assert done.returncode == 0, done.stderr
    assert "nothing is affected" in done.stdout + done.stderr


def test_removed_unit_and_renamed_unit_affect_every_unit(root):
    """With the real git: a manifest that is gone, and one that gives another name."""
    git(root, "rm", "-r", "--quiet", "packages/kit")
    assert planned(root)[1]["everything"] == "gone: packages/kit/pyproject.toml, perhaps a unit's manifest"
    git(root, "reset", "--quiet", "--hard")
    make_monorepo(root, {"packages/kit/pyproject.toml": '[project]\nname = "toolkit"\nversion = "1"\n'})
    assert planned(root)[1]["everything"] == "packages/kit was called kit"


def test_moved_file_affects_both_units(root):
    """The unit that it left, and the one where it is now."""
    git(root, "mv", "packages/kit/kit.py", "services/web/kit.py")

    assert set(planned(root)[0]) == {"packages/kit", "services/billing", "services/web"}


def test_unreadable_manifest_and_no_git_mean_all(root, tmp_path):
    """Both say why."""
    make_monorepo(root, {"services/api/pyproject.toml": "[broken"})
    plan = planned(root)[1]
    assert plan["everything"].startswith("the manifest of services/api can't be used")
    assert len(plan["units"]) == len(EVERY)

    plain = make_monorepo(tmp_path / "plain", unit("a", GOOD) | {"pyproject.toml": ROOT})
    reasons, plan = planned(plain)
    assert "not a git repository" in plan["everything"]
    assert reasons == {"services/a": f"everything: {plan['everything']}"}


def test_unknown_base_is_an_error_of_usage(root):
    """A base that is none is answered, and nothing runs."""
    done = run(root, "run", "--changed=mian", CI="")

    assert done.returncode == 2
    assert "Did you mean 'main'?" in done.stderr
    assert not (root / "integrity-results").exists()


def test_unit_that_is_taken_for_a_base_is_told(root):
    """`--changed web` reads as a base; the hint says where units stand."""
    done = run(root, "plan", "--changed", "web", CI="")

    assert done.returncode == 2
    assert "units before --changed" in done.stderr


def test_results_of_a_run_are_no_change(root):
    """Also where git does not ignore them."""
    make_monorepo(root, {".gitignore": ""})
    commit(root)
    run(root, "run", "kit", CI="")

    assert planned(root)[0] == {}


def test_root_below_the_repository(tmp_path):
    """Whatever changes beside the monorepo is none of its business."""
    outer = make_monorepo(tmp_path, {f"python/{path}": text for path, text in FILES.items()}, git=True)
    make_monorepo(outer, {"dotnet/x.cs": "", "uv.lock": "", "python/packages/kit/kit.py": "changed = 1\n"})

    assert set(planned(outer / "python")[0]) == {"packages/kit", "services/billing"}


def test_explanation_has_inputs_dependents_needs_and_origins(root):
    """Everything that decides about the unit, each with its place; of secrets only that they are there."""
    make_monorepo(root, {"packages/kit/kit.py": "changed = 1\n"})

    billing, web, kit = (explained(root, name) for name in ("billing", "web", "kit"))
    said = run(root, "explain", "web", CI="").stdout

    inputs = {(row["kind"], row["value"]): row["origin"] for row in billing["inputs"]}
    assert inputs["sibling", "packages/kit"] == "services/billing/pyproject.toml:6, extra fast"
    assert inputs["extra input", "schemas/**"] == "services/billing/pyproject.toml:11"
    assert ("named file", "config/b.env") in inputs
    assert inputs["shared input", "proto/**"] == "pyproject.toml:2"
    assert billing["reason"] == "depends on packages/kit, which changed"
    assert {"kind": "runs beside it", "value": "services/api", "origin": None} in web["inputs"]
    assert [row["value"] for row in web["needs"]] == ["unit services/api"]
    assert [row["value"] for row in kit["dependents"]] == ["services/billing"]
    (env,) = (row for row in web["settings"] if row["name"] == "env")
    assert env["value"] == {"PIN": "•••", "URL": "http://u:•••@x/", "TOKEN": "•••"}
    assert "hushhush" not in said
    assert "123" not in json.dumps(web["settings"])
    catalog = explained(root, "catalog")
    assert any(row["kind"] == "any unit" for row in catalog["inputs"]) is False


def test_explained_unit_that_cannot_run_says_why(root):
    """Its settings can't be read, all else is told; several units, or none, are an error of usage."""
    make_monorepo(root, {"services/web/pyproject.toml": '[project]\nname = "web"\n[tool.integrity]\ntimeuot = 3\n'})

    web = explained(root, "web")

    assert "timeuot" in web["problem"]["message"]
    assert web["settings"] == []
    assert run(root, "explain", "kind:service", CI="").returncode == 2
    assert run(root, "explain", "wbe", CI="").returncode == 2


def test_expected_time_comes_from_earlier_runs(root):
    """A unit that passed here has a time, one that never did says so."""
    assert "not known" in run(root, "explain", "kit", CI="").stdout
    run(root, "run", "kit", CI="")

    kit = explained(root, "kit")

    assert kit["passes"] == 1
    assert kit["expected_s"] > 0


def test_changes_that_something_else_saw_are_judged_alike(root):
    """What a watch notices goes through the same function as what git tells."""
    from integrity.commands.planned import find

    settings = load_root(root, environ={}, flags={})
    found = find(settings)

    watched = affected_by(Changes(files=("packages/kit/kit.py",)), found.monorepo, found.graph, found.live_of, settings)

    make_monorepo(root, {"packages/kit/kit.py": "changed = 1\n"})
    assert watched.reasons == planned(root)[0]


def test_link_to_another_units_file_is_followed_and_explained(root):
    """It is read as if it lay where the link is; without a change it is told all the same."""
    (root / "services/web/kit.py").symlink_to("../../packages/kit/kit.py")
    commit(root)
    told = run(root, "explain", "web", "--changed=HEAD", CI="").stdout
    make_monorepo(root, {"packages/kit/kit.py": "changed = 1\n"})

    assert "packages/kit/kit.py" in told
    assert planned(root)[0]["services/web"] == "changed behind a symbolic link: services/web/kit.py"
