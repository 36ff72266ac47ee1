"""A monorepo that was there before is adopted: the first check and the first run are green, and from then on nothing gets worse."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.e2e.command import outcomes, report_of, run
from tests.monorepo import commit, make_monorepo, pep621

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

FILES = {
    "apps/shop/pyproject.toml": pep621("shop", dependencies=["money"]),
    "apps/shop/src/shop/__init__.py": "",
    "apps/shop/src/shop/plans.py": """
        import os

        PLANS = {
            "free": 0,
            "team": 1900,
            "free": 100,
        }
        LIMITS = {"free": 1, "team": os.environ.get("SHOP_TEAM_LIMIT", "50")}
    """,
    "apps/shop/.env.example": "SHOP_OLD=1\n",
    "apps/old/requirements.txt": "",
    "apps/old/plans.py": 'PLAN_CHOICES = [("a", "A"), ("b", "B"), ("a", "C")]\nLIMITS = {"a": 1, "b": 2}\n',
    "libs/money/pyproject.toml": pep621("money"),
    "libs/money/src/money/__init__.py": "CENTS = 100\n",
    "config/limits.yaml": "a: 1\na: 2\n",
}


@pytest.fixture
def adopted(tmp_path):
    """The monorepo after `integrity init`."""
    make_monorepo(tmp_path, FILES, git=True)
    done = run(tmp_path, "init", "--ci", "github")
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_first_check_and_first_run_are_green(adopted):
    """What is wrong already is known, also that a unit has no test."""
    checked = run(adopted, "check")
    ran = run(adopted, "run")

    assert checked.returncode == 0, checked.stdout
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = outcomes(adopted)
    assert {name: found[name] for name in ("shop", "old")} == {"shop": "passed", "old": "passed"}
    assert "failed" not in found["money"]
    assert sum(unit["counts"]["passed"] for unit in report_of(adopted)["units"]) > 10


def test_units_are_listed(adopted):
    """All of them, with their kinds and the edge between two."""
    listed = json.loads(run(adopted, "list", "--format", "json").stdout)

    assert {unit["path"]: unit["kind"] for unit in listed["units"]} == {
        "apps/old": "service",
        "apps/shop": "service",
        "libs/money": "package",
    }
    assert len(listed["edges"]) == 1


def test_new_defect_is_red(adopted):
    """By itself: the known ones are not told again."""
    path = adopted / "apps/shop/src/shop/plans.py"
    path.write_text(path.read_text().replace('LIMITS = {"free": 1,', 'LIMITS = {"free": 1, "free": 2,'))

    checked = run(adopted, "check", "--format", "json")

    assert checked.returncode == 1
    found = [finding for finding in json.loads(checked.stdout)["findings"] if finding["level"] == "error"]
    assert {finding["code"] for finding in found} == {"REG101"}
    assert all(finding["places"][0]["line"] == 8 for finding in found)


def test_new_unit_needs_a_test(adopted):
    """It is on no list of those that have none."""
    make_monorepo(adopted, {"libs/dates/pyproject.toml": pep621("dates"), "libs/dates/src/dates/__init__.py": ""})

    ran = run(adopted, "run", "dates")

    assert ran.returncode != 0
    assert outcomes(adopted) == {"dates": "error/missing"}


def test_known_defect_that_is_mended_has_to_be_struck_off(adopted):
    """So that the list only shrinks."""
    path = adopted / "config/limits.yaml"
    path.write_text("a: 1\n")

    checked = run(adopted, "check")

    assert checked.returncode == 1, checked.stdout
    assert "IGN002" in checked.stdout


def test_second_time_there_is_nothing_to_do(adopted):
    """Not even after a commit, and nothing changes."""
    commit(adopted)

    again = run(adopted, "init", "--ci", "github")

    status = subprocess.run(["git", "status", "--porcelain"], cwd=adopted, capture_output=True, text=True, check=True)
    assert (again.returncode, again.stdout, status.stdout) == (0, "nothing to do\n", "")
