"""Describes the keys of the check library: for the JSON Schema, and for the reference page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrity.checks.configuration import PROFILES, key_of
from integrity.checks.key import SHAPES, Key

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT = {"type": "string", "pattern": r"\S"}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "texts": _TEXTS,
    "target": _TEXT,
    "targets": _TEXTS,
    "boolean": {"type": "boolean"},
    "number": {"type": "number"},
    "date": {"format": "date"},  # a date of TOML, which JSON would write as a string
    "mapping": {"type": "object", "additionalProperties": {"type": "string"}},
    "object": {"type": "object"},
    "any": {},
}


def declared_schema(table: str) -> dict[str, Any]:
    """The JSON Schema of the value of `registries`, `checks` or `exceptions`."""
    return _schema(key_of(table))


def declared_rows(table: str) -> Iterator[tuple[str, str, str, str]]:
    """A row for each key below the table: its path, its value in words, its meaning, an example as TOML."""
    yield from _rows(key_of(table), "")


def _schema(key: Key) -> dict[str, Any]:
    match key.shape:
        case "table":
            return _keyed(key)
        case "named":
            return {"type": "object", "additionalProperties": _keyed(key)}
        case "listed":
            return {"type": "array", "items": _keyed(key)}
        case "choice":
            return {"enum": list(key.choices)}
        case "profiled":
            choice = {"enum": list(key.choices)}
            profiles = {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(PROFILES, choice)}
            return {"anyOf": [choice, profiles]}
        case shape:
            return _SCHEMAS[shape]


def _keyed(key: Key) -> dict[str, Any]:
    properties = {each.name: {"description": each.doc, **_schema(each)} for each in key.keys}
    required = [each.name for each in key.keys if each.required]
    table: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        table["required"] = required
    beside = {each.name: {"anyOf": [{"required": [name]} for name in each.beside]} for each in key.keys if each.beside}
    if beside:
        table["dependentSchemas"] = beside
    short = next((each for each in key.keys if each.name == key.short), None)
    return table if short is None else {"anyOf": [_schema(short), table]}


def _rows(key: Key, above: str) -> Iterator[tuple[str, str, str, str]]:
    for each in key.keys:
        path = f"{above}{each.name}"
        yield path, _in_words(each, is_short=each.name == key.short), each.doc, each.example
        yield from _rows(each, f"{path}.{'NAME.' if each.shape == 'named' else ''}")


def _in_words(key: Key, *, is_short: bool) -> str:
    words = " or ".join(f"`{choice}`" for choice in key.choices) if key.shape == "choice" else SHAPES[key.shape]
    if key.shape == "profiled":
        words = f"{' or '.join(f'`{choice}`' for choice in key.choices)}, or a table of these by profile ({', '.join(PROFILES)})"
    remarks = [
        *(["required"] if key.required else []),
        *([f"only beside {' or '.join(f'`{name}`' for name in key.beside)}"] if key.beside else []),
        *(["alone, it may stand in place of the table"] if is_short else []),
        *([f"default `{_toml(key.default)}`"] if key.default is not None else []),
    ]
    return "; ".join([words, *remarks])


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
