"""What is judged of tables of routes."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from integrity.checks.model import Place
from integrity.checks.routes import judges
from integrity.checks.routes.model import Route, Table, Witness

PLACE = Place("app.py", 1)


def route(path, **given):
    return Route(path, path, given.pop("endpoint", f"view{path}"), places=given.pop("places", (PLACE,)), **given)


def table(*routes, **given):
    return (Table("app", tuple(routes), **given),)


def entries(examined):
    return [finding.entry for finding in examined.findings]


def test_methods_that_overlap_are_duplicates():
    """Each overlapping method is named; a route for all methods overlaps with any."""
    found = judges.duplicates(
        table(
            route("/a", methods=("GET", "PUT"), endpoint="one"),
            route("/a", methods=("POST",), endpoint="two"),
            route("/a", methods=("POST", "PUT"), endpoint="three"),
            route("/b", endpoint="four"),
            route("/b", methods=("DELETE",), endpoint="five"),
        )
    )

    assert entries(found) == ["PUT /a", "DELETE /b"]
    assert found.count == 5


def test_hosts_tell_paths_apart():
    """Two subdomains may each have their own."""
    assert judges.duplicates(table(route("/a", host="x"), route("/a", host="y"))).findings == ()


def test_same_view_may_stand_twice_for_another_name():
    """Where the framework knows routes by name: in Django."""
    routes = (route("/a", endpoint="view", name="new"), route("/a", endpoint="view", name="old"))

    assert judges.duplicates(table(*routes, has_aliases=True)).findings == ()
    assert entries(judges.duplicates(table(*routes))) == ["/a"]


def test_what_others_brought_is_not_told():
    """Two routes of a library are none of the unit's."""
    routes = (route("/a", endpoint="x", places=()), route("/a", endpoint="y", places=()))

    assert judges.duplicates(table(*routes)).findings == ()
    assert entries(judges.duplicates(table(*routes, route("/a", endpoint="own")))) == ["/a"]


def test_alternatives_are_not_duplicates():
    """What stands under a condition may not be there; what stands before all conditions is."""
    first, second = ((3, 0),), ((3, 1),)

    assert (
        judges.duplicates(table(route("/a", branches=first), route("/a", branches=second, endpoint="x"))).findings == ()
    )
    assert judges.duplicates(table(route("/a", branches=first), route("/a", endpoint="x"))).findings == ()
    assert entries(judges.duplicates(table(route("/a"), route("/a", branches=first, endpoint="x")))) == ["/a"]


def test_shadow_needs_every_path_to_go_elsewhere():
    """One path that arrives proves that the route is reached."""
    taken = (Witness("GET", "/x", 0), Witness("GET", "/y", 0))
    partly = (Witness("GET", "/x", 0), Witness("GET", "/y", 1))

    assert entries(judges.shadowed(table(route("/{a}"), route("/b", witnesses=taken)))) == ["/b"]
    assert judges.shadowed(table(route("/{a}"), route("/b", witnesses=partly))).findings == ()


def test_shadow_is_told_by_method():
    """Only the methods that are lost."""
    witnesses = (Witness("GET", "/b", 0), Witness("POST", "/b", 1))
    found = judges.shadowed(
        table(route("/{a}", methods=("GET",)), route("/b", methods=("GET", "POST"), witnesses=witnesses))
    )

    assert entries(found) == ["GET /b"]
    assert "so that /b goes to view/{a}" in found.findings[0].message


def test_route_without_a_concrete_path_is_a_note():
    """It is not counted as examined."""
    found = judges.shadowed(table(route("/a", witnesses=(Witness("GET", "/a", 0),)), route("/(odd)")))

    assert (found.count, found.notes) == (1, ("no concrete path could be made for /(odd)",))


def test_names_with_other_arguments_or_the_same_view_are_normal():
    """So are format suffixes, and several patterns for one view."""
    routes = [
        route("/a", name="x", endpoint="one"),
        route("/a/<pk>", name="x", endpoint="two", parameters=("pk",)),
        route("/b", name="x", endpoint="one"),
    ]

    assert judges.ambiguous_names(table(*routes)).findings == ()
    assert entries(judges.ambiguous_names(table(*routes, route("/c", name="x", endpoint="three")))) == ["x"]


def test_operations_of_one_route_differ_by_method():
    """Each method of a route is an operation."""
    found = judges.duplicate_operations(
        table(route("/a", methods=("GET", "POST"), operation="a"), route("/b", operation="b"))
    )

    assert entries(found) == ["a"]
    assert found.count == 3


@pytest.mark.parametrize(
    ("judge", "spoiled"),
    [
        (judges.duplicates, judges.doubled),
        (judges.shadowed, judges.overtaken),
        (judges.ambiguous_names, judges.renamed),
        (judges.duplicate_operations, judges.misnamed),
    ],
)
def test_every_spoiled_copy_has_a_new_finding(judge, spoiled):
    """Also where the table has findings already."""
    routes = [
        route(f"/{index}", name=f"n{index}", operation=f"o{index}", witnesses=(Witness("GET", f"/{index}", index),))
        for index in range(6)
    ]
    wrong = [
        route("/1", endpoint="other", operation="o2", name="n3", witnesses=(Witness("GET", "/1", 1),)),
        route("/9", endpoint="other", operation="o2", name="n3", witnesses=(Witness("GET", "/9", 0),)),
    ]
    tables = table(*routes, *wrong)
    known = {finding.fingerprint for finding in judge(tables).findings}

    copies = list(spoiled(tables))

    assert copies
    assert known
    for copy in copies:
        assert {finding.fingerprint for finding in judge(copy).findings} - known


def test_a_hundred_thousand_routes_take_seconds_at_most():
    """All of one path, too."""
    many = [route(f"/{index}") for index in range(100_000)]
    same = [replace(many[0], endpoint=f"e{index}") for index in range(100_000)]
    start = time.monotonic()

    found = judges.duplicates(table(*many, *same))

    assert len(found.findings) == 100_000
    assert time.monotonic() - start < 20
