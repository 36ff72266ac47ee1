"""JSON Schema, as far as configuration files need it. What it doesn't know is refused, never passed over."""

from __future__ import annotations

import re
from typing import Any, Callable, Iterator, Mapping, NamedTuple

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_NOTES = frozenset(
    (
        "$schema",
        "$id",
        "$comment",
        "$defs",
        "definitions",
        "title",
        "description",
        "default",
        "examples",
        "format",
        "deprecated",
        "readOnly",
        "writeOnly",
    )
)


class Breach(NamedTuple):
    """A rule that a value breaks: where the value stands, and the rule's name."""

    path: tuple[Any, ...]
    rule: str


class UnknownRule(Exception):  # noqa: N818 - it names the rule
    """A schema has a rule that is not known here."""


def breaches(value: Any, schema: Any, whole: Any, path: tuple[Any, ...] = ()) -> Iterator[Breach]:
    """The rules of a schema that a value breaks. `whole` is the document in which references are looked up. Raises UnknownRule."""
    if not isinstance(schema, (bool, dict)):
        raise UnknownRule(repr(schema))
    if isinstance(schema, bool):
        yield from () if schema else [Breach(path, "false")]
        return
    for rule, wanted in schema.items():
        if rule in _SINGLE:
            if not _SINGLE[rule](value, wanted):
                yield Breach(path, rule)
        elif rule in _INNER:
            yield from _INNER[rule](value, schema, whole, path)
        elif rule not in _NOTES:
            raise UnknownRule(rule)


def _properties(value: Any, schema: Any, whole: Any, path: tuple[Any, ...]) -> Iterator[Breach]:
    for name, inner in schema["properties"].items():
        if isinstance(value, dict) and name in value:
            yield from breaches(value[name], inner, whole, (*path, name))


def _additional(value: Any, schema: Any, whole: Any, path: tuple[Any, ...]) -> Iterator[Breach]:
    patterns = schema.get("patternProperties", {})
    for name in value if isinstance(value, dict) else ():
        if name not in schema.get("properties", {}) and not any(re.search(each, str(name)) for each in patterns):
            found = breaches(value[name], schema["additionalProperties"], whole, (*path, name))
            yield from (each._replace(rule="additionalProperties") if each.rule == "false" else each for each in found)


def _patterned(value: Any, schema: Any, whole: Any, path: tuple[Any, ...]) -> Iterator[Breach]:
    for pattern, inner in schema["patternProperties"].items():
        for name in value if isinstance(value, dict) else ():
            if re.search(pattern, str(name)):
                yield from breaches(value[name], inner, whole, (*path, name))


def _items(value: Any, schema: Any, whole: Any, path: tuple[Any, ...]) -> Iterator[Breach]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        yield from breaches(item, schema["items"], whole, (*path, index))


def _reference(value: Any, schema: Any, whole: Any, path: tuple[Any, ...]) -> Iterator[Breach]:
    target = whole
    if not schema["$ref"].startswith("#"):
        raise UnknownRule(f"$ref {schema['$ref']}")
    for part in schema["$ref"].lstrip("#").strip("/").split("/"):
        if part and not (isinstance(target, dict) and part in target):
            raise UnknownRule(f"$ref {schema['$ref']}")
        target = target[part] if part else target
    yield from breaches(value, target, whole, path)


def _every(value: Any, schema: Any, whole: Any, path: tuple[Any, ...]) -> Iterator[Breach]:
    for inner in schema["allOf"]:
        yield from breaches(value, inner, whole, path)


def _some(value: Any, schema: Any, whole: Any, path: tuple[Any, ...]) -> Iterator[Breach]:
    if all(list(breaches(value, inner, whole, path)) for inner in schema["anyOf"]):
        yield Breach(path, "anyOf")


def _one(value: Any, schema: Any, whole: Any, path: tuple[Any, ...]) -> Iterator[Breach]:
    if sum(not list(breaches(value, inner, whole, path)) for inner in schema["oneOf"]) != 1:
        yield Breach(path, "oneOf")


def _is_of_type(value: Any, wanted: Any) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    unknown = [name for name in names if name not in _TYPES]
    if unknown:
        raise UnknownRule(f"type {unknown[0]}")
    return any(_TYPES[name](value) for name in names)


def _is_number(value: Any) -> bool:
    return _TYPES["number"](value)


_SINGLE: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": _is_of_type,
    "enum": lambda value, wanted: value in wanted,
    "const": lambda value, wanted: value == wanted,
    "required": lambda value, wanted: not isinstance(value, dict) or set(wanted) <= set(value),
    "pattern": lambda value, wanted: not isinstance(value, str) or re.search(wanted, value) is not None,
    "minimum": lambda value, wanted: not _is_number(value) or value >= wanted,
    "maximum": lambda value, wanted: not _is_number(value) or value <= wanted,
    "exclusiveMinimum": lambda value, wanted: not _is_number(value) or value > wanted,
    "exclusiveMaximum": lambda value, wanted: not _is_number(value) or value < wanted,
    "minLength": lambda value, wanted: not isinstance(value, str) or len(value) >= wanted,
    "maxLength": lambda value, wanted: not isinstance(value, str) or len(value) <= wanted,
    "minItems": lambda value, wanted: not isinstance(value, list) or len(value) >= wanted,
    "maxItems": lambda value, wanted: not isinstance(value, list) or len(value) <= wanted,
    "minProperties": lambda value, wanted: not isinstance(value, dict) or len(value) >= wanted,
    "maxProperties": lambda value, wanted: not isinstance(value, dict) or len(value) <= wanted,
    "uniqueItems": lambda value, wanted: (
        not wanted or not isinstance(value, list) or len({repr(each) for each in value}) == len(value)
    ),
}
_INNER: Mapping[str, Callable[[Any, Any, Any, tuple[Any, ...]], Iterator[Breach]]] = {
    "properties": _properties,
    "additionalProperties": _additional,
    "patternProperties": _patterned,
    "items": _items,
    "$ref": _reference,
    "allOf": _every,
    "anyOf": _some,
    "oneOf": _one,
}
