"""`integrity list`, as text and as JSON."""

from __future__ import annotations

import json

from integrity.commands.list import run
from integrity.discover import Globs, discover
from tests.monorepo import make_monorepo, pep621

GLOBS = Globs(services=("services/*",), packages=("packages/*",))


def listing(folder, files):
    return run(discover(make_monorepo(folder, files), GLOBS))


def shop(folder):
    return listing(
        folder,
        {
            "services/billing/pyproject.toml": pep621("billing", dependencies=["contracts"]),
            "services/broken/pyproject.toml": "[project\n",
            "packages/contracts/pyproject.toml": pep621("contracts"),
            "packages/notes/README.md": "",
        },
    )


def test_text_shows_units_edges_problems_and_what_was_passed_over(tmp_path):
    """Each unit has a line, its edges and its problem below it, and nothing found is left out."""
    text = shop(tmp_path).text()

    assert "services/billing    billing    service  pep621  >=3.11" in text
    assert "  → packages/contracts (services/billing/pyproject.toml:6)" in text
    assert "  ! services/broken/pyproject.toml:1: not TOML" in text
    assert "  packages/notes: no pyproject.toml" in text
    assert text.endswith("3 units, 2 services, 1 package, 1 edge, 1 with a problem")


def test_json_holds_the_same(tmp_path):
    """The document is plain JSON of schema `integrity.list/1`."""
    document = json.loads(json.dumps(shop(tmp_path).as_json()))

    assert document["schema"] == "integrity.list/1"
    assert [unit["path"] for unit in document["units"]] == ["packages/contracts", "services/billing", "services/broken"]
    assert document["units"][2]["problem"]["kind"] == "config"
    assert document["edges"] == [
        {
            "source": "services/billing",
            "target": "packages/contracts",
            "via": "project.dependencies",
            "extra": None,
            "group": None,
            "target_extras": [],
            "place": {"path": "services/billing/pyproject.toml", "line": 6},
        }
    ]
    assert [passed["path"] for passed in document["passed_over"]] == ["packages/notes"]


def test_conditions_of_an_edge_are_shown(tmp_path):
    """Extras and groups stand beside the edge that they hold for."""
    text = listing(
        tmp_path,
        {
            "packages/a/pyproject.toml": pep621(
                "a", more='[project.optional-dependencies]\nweb = ["b[fast]"]\n\n[dependency-groups]\ntest = ["b"]\n'
            ),
            "packages/b/pyproject.toml": pep621("b"),
        },
    ).text()

    assert "→ packages/b[fast], extra web (" in text
    assert "→ packages/b, group test (" in text


def test_names_cannot_steer_the_terminal(tmp_path):
    """A folder or name with control characters is spelled out."""
    text = listing(tmp_path, {"packages/a\x1b[2J\n/pyproject.toml": '[project]\nname = "x\\u001b]0;t\\u0007"\n'}).text()

    assert "\x1b" not in text
    assert "\x07" not in text
    assert "packages/a\\x1b[2J\\n" in text


def test_empty_monorepo_is_listed_as_empty(tmp_path):
    """No unit is no crash."""
    assert "0 units" in listing(tmp_path, {"README.md": ""}).text()
