"""The codes and configuration keys of models."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("MIG104", "unfit-choice", "A field's default, choices and width don't fit together", is_automatic=True),
    Code("MIG105", "table-twice", "Two models have one table"),
    Code("MIG106", "constraint-twice", "Two constraints or indexes have one name"),
    Code("MIG107", "foreign-choice", "A serializer accepts a choice that its model's field doesn't have"),
)
KEYS: tuple[Key, ...] = (
    Key(
        "apps",
        "texts",
        "Labels of the Django apps that are examined. Default: those whose code belongs to the unit.",
        '["billing"]',
    ),
    Key(
        "base",
        "target",
        "SQLAlchemy's declarative base, or its metadata, with all models imported.",
        '"billing.models:Base"',
    ),
)
