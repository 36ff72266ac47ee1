"""Assertions over the routes of an application."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from integrity.checks.asserts import calling_unit, demand, refused
from integrity.checks.model import CannotExamine, Examined
from integrity.checks.routes import judges, live


def assert_routes(app_or_urlconf: Any, *, unique: bool = True, unshadowed: bool = True) -> None:
    """Assert that no method and path is routed twice, and that every route is reached.

        assert_routes(app)                # FastAPI, Starlette, Flask
        assert_routes("billing.urls")     # a URLconf of Django, whose settings the tests have set

    The application itself is looked at. Raises TypeError for what has lost its duplicates already, such as
    `app.openapi()["paths"]`, or may not show them all, such as `app.routes`.
    """
    if not (unique or unshadowed):
        raise TypeError("assert_routes demands nothing here; leave unique or unshadowed true.")
    unit = calling_unit()
    try:
        found = live.tried(live.routes_of(_taken(app_or_urlconf), unit))
    except CannotExamine as trouble:
        raise refused(trouble) from None
    judged = [
        judge((found.table,))
        for judge, is_wanted in ((judges.duplicates, unique), (judges.shadowed, unshadowed))
        if is_wanted
    ]
    findings = tuple(finding for each in judged for finding in each.findings)
    demand(Examined(len(found.table.routes), findings), "assert_routes")


def _taken(given: Any) -> Any:
    """An application, or the name of a URLconf."""
    if isinstance(given, ModuleType) and hasattr(given, "urlpatterns"):
        return given.__name__
    if (isinstance(given, str) and given.strip()) or live.adapter_of(given) is not None:
        return given
    what = "a mapping keeps one route for each key" if hasattr(given, "keys") else "it need not hold every route"
    raise TypeError(
        f"assert_routes can't trust {type(given).__name__}: {what}. Pass the application itself, or the name of a URLconf."
    )
