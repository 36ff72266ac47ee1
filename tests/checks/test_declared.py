"""`declared_tests()`: one pytest item for each check of each subject, and nothing that is declared passes unexamined."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from integrity.checks.allowances import Allowances
from integrity.checks.case import Case, Check
from integrity.checks.judging import result_of
from integrity.checks.model import CannotExamine, Entry, Examined, Finding, NotHere
from integrity.checks.teeth import doubled
from integrity.checks.unit import unit_around
from tests.checks.harness import REPOSITORY, TEST_FILE, run_tests, write

PLANS = 'PLANS = [("free", "Free"), ("team", "Team")]\n'
REGISTRY = '[tool.integrity.registries]\nplans = "plans:PLANS"\n'


def pytest_in(folder, *arguments):
    """Run pytest over a unit in an environment of its own."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder}{os.pathsep}{REPOSITORY}"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def unit(tmp_path):
    """A unit with one registry and a test file."""
    return write(tmp_path, {"pyproject.toml": REGISTRY, "plans.py": PLANS, "test_integrity.py": TEST_FILE})


def test_ids_say_what_is_checked(unit):
    """Subject and check, in words that `-k` takes."""
    listed = pytest_in(unit, "--collect-only", "-q").stdout.splitlines()
    chosen = pytest_in(unit, "-q", "-k", "plans and duplicate-key")

    assert "test_integrity.py::test_declared[registry:plans:duplicate-key]" in listed
    assert "1 passed" in chosen.stdout


@pytest.mark.parametrize("options", [(), ("-n2",)], ids=["plain", "xdist"])
def test_failure_names_place_entry_and_remedy(unit, options):
    """Also in workers of xdist."""
    (unit / "plans.py").write_text(PLANS.replace("team", "free"))

    ended = pytest_in(unit, *options)

    assert ended.returncode == 1
    assert "plans.py:1:10: REG101 duplicate-key" in ended.stdout
    assert "→ " in ended.stdout


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ('[project]\nname = "x"\nversion = "1"\n', "found nothing that the unit declares"),
        ('[tool.integrity.registries]\nplans = { targte = "plans:PLANS" }\n', "Did you mean 'target'?"),
    ],
)
def test_empty_or_wrong_declaration_is_an_error(unit, manifest, said):
    """Neither is passed over."""
    (unit / "pyproject.toml").write_text(manifest)

    ended = pytest_in(unit)

    assert ended.returncode not in (0, 5)
    assert said in ended.stdout


def test_arguments_win_over_the_manifest(unit):
    """They have the same keys, and may hold the object itself."""
    (unit / "test_integrity.py").write_text(
        "import integrity\n\ntest_declared = integrity.declared_tests(registries={'plans': {'target': {}}})\n"
    )

    ended = pytest_in(unit)

    assert ended.returncode == 1
    assert "REG001" in ended.stdout


def test_finding_stands_where_the_entry_is(unit):
    """The report's place of a failed test is the finding's; without one it is the line that declares the tests."""
    (unit / "plans.py").write_text(PLANS.replace("team", "free"))
    run_tests(unit, sys.executable)

    events = [json.loads(line) for line in (unit / "stream.jsonl").read_text().splitlines()]

    red = [event for event in events if event["e"] == "test-end" and event["outcome"] == "failed"]
    assert [(Path(event["path"]).name, event["line"]) for event in red] == [("plans.py", 1)]
    green = [event for event in events if event["e"] == "test-end" and event["outcome"] == "passed"]
    assert {(Path(event["path"]).name, event["line"]) for event in green} == {("test_integrity.py", 5)}


# --- judging


def judged(tmp_path, check, load, **options):
    """The result of a declared case."""
    unit = unit_around(str(tmp_path / "x"))
    return result_of(Case("registry:x", check, load, **options), unit, Allowances(), is_declared=True)


def repeats(entries):
    """A judgement that can find something."""
    keys = [entry.key for entry in entries]
    found = {key for key in keys if keys.count(key) > 1}
    return Examined(len(keys), tuple(Finding("REG101", key, "twice") for key in found))


def codes(result):
    return [finding.code for finding in result.findings]


def test_check_that_examined_nothing_is_red(tmp_path):
    """Unless the declaration says that nothing is right."""
    check = Check("REG101", repeats, doubled)

    assert codes(judged(tmp_path, check, tuple)) == ["VAC005"]
    assert codes(judged(tmp_path, check, tuple, may_be_empty=True)) == []


def test_check_that_cannot_fail_is_red(tmp_path):
    """It stays calm over a spoiled copy; one that doesn't is green."""
    entries = (Entry("a"), Entry("b"))

    blind = judged(tmp_path, Check("REG101", lambda found: Examined(len(found)), doubled), lambda: entries)
    sharp = judged(tmp_path, Check("REG101", repeats, doubled), lambda: entries)

    assert codes(blind) == ["VAC010"]
    assert codes(sharp) == []


def test_what_cannot_be_examined_is_red(tmp_path):
    """The finding of the trouble is the case's."""

    def load():
        raise CannotExamine(Finding("REG002", "x", "not there"))

    assert codes(judged(tmp_path, Check("REG101", repeats, doubled), load)) == ["REG002"]


def test_absence_that_is_allowed_is_skipped_with_its_reason(tmp_path):
    """It is neither green nor red."""

    def load():
        raise NotHere("no server")

    result = judged(tmp_path, Check("REG101", repeats, doubled), load)

    assert (codes(result), result.skipped) == ([], "no server")


# --- units in units

PROJECT = '[project]\nname = "x"\nversion = "1"\n'
TWICE = "PLANS = {'free': 1, 'free': 2}\n"


def files_of(folder, path="test_integrity.py"):
    """The Python files that a unit's tests see."""
    unit = unit_around(str(folder / path))
    return [module.path for module in unit.sources.modules]


@pytest.mark.parametrize(
    ("manifest", "nested"),
    [
        ("", {"services/billing/pyproject.toml": PROJECT}),
        ("", {"packages/billing/setup.py": ""}),
        ('[tool.integrity]\nservices = ["apps/*/api"]\n', {"apps/billing/api/requirements.txt": ""}),
        ('[tool.integrity]\npackages = ["./libs/**/"]\n', {"libs/deep/billing/pyproject.toml": PROJECT}),
        ('[tool.integrity]\nservices = ["billing"]\n', {"billing/manage.py": ""}),
        ('[tool.uv.workspace]\nmembers = ["members/*"]\n', {"members/billing/pyproject.toml": PROJECT}),
        ("", {"tools/billing/pyproject.toml": "[tool.integrity.registries]\nplans = 'plans:PLANS'\n"}),
    ],
)
def test_unit_does_not_see_the_files_of_units_in_it(tmp_path, manifest, nested):
    """Found by the root's globs or its workspace, or declaring something by itself; what lies beside them is its own."""
    folder = next(iter(nested)).rpartition("/")[0]
    files = {"pyproject.toml": manifest, "plans.py": "", f"{folder}/src/plans.py": TWICE, **nested}
    write(tmp_path, files)

    assert files_of(tmp_path) == ["plans.py"]


@pytest.mark.parametrize(
    ("manifest", "folder"),
    [
        ("", "services/billing"),
        ("[tool.integrity]\nservices = []\n", "services/billing"),
        ('[tool.integrity]\nexclude = ["services"]\n', "services/billing"),
        ('[tool.uv.workspace]\nmembers = ["a/*"]\nexclude = ["a/billing"]\n', "a/billing"),
        ("", "examples/billing"),
    ],
)
def test_folder_that_is_no_unit_is_the_unit_around_it(tmp_path, manifest, folder):
    """It has no manifest, or the root names it not, or excludes it."""
    project = {} if folder == "services/billing" and not manifest else {f"{folder}/pyproject.toml": PROJECT}
    write(tmp_path, {"pyproject.toml": manifest, f"{folder}/plans.py": "", **project})

    assert files_of(tmp_path) == [f"{folder}/plans.py"]


def test_unit_in_a_unit_of_a_monorepo_sees_its_own_files(tmp_path):
    """Its paths begin at the root; the unit around it has the rest."""
    files = {
        "integrity.toml": 'services = ["services/*", "services/*/workers/*"]\n',
        "services/shop/pyproject.toml": PROJECT,
        "services/shop/plans.py": "",
        "services/shop/workers/mail/pyproject.toml": PROJECT,
        "services/shop/workers/mail/plans.py": "",
    }
    write(tmp_path, files)

    assert files_of(tmp_path, path="services/shop/test_integrity.py") == ["services/shop/plans.py"]
    assert files_of(tmp_path, path="services/shop/workers/mail/test_integrity.py") == [
        "services/shop/workers/mail/plans.py"
    ]
    assert files_of(tmp_path, path="x.py") == []


def test_declared_tests_and_check_agree_about_nested_units(tmp_path):
    """What stands twice in a unit below is told of that unit alone."""
    files = {
        "pyproject.toml": "[tool.integrity.checks.files]\ninclude = ['*.json']\n",
        "own.json": '{"a": 1}',
        "services/shop/pyproject.toml": PROJECT,
        "services/shop/limits.json": '{"a": 1, "a": 2}',
        "test_integrity.py": TEST_FILE,
    }

    assert pytest_in(write(tmp_path, files), "-q").returncode == 0


COMPUTED = '[tool.integrity.registries]\nplans = { target = "plans:PLANS", view = "source" }\n'


@pytest.mark.parametrize("options", [(), ("-n2",)], ids=["plain", "xdist"])
def test_notes_are_kept_with_the_test(unit, options):
    """What could not be examined is shown on demand, and with a failure; a green run stays calm."""
    (unit / "pyproject.toml").write_text(COMPUTED)
    (unit / "plans.py").write_text("import os\nPLANS = {'free': 1, **os.environ}\n")

    calm, asked = pytest_in(unit, *options), pytest_in(unit, "-rA", *options)
    (unit / "plans.py").write_text("import os\nPLANS = {'free': 1, 'free': 2, **os.environ}\n")
    failed = pytest_in(unit, *options)

    assert (calm.returncode, asked.returncode, failed.returncode) == (0, 0, 1)
    assert "not examined" not in calm.stdout
    assert "not examined: plans.py:2" in asked.stdout
    assert "not examined: plans.py:2" in failed.stdout
