"""The JSON Schema of `[tool.integrity]`, made from the table of options; the loader judges as it does."""

from __future__ import annotations

import json
from typing import Any

from integrity.settings.option import Option, Scope, Type
from integrity.settings.options import options_of
from integrity.settings.patterns import COMMAND_LINE, NAME, NO_NUL, TAG, template
from integrity.settings.wording import LONGEST_TIMEOUT_S

SCHEMA_PATH = "integrity/schemas/config.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WHOLE_NUMBER = {"type": "integer", "minimum": 0}
_SCALARS: dict[Type, dict[str, Any]] = {
    Type.BOOLEAN: {"type": "boolean"},
    Type.TRUE: {"const": True},
    Type.INTEGER: _WHOLE_NUMBER,
    Type.PORT: {"type": "integer", "minimum": 1, "maximum": 65535},
    Type.SECONDS: {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT_S},
    Type.WORKERS: {"anyOf": [_WHOLE_NUMBER, {"const": "auto"}]},
}


def schema_document(scope: Scope) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a `[tool.integrity]` of this scope."""
    return {"$schema": _DIALECT, **_keyed_schema(tuple(options_of(scope).values()))}


def config_schema() -> dict[str, Any]:
    """The shipped schema: `#/$defs/root` and `#/$defs/unit`; the whole is either."""
    definitions = {scope.value: _keyed_schema(tuple(options_of(scope).values())) for scope in Scope}
    return {
        "$schema": _DIALECT,
        "title": "[tool.integrity]",
        "description": "Configuration of integrity, in the root of a monorepo and in its units.",
        "anyOf": [{"$ref": f"#/$defs/{scope.value}"} for scope in Scope],
        "$defs": definitions,
    }


def schema_text() -> str:
    """The shipped schema as its file holds it."""
    return json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"


def json_default(option: Option) -> Any:
    """The default as JSON has it."""
    return list(option.default) if isinstance(option.default, tuple) else option.default


def _keyed_schema(options: tuple[Option, ...], required: tuple[str, ...] = ()) -> dict[str, Any]:
    properties = {option.name: _property(option) for option in options}
    shape = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**shape, "required": list(required)} if required else shape


def _property(option: Option) -> dict[str, Any]:
    default = {} if option.default is None else {"default": json_default(option)}
    return {"description": option.doc, **default, **_type_schema(option)}


def _type_schema(option: Option) -> dict[str, Any]:
    match option.type:
        case Type.STRINGS | Type.PATHS:
            return _list_schema(option)
        case Type.MAPPING:
            value = _string(None if option.placeholders else NO_NUL, option.placeholders)
            return {"type": "object", "propertyNames": {"pattern": option.pattern}, "additionalProperties": value}
        case Type.COMMAND:
            words = {"type": "array", "minItems": 1, "items": _string(option.pattern, option.placeholders)}
            return {"anyOf": [_string(COMMAND_LINE, option.placeholders), words]}
        case Type.READY | Type.NEEDS | Type.SERVE | Type.KINDS:
            return _table_schema(option)
        case Type.DECLARED:
            from integrity.settings.declared_documents import declared_schema  # noqa: PLC0415 - it loads the check library

            return declared_schema(option.name)
        case _:
            return _scalar_schema(option)


def _scalar_schema(option: Option) -> dict[str, Any]:
    match option.type:
        case Type.CHOICE:
            return {"enum": [str(choice) for choice in option.choices]}
        case Type.PATH | Type.TEXT:
            return _string(option.pattern, option.placeholders)
        case Type.REGEX:
            return {**_string(option.pattern, ()), "format": "regex"}
        case _:
            return _SCALARS[option.type]


def _string(pattern: str | None, placeholders: tuple[str, ...]) -> dict[str, Any]:
    patterns = [each for each in (pattern, template(placeholders) if placeholders else None) if each is not None]
    rules = [{"pattern": each} for each in patterns]
    return {"type": "string", **(rules[0] if len(rules) == 1 else {"allOf": rules})}


def _list_schema(option: Option) -> dict[str, Any]:
    item = _string(option.pattern, option.placeholders)
    items = {"type": "array", "items": item, "uniqueItems": True, **({"minItems": 1} if option.filled else {})}
    return {"anyOf": [item, items]} if option.single else items


def _table_schema(option: Option) -> dict[str, Any]:
    keyed = _keyed_schema(option.keys, option.required)
    match option.type:
        case Type.READY:
            ways = [{"required": [key.name]} for key in option.keys if key.name != "port"]
            return {**keyed, "oneOf": ways, "dependentRequired": {"port": ["http"]}}
        case Type.NEEDS:
            value = {"anyOf": [{"type": "string", "pattern": TAG}, keyed]}
            table = {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": value}
            return {"anyOf": [_list_schema(option), table]}
        case Type.SERVE:
            names = {"pattern": option.pattern, "not": {"enum": [key.name for key in option.keys]}}
            several = {"type": "object", "propertyNames": names, "additionalProperties": keyed}
            return {"anyOf": [keyed, several]}
        case _:
            return {"type": "object", "propertyNames": {"pattern": option.pattern}, "additionalProperties": keyed}
