"""The codes and configuration keys of migrations."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("MIG101", "unmigrated-model", "A model differs from what the migrations make", is_static=False),
    Code("MIG102", "several-leaves", "Migrations of one app end in more than one", is_automatic=True),
    Code("MIG103", "number-twice", "Two migrations of one app have the same number", level="warning", is_opt_in=True),
    Code("MIG108", "unknown-dependency", "A migration depends on one that isn't there", is_automatic=True),
)
KEYS: tuple[Key, ...] = (
    Key(
        "apps",
        "texts",
        "Labels of the Django apps whose models are compared. Default: those whose code belongs to the unit.",
        '["billing"]',
    ),
    Key("numbered", "boolean", "No two migrations of one Django app have the same number.", "true", default=False),
    Key(
        "alembic",
        "text",
        "Alembic's configuration file, relative to the unit. Default: alembic.ini, where there is one.",
        '"db/alembic.ini"',
    ),
    Key(
        "url-env",
        "text",
        "The variable with the URL of the database against which Alembic compares.",
        '"BILLING_DATABASE_URL"',
        default="DATABASE_URL",
    ),
    Key(
        "apply",
        "boolean",
        "Apply Alembic's migrations to that database first; only for one that is there for tests.",
        "true",
        default=False,
    ),
)
