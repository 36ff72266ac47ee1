"""The codes and configuration keys of rates."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key
from integrity.checks.rates.grammar import DIALECTS

CODES: tuple[Code, ...] = (
    Code("LIM101", "unreadable-rate", "A rate can't be read in its dialect", is_automatic=True),
    Code("LIM102", "misread-rate", "A rate means another period than it says", is_automatic=True),
    Code("LIM103", "rate-of-nothing", "A rate allows nothing, or less", "warning", is_automatic=True),
    Code("LIM104", "scope-without-rate", "A scope is used, but has no rate", is_automatic=True),
    Code("LIM105", "rate-without-user", "A rate is given for a scope that nothing uses", "warning", is_static=False),
    Code(
        "LIM106",
        "idle-window",
        "A rate for a short time allows more than the one for a long time",
        "warning",
        is_automatic=True,
    ),
)
KEYS: tuple[Key, ...] = (
    Key("dialect", "choice", "Whose grammar the rates are written in.", '"limits"', choices=DIALECTS, default="drf"),
    Key(
        "targets",
        "targets",
        "Where the rates are: mappings of scopes to rates, lists of rates, or a Celery app, whose tasks have them;"
        " the settings' DEFAULT_THROTTLE_RATES where it is not said.",
        '"shop.limits:RATES"',
    ),
    Key(
        "scopes",
        "targets",
        "Where scopes are used beside views: mappings or lists of their names.",
        '"shop.limits:SCOPES"',
    ),
    Key("scope-attributes", "texts", "Attributes of views that name a scope.", '["read_scope", "write_scope"]'),
)
