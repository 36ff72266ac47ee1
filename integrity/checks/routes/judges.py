"""What is judged of tables of routes, from sources or live alike: duplicates, shadows, names, operations."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Callable, Iterable, Iterator, Sequence

from integrity.checks.model import Examined, Finding, Place
from integrity.checks.routes.model import Branches, Route, Table, Witness

Tables = tuple[Table, ...]
_UNUSED = "/integrity-spoiled"


def duplicates(tables: Tables) -> Examined:
    """Routes of one method and path (RTE101)."""
    findings: list[Finding] = []
    for table in tables:
        seen: dict[tuple[str, str], list[Route]] = {}
        for route in table.routes:
            earlier = seen.setdefault((route.host, route.shape), [])
            first = next((other for other in earlier if _is_repeated(other, route, table)), None)
            if first is None:
                earlier.append(route)
            elif _own(first, route):
                findings.append(_duplicate(first, route, table))
    return Examined(_count(tables), tuple(findings), _notes(tables))


def shadowed(tables: Tables) -> Examined:
    """Routes whose every concrete path is taken by another route (RTE102)."""
    tried = [table for table in tables if any(map(_is_tried, table.routes))]
    unknown = [route.label for table in tried for route in table.routes if route.places and not _is_tried(route)]
    findings = [
        finding for table in tried for position in range(len(table.routes)) for finding in _shadows(table, position)
    ]
    note = [f"no concrete path could be made for {', '.join(unknown)}"] if unknown else []
    return Examined(
        sum(_is_tried(route) for table in tried for route in table.routes), tuple(findings), (*_notes(tables), *note)
    )


def ambiguous_names(tables: Tables) -> Examined:
    """Names that stand for several routes with the same arguments (RTE103)."""
    findings: list[Finding] = []
    count = 0
    for table in tables:
        seen: dict[tuple[str, frozenset[str]], list[Route]] = {}
        for route in table.routes:
            if not route.name:
                continue
            count += 1
            earlier = seen.setdefault((route.name, frozenset(route.parameters)), [])
            first = next((other for other in earlier if _is_other(other, route)), None)
            if first is not None and _own(first, route):
                findings.append(_ambiguous(first, route, table))
            earlier.append(route)
    return Examined(count, tuple(findings), _notes(tables))


def duplicate_operations(tables: Tables) -> Examined:
    """OperationIds that stand for several operations (RTE105)."""
    findings: list[Finding] = []
    count = 0
    for table in tables:
        seen: dict[str, tuple[str, Route]] = {}
        for route in table.routes:
            for method in (route.methods or ("",)) if route.operation else ():
                count += 1
                label = f"{method} {route.path}".strip()
                known, other = seen.setdefault(route.operation, (label, route))
                if known != label and _own(other, route) and _comes_before(other.branches, route.branches):
                    findings.append(_operation(table, other, known, route, label))
    return Examined(count, tuple(findings), _notes(tables))


def with_witnesses(table: Table, resolve: Callable[[int, str, str], int | None]) -> Table:
    """The table whose routes know who takes their concrete paths; `resolve` is asked by position, method and path."""
    routes = tuple(
        replace(
            route,
            witnesses=tuple(
                Witness(method, path, resolve(position, method, path))
                for method in route.methods or ("GET",)
                for path in route.samples
            ),
        )
        for position, route in enumerate(table.routes)
    )
    return replace(table, routes=routes)


def doubled(tables: Tables) -> Iterator[Tables]:
    """Copies in which one route stands twice, the second time with another view."""
    counts = Counter((route.host, route.shape) for table in tables for route in table.routes)
    for table, index in _picked(tables, lambda route: counts[route.host, route.shape] == 1):
        copy = replace(table.routes[index], endpoint="spoiled")
        yield _with(tables, table, (*table.routes[: index + 1], copy, *table.routes[index + 1 :]))


def overtaken(tables: Tables) -> Iterator[Tables]:
    """Copies in which another route takes the paths of one."""
    found = {finding.entry for finding in shadowed(tables).findings}
    for table, index in _picked(tables, lambda route: route.label not in found and _is_tried(route)):
        route = table.routes[index]
        taker = replace(route, shape=_UNUSED, endpoint="spoiled", witnesses=())
        lost = replace(route, witnesses=tuple(each._replace(winner=len(table.routes)) for each in route.witnesses))
        yield _with(tables, table, (*table.routes[:index], lost, *table.routes[index + 1 :], taker))


def renamed(tables: Tables) -> Iterator[Tables]:
    """Copies in which a route of another path has the name of one."""
    found = {finding.entry for finding in ambiguous_names(tables).findings}
    for table, index in _picked(tables, lambda route: bool(route.name) and route.name not in found):
        copy = replace(table.routes[index], endpoint="spoiled", path=_UNUSED, shape=_UNUSED)
        yield _with(tables, table, (*table.routes, copy))


def misnamed(tables: Tables) -> Iterator[Tables]:
    """Copies in which a route of another path has the operationId of one."""
    found = {finding.entry for finding in duplicate_operations(tables).findings}
    for table, index in _picked(tables, lambda route: bool(route.operation) and route.operation not in found):
        yield _with(tables, table, (*table.routes, replace(table.routes[index], path=_UNUSED, shape=_UNUSED)))


def _is_tried(route: Route) -> bool:
    return any(witness.winner is not None for witness in route.witnesses)


def _is_repeated(first: Route, later: Route, table: Table) -> bool:
    if first.methods and later.methods and not set(first.methods) & set(later.methods):
        return False
    if table.has_aliases and _is_same(first, later) and first.name != later.name:
        return False
    return _comes_before(first.branches, later.branches)


def _is_same(first: Route, later: Route) -> bool:
    return (first.endpoint, first.view) == (later.endpoint, later.view)


def _comes_before(first: Branches, later: Branches) -> bool:
    """Whether the first stands wherever the later one does: not in an alternative that may not be taken."""
    return later[: len(first)] == first


def _is_other(first: Route, later: Route) -> bool:
    return (
        first.endpoint != later.endpoint
        and first.shape != later.shape
        and _comes_before(first.branches, later.branches)
    )


def _own(*routes: Route) -> bool:
    return any(route.places for route in routes)


def _duplicate(first: Route, later: Route, table: Table) -> Finding:
    methods = tuple(method for method in later.methods if method in first.methods or not first.methods) or first.methods
    label = replace(later, methods=methods).label
    if _is_same(first, later):
        said = f"{label} is routed to {first.endpoint} twice; the second time changes nothing."
    else:
        said = f"{label} is routed twice; {first.endpoint} answers, and {later.endpoint} is never reached."
    return Finding(
        "RTE101",
        label,
        said,
        "Delete one of the two, or give it a path of its own.",
        _both(first, later, "duplicate"),
        table.name,
    )


def _shadows(table: Table, position: int) -> Iterator[Finding]:
    route = table.routes[position]
    lost: dict[int, list[Witness]] = {}
    for method in dict.fromkeys(witness.method for witness in route.witnesses):
        witnesses = [witness for witness in route.witnesses if witness.method == method]
        if all(_is_taken(table, position, witness.winner) for witness in witnesses):
            lost.setdefault(witnesses[0].winner or 0, []).append(witnesses[0])
    for winner, witnesses in lost.items():
        if _own(route, table.routes[winner]):
            yield _shadow(table, route, table.routes[winner], witnesses)


def _is_taken(table: Table, position: int, winner: int | None) -> bool:
    if winner is None:
        return False
    route, other = table.routes[position], table.routes[winner]
    return (route.host, route.shape) != (other.host, other.shape) and not (table.has_aliases and _is_same(route, other))


def _shadow(table: Table, route: Route, taker: Route, witnesses: Sequence[Witness]) -> Finding:
    methods = tuple(witness.method for witness in witnesses) if route.methods else ()
    label = replace(route, methods=methods).label
    message = f"{label} is never reached: {taker.path} stands before it, so that {witnesses[0].path} goes to {taker.endpoint}."
    return Finding(
        "RTE102",
        label,
        message,
        f"Move {route.path} before {taker.path}.",
        _both(route, taker, "reference"),
        table.name,
    )


def _ambiguous(first: Route, later: Route, table: Table) -> Finding:
    arguments = f" with {', '.join(sorted(later.parameters))}" if later.parameters else ""
    message = f"The name {later.name!r}{arguments} stands for {first.path} and for {later.path}; only one of them can be made from it."
    hint = "Give each its own name."
    return Finding("RTE103", later.name, message, hint, _both(first, later, "duplicate"), table.name, level="warning")


def _operation(table: Table, first: Route, known: str, later: Route, label: str) -> Finding:
    message = f"The operationId {later.operation!r} stands for {known} and for {label}; clients made from the document keep only one."
    hint = "Give each operation its own."
    return Finding("RTE105", later.operation, message, hint, _both(first, later, "duplicate"), table.name)


def _both(first: Route, second: Route, role: str) -> tuple[Place, ...]:
    declared = [place._replace(role="declared") for place in first.places[:1]]
    return (*declared, *(place._replace(role=role) for place in second.places[:1]))


def _count(tables: Iterable[Table]) -> int:
    return sum(len(table.routes) for table in tables)


def _notes(tables: Iterable[Table]) -> tuple[str, ...]:
    return tuple(note for table in tables for note in table.notes)


def _picked(tables: Tables, fits: Callable[[Route], bool]) -> list[tuple[Table, int]]:
    fitting = [
        (table, index) for table in tables for index, route in enumerate(table.routes) if route.places and fits(route)
    ]
    return [fitting[index] for index in sorted({0, len(fitting) // 2, len(fitting) - 1})] if fitting else []


def _with(tables: Tables, table: Table, routes: tuple[Route, ...]) -> Tables:
    return tuple(replace(each, routes=routes) if each is table else each for each in tables)
