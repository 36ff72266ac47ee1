"""The codes and configuration keys of settings."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("APP101", "system-check", "A system check of Django finds something", is_static=False),
    Code(
        "APP102",
        "wrong-member",
        "A list of the settings holds something twice, or something that can't be imported",
        is_automatic=True,
    ),
    Code(
        "APP103",
        "misspelt-setting",
        "A setting has nearly the name of one of Django's",
        level="warning",
        is_static=False,
    ),
    Code("APP104", "broken-settings", "Django can't be set up with the unit's settings", is_static=False),
)
KEYS: tuple[Key, ...] = (
    Key(
        "deploy", "boolean", "Django's checks for deployment run too (manage.py check --deploy).", "true", default=False
    ),
)
