"""The graph of units: who needs whom, always, through an extra, or through a dependency group."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from integrity.model.unit import Edge, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from integrity.model.unit import Dependency, Unit


class Graph:
    """Edges between units and what follows from them. Cycles are legal."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        all_edges = tuple(edges)
        # A unit that names itself (`everything = ["self[a,b]"]`) asks for its own extras; that is no edge to another unit.
        self.edges = tuple(edge for edge in all_edges if edge.source != edge.target)
        self._from: dict[str, list[Edge]] = defaultdict(list)
        self._to: dict[str, list[Edge]] = defaultdict(list)
        for edge in all_edges:
            self._from[edge.source].append(edge)
            self._to[edge.target].append(edge)

    def closure(self, path: str, extras: Iterable[str] = (), groups: Iterable[str] = ()) -> tuple[str, ...]:
        """The siblings that the env of `path` needs, sorted: plain dependencies transitively, extras where they are asked for.

        Groups are those of `path` itself; nobody installs the groups of a dependency.
        """
        return tuple(sorted(self.dependencies(path, extras=extras, groups=groups)))

    def dependencies(self, path: str, *, extras: Iterable[str] = (), groups: Iterable[str] = ()) -> frozenset[str]:
        """The same as a set."""
        return frozenset(self.ways(path, extras=extras, groups=groups))

    def ways(self, path: str, *, extras: Iterable[str] = (), groups: Iterable[str] = ()) -> dict[str, Edge]:
        """The same, each with the edge by which it is reached first, nearest first."""
        wanted_groups = frozenset(map(normalised, groups))
        of_groups = [edge for edge in self._from.get(path, ()) if _is_in(edge.group, wanted_groups)]
        waiting = deque(_asked_for(path, extras))
        seen = set(waiting)
        found: dict[str, Edge] = {}
        while waiting:
            for edge in (*self._active(*waiting.popleft()), *of_groups):
                if edge.target != path:
                    found.setdefault(edge.target, edge)
                waiting += (node for node in _asked_for_by(edge) if node not in seen)
                seen.update(_asked_for_by(edge))
            of_groups = []
        return found

    def dependents(self, path: str) -> frozenset[str]:
        """Units that a change of `path` can reach: every extra counts as asked for, a group only for the unit that has it."""
        reached = {path}
        waiting = [path]
        while waiting:
            for edge in self._to.get(waiting.pop(), ()):
                if edge.group is None and edge.source not in reached:
                    reached.add(edge.source)
                    waiting.append(edge.source)
        with_groups = {edge.source for unit in reached for edge in self._to.get(unit, ())}
        return frozenset(reached | with_groups) - {path}

    def _active(self, path: str, extra: str | None) -> Iterator[Edge]:
        for edge in self._from.get(path, ()):
            if edge.group is None and (None if edge.extra is None else normalised(edge.extra)) == extra:
                yield edge


def graph_of(units: Iterable[Unit]) -> Graph:
    """The graph of the dependencies that discovery resolved to units."""
    return Graph(
        _edge(unit.path, dependency, dependency.target)
        for unit in units
        for dependency in unit.dependencies
        if dependency.target is not None
    )


def _edge(source: str, dependency: Dependency, target: str) -> Edge:
    return Edge(
        source=source,
        target=target,
        via=dependency.via,
        place=dependency.place,
        extra=dependency.extra,
        group=dependency.group,
        target_extras=dependency.target_extras,
    )


def _asked_for(path: str, extras: Iterable[str]) -> list[tuple[str, str | None]]:
    return [(path, None), *((path, normalised(extra)) for extra in extras)]


def _asked_for_by(edge: Edge) -> list[tuple[str, str | None]]:
    return _asked_for(edge.target, edge.target_extras)


def _is_in(group: str | None, wanted: frozenset[str]) -> bool:
    return group is not None and normalised(group) in wanted
