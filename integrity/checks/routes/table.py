"""The codes and configuration keys of routes."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("RTE101", "duplicate-route", "A method and path are routed twice", is_automatic=True),
    Code(
        "RTE102",
        "shadowed-route",
        "A route is never reached, because an earlier one takes its paths",
        is_automatic=True,
    ),
    Code(
        "RTE103", "ambiguous-name", "A name with the same arguments stands for two routes", "warning", is_automatic=True
    ),
    Code("RTE104", "unrouted-view", "A view is never routed"),
    Code("RTE105", "duplicate-operation", "An operationId stands for two operations", is_automatic=True),
    Code("RTE106", "undocumented-route", "Routes and the OpenAPI document don't agree", is_static=False),
    Code(
        "RTE107", "trailing-slash", "A route ends otherwise than the others", "warning", is_static=False, is_opt_in=True
    ),
    Code("RTE108", "unmet-requirement", "A route lacks what every route must have", is_static=False, is_opt_in=True),
    Code(
        "RTE110", "health-not-routed", "A declared health path doesn't resolve to a route of its own", is_static=False
    ),
    Code("RTE111", "health-cannot-fail", "A health check cannot fail", is_automatic=True),
)
KEYS: tuple[Key, ...] = (
    Key(
        "app",
        "target",
        "The FastAPI, Starlette or Flask application, or a function without arguments that makes it.",
        '"shop.app:create_app"',
    ),
    Key(
        "urlconf",
        "text",
        "The module of Django's URL patterns; the settings' ROOT_URLCONF where it is not said.",
        '"billing.urls"',
    ),
    Key("views", "texts", "Packages or modules whose views have to be routed, each one.", '["billing.views"]'),
    Key(
        "openapi",
        "any",
        "The committed OpenAPI document, or true for the one that the application makes itself.",
        '"openapi.json"',
    ),
    Key("health", "texts", "Paths that have to resolve to a route without parameters.", '["/health"]'),
    Key(
        "trailing-slash",
        "choice",
        "Whether every path ends with a slash.",
        '"never"',
        choices=("always", "never"),
    ),
    Key(
        "require",
        "target",
        "A function of a view and its path that returns whether the view has what every view must have.",
        '"billing.rules:is_throttled"',
    ),
)
