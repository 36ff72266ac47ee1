"""What a unit demands of its live routes: views that are routed, documents that agree, slashes, requirements, health paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Iterator, NamedTuple

from integrity.checks.model import Entry, Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.routes.judges import Tables
    from integrity.checks.routes.model import Route


@dataclass(frozen=True)
class Views:
    """Views that are defined, by dotted name, and the names of those that are routed."""

    defined: tuple[Entry, ...]
    routed: frozenset[str]


@dataclass(frozen=True)
class Documented:
    """The operations of an OpenAPI document and those that are routed: by method and shape, each with its label."""

    document: str
    operations: tuple[Entry, ...]
    routes: tuple[Entry, ...]


class HealthPath(NamedTuple):
    """A path that something asks to know whether the unit is well, and the route that it resolves to."""

    path: str
    place: Place
    route: Route | None


def unrouted(views: Views) -> Examined:
    """Views that no route leads to (RTE104)."""
    findings = [
        Finding(
            "RTE104",
            str(entry.key),
            f"{entry.key} is a view, but no route leads to it.",
            "Route it, or delete it.",
            (entry.place,) if entry.place is not None else (),
        )
        for entry in views.defined
        if entry.key not in views.routed
    ]
    return Examined(len(views.defined), tuple(findings))


def forgotten(views: Views) -> Iterator[Views]:
    """Copies in which a routed view is not routed."""
    for entry in [each for each in views.defined if each.key in views.routed][:3]:
        yield replace(views, routed=views.routed - {entry.key})


def undocumented(documented: Documented) -> Examined:
    """Routes that the document lacks, and operations that nothing routes (RTE106)."""
    findings = []
    known = {entry.key for entry in documented.operations}
    routed = {entry.key for entry in documented.routes}
    for entry in documented.routes:
        if entry.key not in known:
            said = f"{entry.value} is routed, but {documented.document} doesn't have it."
            findings.append(_disagreement(entry, said, "Document it, or leave it out of the schema."))
    for entry in documented.operations:
        if entry.key not in routed:
            said = f"{documented.document} promises {entry.value}, but no route answers it."
            findings.append(_disagreement(entry, said, "Route it, or strike it off the document."))
    return Examined(min(len(documented.operations), len(documented.routes)), tuple(findings))


def misremembered(documented: Documented) -> Iterator[Documented]:
    """Copies in which the document lacks a route, or promises another."""
    for side in ("operations", "routes"):
        entries: tuple[Entry, ...] = getattr(documented, side)
        others = {entry.key for entry in documented.operations} & {entry.key for entry in documented.routes}
        gone = next((entry.key for entry in entries if entry.key in others), None)
        if gone is not None:
            rest = tuple(entry for entry in entries if entry.key != gone)
            yield replace(documented, operations=rest) if side == "operations" else replace(documented, routes=rest)


def slash_judge(ending: str) -> _Slashes:
    """What judges whether paths end as they have to: `always` or `never` with a slash (RTE107)."""
    return _Slashes(ending)


class _Slashes(NamedTuple):
    ending: str

    def judge(self, tables: Tables) -> Examined:
        routes = [route for table in tables for route in table.routes if route.places and _has_plain_end(route)]
        return Examined(len(routes), tuple(self._finding(route) for route in routes if not self._is_right(route)))

    def spoiled(self, tables: Tables) -> Iterator[Tables]:
        for table in tables:
            for index, route in enumerate(table.routes):
                if route.places and _has_plain_end(route) and self._is_right(route):
                    path = route.path.rstrip("/") if self.ending == "always" else f"{route.path}/"
                    routes = (*table.routes[:index], replace(route, path=path), *table.routes[index + 1 :])
                    yield tuple(replace(each, routes=routes) if each is table else each for each in tables)
                    return

    def _is_right(self, route: Route) -> bool:
        return route.path.endswith("/") == (self.ending == "always")

    def _finding(self, route: Route) -> Finding:
        said = "ends without a slash, unlike" if self.ending == "always" else "ends with a slash, unlike"
        hint = f"Write {route.path}/." if self.ending == "always" else f"Write {route.path.rstrip('/')}."
        return Finding(
            "RTE107", route.label, f"{route.label} {said} the unit's other paths.", hint, route.places, level="warning"
        )


def unmet(tables: Tables) -> Examined:
    """Routes that lack what every route must have (RTE108)."""
    routes = [route for table in tables for route in table.routes if route.places]
    findings = [
        Finding(
            "RTE108",
            route.label,
            f"{route.label} leads to {route.endpoint}, which lacks what every view must have.",
            "Add it, or except this route with its reason.",
            route.places,
        )
        for route in routes
        if not route.meets
    ]
    return Examined(len(routes), tuple(findings))


def lacking(tables: Tables) -> Iterator[Tables]:
    """Copies in which a route lacks it."""
    for table in tables:
        for index, route in enumerate(table.routes):
            if route.places and route.meets:
                routes = (*table.routes[:index], replace(route, meets=False), *table.routes[index + 1 :])
                yield tuple(replace(each, routes=routes) if each is table else each for each in tables)
                return


def lost_health(paths: tuple[HealthPath, ...]) -> Examined:
    """Health paths that resolve to nothing, or to a route with parameters (RTE110)."""
    findings = []
    for path, place, route in paths:
        if route is None:
            said = f"{path} is asked whether the unit is well, but no route answers it."
            findings.append(Finding("RTE110", path, said, "Route it, or ask the path that there is.", (place,)))
        elif route.parameters:
            said = f"{path} is asked whether the unit is well, but {route.path} answers it with {route.endpoint}."
            reference = tuple(each._replace(role="reference") for each in route.places)
            findings.append(
                Finding("RTE110", path, said, f"Route {path} itself, before {route.path}.", (place, *reference))
            )
    return Examined(len(paths), tuple(findings))


def unanswered(paths: tuple[HealthPath, ...]) -> Iterator[tuple[HealthPath, ...]]:
    """Copies in which a path resolves to nothing."""
    for index, path in enumerate(paths):
        if path.route is not None and not path.route.parameters:
            yield (*paths[:index], path._replace(route=None), *paths[index + 1 :])


def _disagreement(entry: Entry, message: str, hint: str) -> Finding:
    return Finding("RTE106", str(entry.value), message, hint, (entry.place,) if entry.place is not None else ())


def _has_plain_end(route: Route) -> bool:
    """Whether the path could end with or without a slash: not the root, no file, nothing that takes the rest of a path."""
    last = route.path.rstrip("/").rpartition("/")[2]
    return bool(route.path.strip("/")) and not any(sign in last for sign in (".", "path", "(", "?"))
