"""What is made from the table of options: the JSON Schema and the reference page.

`python -m integrity.settings.documents` in a checkout writes both anew; a test holds them equal to the table.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from integrity.settings.options import OPTIONS, Option, Scope, Type, options_of
from integrity.settings.values import LONGEST_TIMEOUT_S, shape
from integrity.settings.variables import ALLOWED

SCHEMA_PATH = "integrity/schemas/config.schema.json"
REFERENCE_PATH = "docs/reference/configuration.md"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_WHOLE_NUMBER = {"type": "integer", "minimum": 0}
_SCALARS: dict[Type, dict[str, Any]] = {
    Type.BOOLEAN: {"type": "boolean"},
    Type.INTEGER: _WHOLE_NUMBER,
    Type.SECONDS: {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT_S},
    Type.WORKERS: {"anyOf": [_WHOLE_NUMBER, {"const": "auto"}]},
}
_INTRODUCTION = """\
# Configuration

<!-- Made from the table in integrity/settings/options.py by `python -m integrity.settings.documents`. -->

Nothing needs to be configured for units in `services/*` and `packages/*`. What differs is set in two places:

- the root's configuration: `[tool.integrity]` in the root's `pyproject.toml`, or the same keys at the top of an `integrity.toml` (one of the two);
- a unit's: `[tool.integrity]` in its `pyproject.toml`.

A later source takes the place of an earlier one: default → root → unit → variable → flag. `env` and `secrets` add up instead; in
`env` the later source wins name by name. A variable that is set but empty counts as not set; lists in variables are separated by commas.

An unknown key, a wrong type and a path that leads out of the repository, also through a symbolic link, are errors that name the file and
the line. In the root's configuration they end the command; in a unit's they are that unit's outcome, and all others still run.
The shapes are also a JSON Schema (`integrity/schemas/config.schema.json` in the package), for editors.

## Options
"""

_AFTER = """\
## The environment of a unit's tests

The tests see these variables and no others. Where two sources set the same name, the later one in this list wins:

1. of the host: {allowed};
2. the files of `env-file`, in their order;
3. of the host: what `pass-env` matches;
4. `env`.

`PYTHON*`, `VIRTUAL_ENV`, `UV_PYTHON` and `INTEGRITY_*` never get through, whatever names them: in `env`, `pass-env` and `secrets` they are refused, in env
files and behind a `*` they are passed over. The folder of an active virtual environment is taken out of `PATH`.

Env files are UTF-8 and read with python-dotenv. `${{NAME}}` stands for a value from above in this file, from an earlier one or from the
host as far as the tests see it; `${{NAME:-default}}` says what holds otherwise, and without a default an unknown name is an error. A name
without `=` sets nothing.
"""


def schema_document(scope: Scope) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a `[tool.integrity]` of this scope."""
    properties = {name: _property(option) for name, option in options_of(scope).items()}
    return {"$schema": _DIALECT, "type": "object", "additionalProperties": False, "properties": properties}


def config_schema() -> dict[str, Any]:
    """The shipped schema: `#/$defs/root` and `#/$defs/unit`; the whole is either."""
    definitions = {scope.value: {**schema_document(scope), "$schema": None} for scope in Scope}
    for definition in definitions.values():
        del definition["$schema"]
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


def reference_page() -> str:
    """The page `docs/reference/configuration.md`."""
    sections = "\n".join(_section(option) for option in OPTIONS)
    allowed = ", ".join(f"`{name}`" for name in ALLOWED)
    return f"{_INTRODUCTION}\n{sections}\n{_AFTER.format(allowed=allowed)}"


def main() -> None:
    """Write the schema and the page into the checkout that this file stands in."""
    root = Path(__file__).parents[2]
    (root / SCHEMA_PATH).write_text(schema_text(), encoding="utf-8")
    (root / REFERENCE_PATH).write_text(reference_page(), encoding="utf-8")


def _property(option: Option) -> dict[str, Any]:
    return {"description": option.doc, "default": _json_default(option), **_type_schema(option)}


def _type_schema(option: Option) -> dict[str, Any]:
    match option.type:
        case Type.CHOICE:
            return {"enum": list(option.choices)}
        case Type.STRINGS | Type.PATHS:
            return _list_schema(option)
        case Type.MAPPING:
            value = {"type": "string", "pattern": r"^[^\x00]*$"}
            return {"type": "object", "propertyNames": {"pattern": option.pattern}, "additionalProperties": value}
        case Type.PATH:
            return {"type": "string", "pattern": option.pattern}
        case _:
            return _SCALARS[option.type]


def _list_schema(option: Option) -> dict[str, Any]:
    item = {"type": "string", "pattern": option.pattern}
    items = {"type": "array", "items": item, "uniqueItems": True, **({"minItems": 1} if option.filled else {})}
    return {"anyOf": [item, items]} if option.single else items


def _json_default(option: Option) -> Any:
    return list(option.default) if isinstance(option.default, tuple) else option.default


def _section(option: Option) -> str:
    rows = [
        ("Value", _value_in_words(option)),
        ("Default", f"`{_toml(option)}`"),
        ("Stands in", " and ".join(scope.value for scope in Scope if scope in option.scopes) or "no file"),
        ("Variable", f"`{option.variable}`" if option.variable else ""),
        ("Flag", f"`{option.flag}`" if option.flag else ""),
        ("Example", f"`{option.name} = {option.example}`" if option.example else ""),
    ]
    lines = "\n".join(f"- {label}: {text}" for label, text in rows if text)
    title = f"`{option.name}`" if option.scopes else f"`{option.flag}`"
    return f"### {title}\n{option.doc}\n\n{lines}\n"


def _value_in_words(option: Option) -> str:
    words = shape(option)
    if option.type in {Type.STRINGS, Type.PATHS}:
        return f"{words}, each {option.shape}"
    return f"a table of strings by name, each name {option.shape}" if option.type is Type.MAPPING else words


def _toml(option: Option) -> str:
    default = option.default
    if option.single:
        return json.dumps(default[0])
    if option.type is Type.SECONDS:
        return f"{default:g}"
    return json.dumps(_json_default(option))


if __name__ == "__main__":
    main()
