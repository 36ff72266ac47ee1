"""The codes and configuration keys of env."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("ENV101", "required-unset", "A required variable is not set in this run", is_static=False),
    Code(
        "ENV102",
        "blank-value",
        "A required variable is set to nothing or to a placeholder in this run",
        is_static=False,
    ),
    Code("ENV103", "undeclared", "Code reads a variable that nothing declares"),
    Code("ENV104", "declared-unread", "A variable is declared, but nothing reads it"),
    Code("ENV105", "undocumented", "Code reads a variable that the example file doesn't document", is_automatic=True),
    Code("ENV106", "documented-unread", "The example file documents a variable that nothing reads", is_automatic=True),
    Code("ENV107", "near-miss", "Two names that should be one differ in a letter", is_automatic=True),
    Code("ENV108", "bad-value", "A variable's value is not of its type"),
    Code("ENV109", "secret-in-example", "The example file holds what looks like a real secret", is_automatic=True),
    Code(
        "ENV110",
        "compose-undocumented",
        "A compose file takes a variable that no example has",
        level="warning",
        is_automatic=True,
    ),
    Code(
        "ENV111",
        "conflicting-defaults",
        "One variable is read with different defaults",
        level="warning",
        is_automatic=True,
    ),
)
KEYS: tuple[Key, ...] = (
    Key(
        "required",
        "texts",
        "Variables that have to be set; by default those that the code fails without.",
        '["DATABASE_URL"]',
    ),
    Key("optional", "texts", "Variables that may be set.", '["LOG_LEVEL"]'),
    Key(
        "example",
        "text",
        "The file that documents the variables; by default .env.example, where it is there.",
        '".env.example"',
    ),
    Key(
        "code",
        "texts",
        "Globs of the code that is examined, each of which has to match; by default all but tests.",
        '["src/**/*.py"]',
    ),
    Key(
        "readers",
        "texts",
        "Functions whose first argument is a variable's name, beside those that are recognised.",
        '["billing.environment:required"]',
    ),
    Key(
        "settings",
        "targets",
        "Settings classes of pydantic-settings that are asked, at runtime, what they read.",
        '"billing.settings:Settings"',
    ),
    Key(
        "prefix",
        "texts",
        "Beginnings of names that belong to the unit alone; a set variable that is almost known is told.",
        '["BILLING_"]',
    ),
    Key(
        "types",
        "mapping",
        "Types of values: integer, number, boolean, url, json, or choices.",
        '{ PORT = "integer", CHANNEL = "log|smtp" }',
    ),
    Key(
        "compose",
        "texts",
        "Globs of compose files, each of which has to match; by default docker-compose*.yml and compose*.yml.",
        '["deploy/compose.yaml"]',
    ),
    Key(
        "ignore",
        "mapping",
        "Outside variables, each with the reason; one that nothing reads or documents is stale.",
        '{ AWS_REGION = "read by boto3" }',
    ),
)
