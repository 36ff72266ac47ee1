"""A plan has an id, a selector and a place for each unit and Python."""

from pathlib import Path

from integrity.model.unit import Kind, ManifestKind, Monorepo, Unit
from integrity.planning.plan import Chosen, Origin, plan_of

ORIGIN = Origin(run_id="run", commit="abc", dirty=False)


def unit(path: str, name: str | None = None) -> Unit:
    return Unit(path=path, name=name or path.rpartition("/")[2], kind=Kind.SERVICE, manifest=ManifestKind.PEP621)


def plan(*units: Unit, costs=None, pythons=()):
    monorepo = Monorepo(root=Path("/repo"), units=units)
    chosen = [Chosen(unit=each, reason="all units", pythons=pythons) for each in units]
    return plan_of(chosen, monorepo, costs or {}, ORIGIN)


def test_longest_expected_goes_first_and_unknown_counts_as_middling():
    """A unit that never ran starts neither first nor last."""
    made = plan(unit("a"), unit("b"), unit("c"), unit("new"), costs={"a": 1.0, "b": 9.0, "c": 5.0})

    assert [item.path for item in made.units] == ["b", "c", "new", "a"]


def test_same_name_twice_gives_ids_and_selectors_that_differ():
    """Units that share a name are told apart by their paths."""
    made = plan(unit("libs/a/agent", "agent"), unit("libs/b/agent", "agent"))

    assert len({item.id for item in made.units}) == 2
    assert [item.selector for item in made.units] == ["libs/a/agent", "libs/b/agent"]


def test_names_that_differ_only_by_case_get_different_folders():
    """On a file system that ignores case, results must not meet."""
    made = plan(unit("a/Billing", "Billing"), unit("b/billing", "billing"))

    assert len({item.id.lower() for item in made.units}) == 2


def test_each_python_is_an_item():
    """Under two Pythons a unit runs twice, each with its own folder."""
    made = plan(unit("services/billing"), pythons=("3.11", "3.13"))

    assert [(item.id, item.python) for item in made.units] == [("billing@3.11", "3.11"), ("billing@3.13", "3.13")]


def test_hostile_name_is_a_harmless_folder():
    """A name can't leave the results folder, hide, or be empty."""
    made = plan(unit("x", "../../etc/.."), unit("y", "<REPLACE ME>"), unit("z", ".."))

    assert [item.id for item in made.units] == ["etc", "REPLACE-ME", "unit"]


def test_digest_depends_on_the_units_and_not_on_the_run():
    """Two runs of the same plan have the same digest, whatever their ids and their order."""
    one = plan(unit("a"), unit("b"))
    other = plan_of(
        [Chosen(unit=each, reason="all units") for each in (unit("b"), unit("a"))],
        Monorepo(root=Path("/repo"), units=(unit("a"), unit("b"))),
        {},
        Origin(run_id="other", commit="abc", dirty=False),
    )

    assert one.digest() == other.digest() != plan(unit("a")).digest()


def test_long_names_are_cut_and_stay_apart():
    """A name of any length is a folder that a file system takes, with room for what is added."""
    made = plan(unit("a", "n" * 300 + "1"), unit("b", "n" * 300 + "2"))

    ids = [item.id for item in made.units]
    assert len(set(ids)) == 2
    assert max(map(len, ids)) < 130
    assert [item.selector for item in made.units] == ["a", "b"]
