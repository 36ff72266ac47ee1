"""What the page about packages declares and writes can be run, and would see a defect."""

from __future__ import annotations

import pytest

from tests.checks import harness
from tests.checks.conftest import framework_env
from tests.docs.pages import DOCS, blocks

pytestmark = pytest.mark.e2e

PAGE = DOCS / "how-to" / "packages.md"
FILES = {
    "src/plans/__init__.py": """from plans.names import PlanName
from plans.table import PLANS

__all__ = ["PLANS", "PlanName", "title_of"]


def title_of(name):
    return PLANS[name].title
""",
    "src/plans/names.py": 'from enum import Enum\n\n\nclass PlanName(str, Enum):\n    FREE = "free"\n    TEAM = "team"\n',
    "src/plans/table.py": """from collections import namedtuple

from plans.names import PlanName

Plan = namedtuple("Plan", "title price")
PLANS = {PlanName.FREE: Plan("Free", 0), PlanName.TEAM: Plan("Team", 1900)}
""",
    "src/plans/limits.yaml": "free: 1\nteam: 50\n",
}


@pytest.fixture
def found_in(tmp_path, tmp_path_factory):
    """Runs the page's test file over the page's declarations; gives the codes that were found."""
    tables = "\n".join(text for _, text in blocks(PAGE, "toml"))
    *_, test = [text for _, text in blocks(PAGE, "python")]
    manifest = '[project]\nname = "plans"\nversion = "1"\n\n'

    def run(**changes):
        (tmp_path / "repo" / ".git").mkdir(parents=True, exist_ok=True)
        files = {**FILES, "pyproject.toml": manifest + tables, "test_integrity.py": test, **changes}
        folder = harness.write(tmp_path / "repo" / "plans", files)
        found, output = harness.run_tests(folder, framework_env("newest", tmp_path_factory))
        return {finding["code"] for finding in found}, output

    return run


def test_page_is_green(found_in):
    """As it stands, with a package that is as it says."""
    found, output = found_in()

    assert found == set(), output
    assert " passed" in output


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("src/plans/table.py", "PlanName.TEAM: Plan", "PlanName.FREE: Plan", "REG101"),
        ("src/plans/table.py", ', PlanName.TEAM: Plan("Team", 1900)', "", "REG110"),
        ("src/plans/limits.yaml", "team: 50", "teem: 50", "REG111"),
        ("src/plans/limits.yaml", "team: 50", "free: 50", "REG101"),
        ("src/plans/__init__.py", '"PlanName"', '"PlanNames"', "EXP101"),
        ("src/plans/__init__.py", ', "title_of"', "", "EXP102"),
        ("src/plans/table.py", '"Team"', '"Free"', "REG101"),
    ],
)
def test_page_sees_a_defect(found_in, path, old, new, code):
    """By its code."""
    assert old in FILES[path]

    found, output = found_in(**{path: FILES[path].replace(old, new, 1)})

    assert code in found, output
