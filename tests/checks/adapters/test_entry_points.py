"""Entry points, loaded in the unit's env."""

from __future__ import annotations

import pytest

from tests.checks import harness
from tests.checks.harness import write

MANIFEST = """[project]
name = "shop"
version = "1"

[project.scripts]
shop = "shop_cli:main"
shop-limit = "shop_cli:LIMIT"

[project.entry-points."shop.plugins"]
card = "shop_plugins:Card"
other = "json:loads"
module = "shop_cli"

[tool.integrity.checks.exports]
load = true
"""


@pytest.mark.parametrize("version", ["newest", "oldest"])
def test_each_entry_point_is_loaded(tmp_path, version, request):
    """What fails, isn't there or can't be called is told at its line in the manifest."""
    files = {
        "pyproject.toml": MANIFEST,
        "shop_cli.py": "LIMIT = 3\ndef main(): ...\n",
        "shop_plugins.py": "import no_such_package\nclass Card: ...\n",
    }

    found, output = harness.run_tests(write(tmp_path, files), request.getfixturevalue(version))

    told = {(finding["entry"], finding["places"][0]["line"]) for finding in found}
    assert told == {("console_scripts/shop-limit", 7), ("shop.plugins/card", 10)}, output


def test_a_unit_without_entry_points_has_nothing_to_load(tmp_path, newest):
    """So declaring that they load is red."""
    found, output = harness.run_tests(
        write(tmp_path, {"pyproject.toml": "[tool.integrity.checks.exports]\nload = true\n"}), newest
    )

    assert {finding["code"] for finding in found} == {"VAC005"}, output
