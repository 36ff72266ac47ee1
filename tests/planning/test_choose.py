"""Selectors and owners."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.errors import NothingSelectedError, UsageError
from integrity.model.unit import Edge, Kind, ManifestKind, Monorepo, PassedOver, Place, Unit
from integrity.planning.choose import choose, owner
from integrity.planning.graph import Graph


def unit(path, name=None, kind=Kind.PACKAGE):
    return Unit(path=path, name=name or path.rpartition("/")[2], kind=kind, manifest=ManifestKind.PEP621)


def monorepo(*units, passed_over=()):
    return Monorepo(root=Path("/repo"), units=tuple(sorted(units, key=lambda one: one.path)), passed_over=passed_over)


SHOP = monorepo(
    unit("services/billing", kind=Kind.SERVICE),
    unit("services/gateway", "Shop_Gateway", kind=Kind.SERVICE),
    unit("packages/contracts"),
    unit("packages/billing-client"),
    unit("libs/one/agent"),
    unit("libs/two/agent"),
    passed_over=(PassedOver(path="packages/old", reason="excluded by 'packages/o*'"),),
)
PLACE = Place(path="x")
GRAPH = Graph(
    [
        Edge(source="services/billing", target="packages/contracts", via="v", place=PLACE),
        Edge(source="services/gateway", target="services/billing", via="v", place=PLACE, extra="live"),
    ]
)


def chosen(*selectors):
    return [one.path for one in choose(SHOP, GRAPH, selectors)]


def test_no_selector_means_all():
    """Without a selector every unit is chosen, by path."""
    assert chosen() == [one.path for one in SHOP.units]


@pytest.mark.parametrize(
    "selector",
    ["services/gateway", "./services/gateway/", "/repo/services/gateway", "Shop_Gateway", "shop-gateway", "gateway"],
)
def test_unit_is_found_by_path_name_distribution_and_folder(selector):
    """A path, a name as written, a name as distributions are compared, and a folder's name all mean the unit."""
    assert chosen(selector) == ["services/gateway"]


def test_several_selectors_add_up_without_doubles():
    """The choice is sorted by path, each unit once."""
    assert chosen("services/*", "billing", "contracts") == [
        "packages/contracts",
        "services/billing",
        "services/gateway",
    ]


@pytest.mark.parametrize(
    ("selector", "paths"),
    [
        ("*/billing*", ["packages/billing-client", "services/billing"]),
        ("libs/**", ["libs/one/agent", "libs/two/agent"]),
        ("libs/*", []),
        ("billing*", ["packages/billing-client", "services/billing"]),
        ("**/agent", ["libs/one/agent", "libs/two/agent"]),
    ],
)
def test_glob_matches_paths_part_by_part_or_names(selector, paths):
    """`*` stays inside one part of a path; a glob without a slash matches names."""
    if paths:
        assert chosen(selector) == paths
    else:
        with pytest.raises(UsageError, match="matches no unit"):
            chosen(selector)


def test_kind_selects_all_of_it():
    """`kind:service` means every service."""
    assert chosen("kind:service") == ["services/billing", "services/gateway"]


def test_unknown_kind_is_answered_with_the_kinds():
    """A misspelt kind is an error that knows better."""
    with pytest.raises(UsageError, match="Did you mean 'service'"):
        chosen("kind:services")


def test_kind_without_units_selects_nothing():
    """A kind that no unit has is never green."""
    with pytest.raises(NothingSelectedError):
        choose(monorepo(unit("packages/a")), Graph([]), ("kind:service",))


@pytest.mark.parametrize("dots", ["…", "..."])
def test_dots_add_dependencies_or_dependents(dots):
    """Dots before a name add what it needs, dots behind it what needs it, extras included."""
    assert chosen(f"{dots}billing") == ["packages/contracts", "services/billing"]
    assert chosen(f"contracts{dots}") == ["packages/contracts", "services/billing", "services/gateway"]
    assert chosen(f"{dots}billing{dots}") == ["packages/contracts", "services/billing", "services/gateway"]


def test_ambiguous_name_is_answered_with_the_paths():
    """Two units of one name are told apart by their paths."""
    with pytest.raises(UsageError, match=r"libs/one/agent, libs/two/agent"):
        chosen("agent")


def test_unknown_name_is_answered_with_the_nearest():
    """A typing error is an error with a suggestion, never an empty choice."""
    with pytest.raises(UsageError, match="Did you mean 'contracts'"):
        chosen("contrats")


@pytest.mark.parametrize("selector", ["", "…", "nothing-like-it", "../services/billing"])
def test_selector_that_means_nothing_is_an_error(selector):
    """Even an empty selector does not quietly mean nothing, or all."""
    with pytest.raises(UsageError):
        chosen(selector)


def test_passed_over_folder_is_answered_with_the_reason():
    """Selecting what discovery passed over tells why it did."""
    with pytest.raises(UsageError, match="excluded by"):
        chosen("packages/old")


def test_path_inside_a_unit_is_answered_with_the_unit():
    """A file is no unit, but its unit is known."""
    with pytest.raises(UsageError, match=r"lies in the unit 'services/billing'"):
        chosen("services/billing/src/models.py")


def test_monorepo_without_units_selects_nothing():
    """No unit at all is an error of its own, which says where units are configured."""
    with pytest.raises(NothingSelectedError) as caught:
        choose(monorepo(), Graph([]), ())

    assert "[tool.integrity]" in caught.value.hint


def test_innermost_unit_owns_a_file():
    """Of nested units the one with the longest path owns a file; the root owns the rest."""
    nested = monorepo(unit(".", "root"), unit("libs/cli"), unit("libs/cli/examples"), unit("libs/cli-tools"))

    assert owner(nested, "libs/cli/examples/a/b.py").path == "libs/cli/examples"
    assert owner(nested, "libs/cli/examples.py").path == "libs/cli"
    assert owner(nested, "libs/cli-tools/x").path == "libs/cli-tools"
    assert owner(nested, "README.md").path == "."


def test_file_outside_all_units_has_no_owner():
    """A file of no unit belongs to none, also when a unit's name begins its path."""
    assert owner(SHOP, "services/billing2/a.py") is None


PARTS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4).map("/".join)


@given(paths=st.sets(PARTS), file=PARTS)
def test_owner_is_the_longest_prefix(paths, file):
    """The owner is the longest of all unit paths that contain the file."""
    containing = [path for path in paths if f"{file}/".startswith(f"{path}/")]

    found = owner(monorepo(*map(unit, paths)), file)

    assert (found.path if found else None) == max(containing, key=len, default=None)
