"""The codes and configuration keys of files."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("SRC101", "duplicate-key-json", "A key stands twice in one JSON object", is_automatic=True),
    Code("SRC102", "duplicate-key-yaml", "A key stands twice in one YAML mapping", is_automatic=True),
    Code("SRC103", "duplicate-variable", "A variable is set twice in one .env file", is_automatic=True),
    Code("SRC104", "invalid-file", "A file, or a line of it, can't be read as what it is", is_automatic=True),
    Code("SRC105", "schema-violation", "A file doesn't fit its JSON Schema", is_opt_in=True),
    Code(
        "SRC106",
        "type-surprise",
        "YAML reads a plain value as another type than was meant",
        level="warning",
        is_automatic=True,
    ),
)
KEYS: tuple[Key, ...] = (
    Key(
        "include",
        "texts",
        "Globs of the files to examine, each of which has to match; by default all JSON, YAML, TOML and .env files but lock files, fixtures and vendored ones.",
        '["config/**/*.yaml", ".env.example"]',
    ),
    Key("exclude", "texts", "Globs of files that are not examined; each has to keep one out.", '["config/legacy/*"]'),
    Key(
        "schemas",
        "mapping",
        "The JSON Schema of files, by glob.",
        '{ "config/plans.json" = "schemas/plans.schema.json" }',
    ),
)
