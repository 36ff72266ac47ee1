"""`integrity init` adopts a monorepo that was there before, and changes nothing that is there."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from integrity.commands.init import InitRequest, run
from integrity.discover import Globs, discover
from integrity.errors import NothingSelectedError, UsageError
from integrity.settings import load_root
from tests.monorepo import make_monorepo, pep621

ROOT = Path(__file__).parents[2]
PLANS = 'PLANS = {"free": 1, "pro": 2}\n'
SHOP = {
    "apps/shop/pyproject.toml": pep621("shop", dependencies=["django"]),
    "apps/shop/manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "apps/shop/shop/__init__.py": "",
    "apps/shop/shop/choices.py": PLANS,
    "apps/shop/.env.example": "A=1\n",
    "apps/shop/shop/settings.py": 'import os\nA = os.environ["A"]\n',
    "apps/old/requirements.txt": "flask\n",
    "apps/old/plans.py": PLANS,
    "libs/empty/pyproject.toml": pep621("empty"),
    "libs/empty/empty.py": "",
    "libs/tested/pyproject.toml": pep621("tested"),
    "libs/tested/test_integrity.py": "def test_truth():\n    assert 1 + 1 == 2\n",
}


def init(root, **more):
    return run(InitRequest(root=root, host={"PATH": os.environ["PATH"]}, **more))


def contents(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_all_that_is_needed_is_written(tmp_path):
    """Root, noxfile, and for each unit in which something was found a test, with its tables where it has a manifest."""
    before = contents(make_monorepo(tmp_path, SHOP))

    init(tmp_path)

    after = contents(tmp_path)
    assert set(after) - set(before) >= {
        "integrity.toml",
        "noxfile.py",
        "apps/shop/test_integrity.py",
        "apps/old/test_integrity.py",
    }
    assert "libs/empty/test_integrity.py" not in after
    assert {path for path in before if after[path] != before[path]} == {"apps/shop/pyproject.toml"}
    manifest = after["apps/shop/pyproject.toml"]
    assert manifest.startswith(before["apps/shop/pyproject.toml"])
    assert b'plans = { target = "shop.choices:PLANS", view = "source" }' in manifest
    assert b'example = ".env.example"' in manifest
    assert b'# DJANGO_SETTINGS_MODULE = "shop.settings"' in manifest
    assert b'"target": "plans:PLANS"' in after["apps/old/test_integrity.py"]


def test_proposed_globs_find_the_units(tmp_path):
    """With the kinds that the folders say."""
    init(make_monorepo(tmp_path, SHOP))

    settings = load_root(tmp_path, environ={}, flags={})
    found = {unit.path: str(unit.kind) for unit in discover(tmp_path, Globs.of(settings)).units}
    assert found == {"apps/old": "service", "apps/shop": "service", "libs/empty": "package", "libs/tested": "package"}
    assert settings.missing == "baseline"


def test_table_goes_into_the_root_manifest_where_there_is_one(tmp_path):
    """Below what stands there, which stays as it is."""
    text = '[project] # mine\nname="all"\nversion = "1"\r\n'
    make_monorepo(tmp_path, {**SHOP, "pyproject.toml": text.encode()})

    init(tmp_path)

    assert (tmp_path / "pyproject.toml").read_bytes().decode().startswith(text)
    assert load_root(tmp_path, environ={}, flags={}).services == ("apps/*",)
    assert not (tmp_path / "integrity.toml").exists()


def test_single_project_is_its_own_root(tmp_path):
    """One table holds what is the root's and what is the unit's."""
    make_monorepo(tmp_path, {"pyproject.toml": pep621("shop"), "src/shop/__init__.py": PLANS})

    init(tmp_path)

    text = (tmp_path / "pyproject.toml").read_text()
    assert text.count("[tool.integrity]") == text.count("[tool.integrity.registries]") == 1
    assert (tmp_path / "test_integrity.py").exists()


def test_second_time_there_is_nothing_to_do(tmp_path):
    """And no file changes."""
    init(make_monorepo(tmp_path, SHOP), ci="github")
    before = contents(tmp_path)

    again = init(tmp_path, ci="github")

    assert (again.text(), again.changes) == ("nothing to do", ())
    assert contents(tmp_path) == before


def test_dry_run_shows_exactly_what_would_be_written(tmp_path):
    """Its diff, applied by git, gives the same files; by itself it writes none."""
    for name in ("shown", "written"):
        make_monorepo(tmp_path / name, SHOP)
    before = contents(tmp_path / "shown")

    shown = init(tmp_path / "shown", ci="github", dry_run=True).text() + "\n"

    assert contents(tmp_path / "shown") == before
    init(tmp_path / "written", ci="github")
    subprocess.run(["git", "apply"], cwd=tmp_path / "shown", input=shown.encode(), check=True)
    assert contents(tmp_path / "shown") == contents(tmp_path / "written")


def test_noxfile_of_the_repository_is_left_alone(tmp_path):
    """What it lacks is said."""
    make_monorepo(tmp_path, {**SHOP, "noxfile.py": "import nox\n"})

    text = init(tmp_path).text()

    assert (tmp_path / "noxfile.py").read_text() == "import nox\n"
    assert "integrity.register(nox, root=__file__)" in text


@pytest.mark.parametrize(
    ("files", "asked", "is_written"),
    [
        ({}, None, False),
        ({}, "github", True),
        ({".github/workflows/ci.yml": "jobs: {}\n"}, None, True),
        ({".github/workflows/ci.yml": "run: nox -s integrity\n"}, "github", False),
        ({".github/workflows/ci.yml": "run: integrity plan\n"}, None, False),
        ({".github/workflows/integrity.yml": "mine\n"}, "github", False),
    ],
)
def test_workflow_is_written_where_it_is_wanted_and_none_is_there(tmp_path, files, asked, is_written):
    """Asked for, or beside other workflows; never a second one."""
    make_monorepo(tmp_path, {**SHOP, **files})

    changes = init(tmp_path, ci=asked).changes

    assert (".github/workflows/integrity.yml" in {change.path for change in changes}) == is_written


def test_workflow_is_safe(tmp_path):
    """The strictest reader of workflows has nothing to say, and its actions are pinned as this repository's own are."""
    init(make_monorepo(tmp_path, SHOP), ci="github")
    path = tmp_path / ".github" / "workflows" / "integrity.yml"
    zizmor = Path(sysconfig.get_path("scripts")) / "zizmor"

    audit = subprocess.run(
        [zizmor, "--offline", "--persona=pedantic", "--no-progress", path], capture_output=True, text=True, check=False
    )

    workflow, own = (YAML(typ="safe").load(each) for each in (path, ROOT / ".github" / "workflows" / "integrity.yml"))
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert list(workflow["jobs"]) == ["plan", "shard", "integrity"]
    assert [*map(plain, workflow["jobs"].values())] == [*map(plain, own["jobs"].values())]


def plain(job):
    """A job without what the workflow that is made has otherwise than the one that others call: its name, and what callers may choose."""
    steps = [
        {**step, "run": step["run"].replace('"$TARGET_MINUTES"', "10").replace('"$INSTALL"', "nox-integrity")}
        if "run" in step
        else step
        for step in job["steps"]
    ]
    chosen = ("INSTALL", "TARGET_MINUTES")
    for step in steps:
        if "env" in step:
            step["env"] = {name: value for name, value in step["env"].items() if name not in chosen}
            if not step["env"]:
                del step["env"]
    return {**job, "steps": steps, "name": "plan" if job["name"] == "plan" else None}


@pytest.mark.parametrize(
    ("system", "paths"),
    [
        ("gitlab", {".gitlab/integrity.yml", ".gitlab/integrity-job.yml"}),
        ("buildkite", {".buildkite/integrity.yml", ".buildkite/integrity-plan", ".buildkite/hooks/pre-command"}),
    ],
)
def test_other_systems_get_their_own_files(tmp_path, system, paths):
    """They are what the system's published schema allows, programs can be run, and the second time nothing is to do."""
    make_monorepo(tmp_path, SHOP)

    made = {change.path for change in init(tmp_path, ci=system).changes if change.path.startswith(".")}

    assert made == paths
    pipeline = tmp_path / f".{system}" / "integrity.yml"
    check = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    schema = f"vendor.{system}-ci" if system == "gitlab" else f"vendor.{system}"
    done = subprocess.run([check, "--builtin-schema", schema, pipeline], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    programs = [path for path in paths if not path.endswith(".yml")]
    assert all(os.access(tmp_path / path, os.X_OK) for path in programs)
    for path in programs:
        subprocess.run(["bash", "-n", tmp_path / path], check=True)
    assert init(tmp_path, ci=system).text() == "nothing to do"


def test_program_stays_one_in_the_diff(tmp_path):
    """`git apply` makes it a program too."""
    shown = init(make_monorepo(tmp_path, SHOP), ci="buildkite", dry_run=True).text()

    assert "b/.buildkite/integrity-plan\nnew file mode 100755\n" in shown


def test_repository_without_units_is_refused(tmp_path):
    """There is nothing to adopt."""
    with pytest.raises(NothingSelectedError, match="no unit was found"):
        init(make_monorepo(tmp_path, {"README.md": ""}))


def test_manifest_that_takes_no_table_stops_it_before_anything_is_written(tmp_path):
    """The error names the file."""
    make_monorepo(tmp_path, {**SHOP, "apps/shop/pyproject.toml": pep621("shop") + "[tool]\nintegrity = {}\n"})
    before = contents(tmp_path)

    with pytest.raises(UsageError, match=r"apps/shop/pyproject\.toml"):
        init(tmp_path)

    assert contents(tmp_path) == before


def test_unit_with_a_broken_manifest_is_told_of(tmp_path):
    """The others are adopted all the same."""
    adoption = init(make_monorepo(tmp_path, {**SHOP, "libs/broken/pyproject.toml": "[project\n"}))

    assert "apps/shop/test_integrity.py" in {change.path for change in adoption.changes}
    assert "not TOML" in adoption.text()


def test_names_of_folders_do_not_talk_to_the_terminal(tmp_path):
    """They are shown, spelled out."""
    make_monorepo(tmp_path, {**SHOP, "libs/a\x1b[2Jb/requirements.txt": ""})

    text = init(tmp_path).text()

    assert "\x1b" not in text
    assert "libs/a" in text
