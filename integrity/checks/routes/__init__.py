"""Checks of routes: two for one path, never reached, without a view of their own, other than documented; health checks that can't fail."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.routes import asked, demands, health, judges, live, openapi, source, views

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.routes.model import Live

ROUTES = (
    Check("RTE101", judges.duplicates, judges.doubled),
    Check("RTE102", judges.shadowed, judges.overtaken),
    Check("RTE103", judges.ambiguous_names, judges.renamed),
    Check("RTE105", judges.duplicate_operations, judges.misnamed),
)
MAY_BE_EMPTY = {
    "RTE102",
    "RTE103",
    "RTE105",
}  # not every framework has names and operations, nor every route a path that can be made


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of routes (see `case`)."""
    yield from _static_cases(unit, declared)
    if declared is not None:
        yield from _live_cases(unit, declared)


def _static_cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    @lru_cache(maxsize=None)
    def routes() -> source.SourceRoutes:
        return source.source_routes(unit.sources)

    for check in ROUTES:
        yield Case("routes.sources", check, lambda: routes().tables, may_be_empty=True)
    failing = Check("RTE111", health.unfailing, health.softened)
    yield Case("routes.sources", failing, lambda: health.health_checks(unit.sources, routes()), may_be_empty=True)
    packages = (declared or {}).get("views")
    if packages:
        yield Case("routes.sources", _VIEWS, lambda: views.named_views(packages, unit), may_be_empty=True)


def _live_cases(unit: Unit, declared: Mapping[str, Any]) -> Iterator[Case]:
    load = live.live_tables(unit, declared)
    for check in ROUTES:
        yield _live_case(check, lambda: _tables(load), may_be_empty=check.code in MAY_BE_EMPTY)
    if declared.get("views"):
        yield _live_case(_VIEWS, lambda: views.live_views(declared["views"], unit, load()))
    if declared.get("openapi"):
        check = Check("RTE106", demands.undocumented, demands.misremembered)
        yield _live_case(check, lambda: _documented(unit, declared, load))
    if "trailing-slash" in declared:
        slashes = demands.slash_judge(declared["trailing-slash"])
        yield _live_case(Check("RTE107", slashes.judge, slashes.spoiled), lambda: _tables(load))
    if "require" in declared:
        yield _live_case(Check("RTE108", demands.unmet, demands.lacking), lambda: _required(unit, declared, load))
    paths = asked.health_paths(unit, declared)
    if paths:
        yield _live_case(
            Check("RTE110", demands.lost_health, demands.unanswered), lambda: asked.resolved(paths, load())
        )


_VIEWS = Check("RTE104", demands.unrouted, demands.forgotten)


def _live_case(check: Check, load: Callable[[], Any], *, may_be_empty: bool = False) -> Case:
    return Case("routes", check, load, is_static=False, may_be_empty=may_be_empty)


def _tables(load: Callable[[], tuple[Live, ...]]) -> judges.Tables:
    return tuple(each.table for each in load())


def _documented(unit: Unit, declared: Mapping[str, Any], load: Callable[[], tuple[Live, ...]]) -> demands.Documented:
    if declared["openapi"] is True:
        return openapi.own_routes(live.own_document(unit, declared), load())
    return openapi.committed_routes(declared["openapi"], unit, load())


def _required(unit: Unit, declared: Mapping[str, Any], load: Callable[[], tuple[Live, ...]]) -> judges.Tables:
    return tuple(live.with_requirement(declared["require"], unit, each) for each in load())
