"""The routes of a unit as its framework has them, in the unit's own env, once for all cases that ask."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Mapping

from integrity.checks import targets
from integrity.checks.model import CannotExamine, Finding
from integrity.checks.routes.judges import with_witnesses

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.routes.model import Live, Route, Table

_MOST = 5000
"""Of more routes than that no concrete paths are tried: each would be asked of all."""


def live_tables(unit: Unit, declared: Mapping[str, Any]) -> Callable[[], tuple[Live, ...]]:
    """What loads the declared application and URLconf; Django's own where neither is declared. Once, however often it is called."""

    @lru_cache(maxsize=None)
    def load() -> tuple[Live, ...]:
        found = [app_routes(declared["app"], unit)] if "app" in declared else []
        if "urlconf" in declared or not found:
            found.append(_urlconf_routes(declared.get("urlconf"), unit))
        return tuple(map(tried, found))

    return load


def routes_of(app_or_urlconf: Any, unit: Unit) -> Live:
    """The routes of an application, of the one that a target such as `shop.app:app` names, or of the URLconf of a name."""
    is_urlconf = isinstance(app_or_urlconf, str) and ":" not in app_or_urlconf
    return _urlconf_routes(app_or_urlconf, unit) if is_urlconf else app_routes(app_or_urlconf, unit)


def tried(live: Live) -> Live:
    """The routes, each with who takes its concrete paths."""
    table = live.table
    if len(table.routes) > _MOST:
        note = f"{table.name} has {len(table.routes)} routes: too many to try paths of each"
        return live._replace(table=replace(table, notes=(*table.notes, note)))
    return live._replace(
        table=with_witnesses(
            table, lambda position, method, path: live.resolve(method, table.routes[position].host, path)
        )
    )


def app_routes(target: Any, unit: Unit) -> Live:
    """The routes of an application, or of what a function makes. Raises CannotExamine for anything else."""
    app = made_app(target, unit)
    module = adapter_of(app)
    if module is None:
        message = f"{target} is no application of FastAPI, Starlette or Flask, but of type {type(app).__name__}."
        raise CannotExamine(
            Finding("REG002", str(target), message, "Name the application itself, or a function that makes it.")
        )
    found: Live = module.live_routes(app, unit)
    return found


def made_app(target: Any, unit: Unit) -> Any:
    """The application that a target names or makes."""
    found = targets.live(target, unit)
    if adapter_of(found) is not None or not callable(found):
        return found
    try:
        return found()
    except targets.RAISED as error:
        said = f"{target} can't make an application"
        raise CannotExamine(targets.describe_error(said, error, unit, str(target))) from error


def adapter_of(app: Any) -> Any:
    """The adapter that reads an application, told by its classes alone; None for what is none."""
    from integrity.checks.adapters import fastapi, flask  # noqa: PLC0415 - they name parts of routes

    names = {f"{each.__module__}.{each.__qualname__}" for each in type(app).__mro__}
    return next((module for module in (fastapi, flask) if not names.isdisjoint(module.BASES)), None)


def own_document(unit: Unit, declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """The OpenAPI document that the application makes itself. Raises CannotExamine (RTE106) where it makes none."""
    from integrity.checks.adapters import django_urls, fastapi  # noqa: PLC0415 - they name parts of routes

    document = (
        fastapi.document_of(made_app(declared["app"], unit)) if "app" in declared else django_urls.document_of(unit)
    )
    if document is None:
        message = "openapi = true, but the application makes no OpenAPI document."
        raise CannotExamine(Finding("RTE106", "openapi", message, 'Name the committed one: openapi = "openapi.json".'))
    return document


def with_requirement(target: Any, unit: Unit, live: Live) -> Table:
    """The table whose routes know whether their views have what a function of the unit demands."""
    has = targets.live(target, unit)

    def judged(route: Route, view: Any) -> Route:
        try:
            return replace(route, meets=not route.places or bool(has(view, route.path)))
        except targets.RAISED as error:
            said = f"{target} can't judge {route.label}"
            raise CannotExamine(targets.describe_error(said, error, unit, str(target))) from error

    return replace(live.table, routes=tuple(map(judged, live.table.routes, live.views)))


def has_django() -> bool:
    """Whether Django is set up here, or its settings are named."""
    loaded = sys.modules.get("django.conf")
    return "DJANGO_SETTINGS_MODULE" in os.environ or (loaded is not None and bool(loaded.settings.configured))


def _urlconf_routes(urlconf: str | None, unit: Unit) -> Live:
    if urlconf is None and not has_django():
        message = "No application is named, and Django's settings are not set here, so no route can be examined."
        raise CannotExamine(
            Finding("VAC005", "routes", message, 'Say app = "….app:app", or set DJANGO_SETTINGS_MODULE.')
        )
    from integrity.checks.adapters import django_urls  # noqa: PLC0415 - they name parts of routes

    return django_urls.live_routes(urlconf, unit)
