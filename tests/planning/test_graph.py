"""The graph: closures by extra and group, dependents, cycles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from integrity.model.unit import Dependency, Edge, Kind, ManifestKind, Place, Unit
from integrity.planning.graph import Graph, graph_of

PLACE = Place(path="pyproject.toml", line=1)
NODES = "abcde"
CONDITIONS = st.sampled_from([(None, None), ("x", None), ("y", None), (None, "dev"), (None, "test")])


def edge(source, target, *, extra=None, group=None, target_extras=()):
    return Edge(
        source=source, target=target, via="test", place=PLACE, extra=extra, group=group, target_extras=target_extras
    )


EDGES = st.lists(
    st.builds(
        lambda source, target, condition, extras: edge(
            source, target, extra=condition[0], group=condition[1], target_extras=tuple(sorted(extras))
        ),
        st.sampled_from(NODES),
        st.sampled_from(NODES),
        CONDITIONS,
        st.sets(st.sampled_from("xy")),
    ),
    max_size=14,
)


def slow_closure(edges, path, extras, groups):
    """Everything that follows, by applying every edge until nothing is added."""
    reached = {(path, None), *((path, extra) for extra in extras)}
    while True:
        added = {
            (one.target, extra)
            for one in edges
            for extra in (None, *one.target_extras)
            if (one.group is None and (one.source, one.extra) in reached)
            or (one.group in groups and one.source == path)
        } - reached
        if not added:
            return sorted({node for node, _ in reached} - {path})
        reached |= added


def test_plain_dependencies_are_transitive():
    """A dependency's own dependencies belong to the closure, sorted by path."""
    graph = Graph([edge("a", "c"), edge("c", "b")])

    closure = graph.closure("a")

    assert closure == ("b", "c")


def test_extra_counts_only_when_it_is_asked_for():
    """An edge under an extra is followed for that extra alone, however its name is spelled."""
    graph = Graph([edge("a", "b", extra="Big_Data"), edge("a", "c", extra="other")])

    assert graph.closure("a") == ()
    assert graph.closure("a", extras=("big-data",)) == ("b",)


def test_extra_of_a_dependency_is_asked_for_by_its_edge():
    """`b[x]` brings what `b` needs for `x`; plain `b` does not."""
    needs = edge("b", "c", extra="x")

    with_extra = Graph([edge("a", "b", target_extras=("x",)), needs])
    without = Graph([edge("a", "b"), needs])

    assert with_extra.closure("a") == ("b", "c")
    assert without.closure("a") == ("b",)


def test_groups_are_only_those_of_the_unit_itself():
    """The groups of a dependency are nobody's business; names of groups are compared as those of extras are."""
    graph = Graph([edge("a", "b", group="Dev_Tools"), edge("b", "c", group="dev-tools")])

    assert graph.closure("a") == ()
    assert graph.closure("a", groups=("dev.tools",)) == ("b",)


def test_extra_that_names_its_own_unit_asks_for_its_other_extras():
    """`all = ["self[x]"]` leads to what `x` needs, and is no edge of the graph."""
    graph = Graph([edge("a", "a", extra="all", target_extras=("x",)), edge("a", "b", extra="x")])

    assert graph.closure("a", extras=("all",)) == ("b",)
    assert [one.target for one in graph.edges] == ["b"]


def test_cycle_is_legal_and_ends():
    """Two units that need each other are each other's closure, and never their own."""
    graph = Graph([edge("a", "b"), edge("b", "a")])

    assert graph.closure("a") == ("b",)
    assert graph.closure("b") == ("a",)
    assert graph.dependents("a") == {"b"}


def test_dependents_follow_groups_for_one_step_only():
    """Who has a unit in its group is affected by it; who depends on that one is not."""
    graph = Graph([edge("tested", "tool", group="test"), edge("user", "tested"), edge("tool", "base")])

    assert graph.dependents("base") == {"tool", "tested"}


def test_dependents_reach_a_group_member_that_is_also_a_plain_dependent():
    """A unit that needs another both ways passes the change on."""
    graph = Graph([edge("a", "b", group="test"), edge("a", "b"), edge("c", "a")])

    assert graph.dependents("b") == {"a", "c"}


@given(edges=EDGES, extras=st.sets(st.sampled_from("xy")), groups=st.sets(st.sampled_from(["dev", "test"])))
def test_closure_equals_the_slow_closure(edges, extras, groups):
    """On any graph, with cycles and self-edges, the closure is what follows by applying every edge until nothing is added."""
    graph = Graph(edges)

    for path in NODES:
        assert list(graph.closure(path, extras=extras, groups=groups)) == slow_closure(edges, path, extras, groups)


@given(edges=EDGES)
def test_whoever_can_need_a_unit_is_among_its_dependents(edges):
    """Whatever extras and groups are asked for, a unit in a closure knows its dependent."""
    graph = Graph(edges)

    for path in NODES:
        for needed in graph.closure(path, extras="xy", groups=("dev", "test")):
            assert path in graph.dependents(needed)


def test_graph_of_units_takes_resolved_dependencies_only():
    """A third-party dependency is no edge; a resolved one keeps where it was written."""
    sibling = Dependency(
        text="b[x]", name="b", via="project.dependencies", place=PLACE, target="b", target_extras=("x",)
    )
    foreign = Dependency(text="django", name="django", via="project.dependencies", place=PLACE)
    units = [
        Unit(path="a", name="a", kind=Kind.SERVICE, manifest=ManifestKind.PEP621, dependencies=(foreign, sibling)),
        Unit(path="b", name="b", kind=Kind.PACKAGE, manifest=ManifestKind.PEP621),
    ]

    graph = graph_of(units)

    assert graph.edges == (Edge(source="a", target="b", via="project.dependencies", place=PLACE, target_extras=("x",)),)


def test_ways_tell_the_nearest_edge():
    """Each unit of the closure comes with the edge by which it is reached first, those that are nearest first."""
    direct, far, near = edge("a", "b"), edge("b", "c"), edge("a", "c", group="test")
    graph = Graph([direct, far, near])

    assert graph.ways("a") == {"b": direct, "c": far}
    assert graph.ways("a", groups=("test",)) == {"b": direct, "c": near}
    assert list(graph.ways("a")) == ["b", "c"]
