"""Names that a unit lists, against what its examples document: each is told once, with the one that was meant."""

from __future__ import annotations

from integrity.checks.env import cases
from integrity.checks.unit import unit_around
from tests.checks.harness import examined, write


def test_declared_name_that_no_example_has_is_told_once(tmp_path):
    """Whether it is read or not; one that is documented isn't told."""
    files = {
        "pyproject.toml": '[tool.integrity.checks.env]\nrequired = ["SHOP_A", "SHOP_B", "SHOP_C"]\n',
        ".env.example": "SHOP_B=\n",
        "compose.yaml": "services: {web: {image: '${SHOP_B}-${SHOP_C}'}}\n",
        "shop.py": "import os\nos.environ['SHOP_A']\n",
    }

    found = [(each.code, each.entry) for each in examined(write(tmp_path, files)) if each.code == "ENV105"]

    assert sorted(found) == [("ENV105", "SHOP_A"), ("ENV105", "SHOP_C")]


def test_undeclared_name_is_told_with_the_one_that_was_meant(tmp_path):
    """It was misspelt more often than forgotten."""
    files = {
        "pyproject.toml": '[tool.integrity.checks.env]\nrequired = ["SHOP_HOST"]\n',
        "shop.py": "import os\nos.environ['SHOP_HOST']\nos.environ['SHOP_HOTS']\n",
    }

    (found,) = [each for each in examined(write(tmp_path, files)) if each.code == "ENV103"]

    assert (found.entry, found.hint) == ("SHOP_HOTS", "Did you mean SHOP_HOST?")


def test_variable_of_the_platform_is_the_units_business_once_it_is_listed(tmp_path):
    """HOME is not asked for by default."""
    files = {"shop.py": "import os\nos.environ['HOME']\n", ".env.example": "SHOP_A=\n", "run.sh": "echo $SHOP_A\n"}
    table = "[tool.integrity.checks.env]\n"

    assert examined(write(tmp_path / "a", {"pyproject.toml": table + 'required = ["SHOP_A"]\n', **files})) == []
    found = examined(write(tmp_path / "b", {"pyproject.toml": table + 'required = ["SHOP_A", "HOME"]\n', **files}))
    assert [(each.code, each.entry) for each in found] == [("ENV105", "HOME")]


def test_each_line_of_an_example_is_looked_at_for_secrets(tmp_path):
    """And counted, so that reports can tell."""
    unit = unit_around(
        str(write(tmp_path, {"pyproject.toml": "", ".env.example": "A=1\nB=2\nC=\n"}) / "pyproject.toml")
    )

    assert [case.check.judge(case.load()).count for case in cases(unit, None) if case.check.code == "ENV109"] == [3]
