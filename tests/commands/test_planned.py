"""A plan that was written before is believed only where it can be one of ours, and is of this tree."""

from __future__ import annotations

import json
import os

import pytest

from integrity.commands.planned import Ask, planned
from integrity.errors import IntegrityError
from integrity.planning.shard import Sharding
from integrity.report.document import write
from integrity.settings import load_root
from tests.monorepo import make_monorepo, unit

HOST = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


class Tree:
    """A repository of two units, with its plan for two shards."""

    def __init__(self, folder):
        files = {"pyproject.toml": "[tool.integrity]\n", **unit("services/a"), **unit("services/b")}
        self.root = make_monorepo(folder / "root", files, git=True)
        self.file = folder / "plan.json"
        write(self.file, self.planned(sharding=Sharding(shards=2)).plan)

    def planned(self, **more):
        return planned(Ask(host=HOST, **more), load_root(self.root, environ={}, flags={}), "run-1")


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def test_plan_that_was_written_is_the_plan(tree):
    """Unchanged, and with nothing to be said of it."""
    found = tree.planned(plan=tree.file)

    assert [(each.id, each.shard) for each in found.plan.units] == [("a", 1), ("b", 2)]
    assert found.warnings == ()


@pytest.mark.parametrize(
    "edit",
    [
        lambda plan: plan["units"][0].update(shard=3),  # it would be in no shard
        lambda plan: plan["units"][0].pop("shard"),
        lambda plan: plan["units"][0].update(id="../../elsewhere"),
        lambda plan: plan["units"][0].update(id="b"),
        lambda plan: plan.update(shards=0),
        lambda plan: plan.update(units=[]),  # nothing was asked to have changed, so nothing can be unaffected
    ],
)
def test_plan_that_no_run_has_is_refused(tree, edit):
    """What was edited by hand would leave units out, write outside of the results, or be green without a unit."""
    plan = json.loads(tree.file.read_text())
    edit(plan)
    tree.file.write_text(json.dumps(plan))

    with pytest.raises(IntegrityError, match="no run has such a plan"):
        tree.planned(plan=tree.file)


def test_plan_that_found_nothing_affected_is_believed(tree):
    """It says since which commit nothing changed that matters."""
    plan = json.loads(tree.file.read_text())
    tree.file.write_text(json.dumps({**plan, "units": [], "base": plan["commit"]}))

    assert tree.planned(plan=tree.file).plan.is_empty_by_choice


def test_edited_file_is_told_of_a_plan_for_a_clean_commit(tree):
    """The result would be called that commit's; files that git does not know are no edit of it."""
    (tree.root / "new.txt").write_text("")
    beside = tree.planned(plan=tree.file).warnings
    (tree.root / "services/b/test_integrity.py").write_text("def test_other(): pass\n")

    (told,) = tree.planned(plan=tree.file).warnings

    assert beside == ()
    assert "files here differ from it" in told
