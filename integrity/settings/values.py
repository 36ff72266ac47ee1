"""Judges values against the table of options. Pure: where a value stands and what exists on disk is known elsewhere."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from integrity.errors import nearest
from integrity.model.secret import looks_secret
from integrity.settings.options import Option, Scope, Type, options_of
from integrity.settings.patterns import VARIABLE_GLOB, VARIABLE_NAME
from integrity.settings.variables import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_TIMEOUT_S = 7 * 24 * 3600
_SHOWN_CHARACTERS = 60
_HUGE = 10**50
_SHAPES = {
    Type.BOOLEAN: "true or false",
    Type.INTEGER: "a whole number, 0 or more",
    Type.SECONDS: f"a number of seconds, more than 0 and at most {LONGEST_TIMEOUT_S} (a week)",
    Type.WORKERS: 'a whole number, 0 or more, or "auto"',
}
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one value. `path` leads to it: its key, and below it the name or index where that is known."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""


def problems(table: Mapping[str, Any], scope: Scope) -> Iterator[Problem]:
    """Everything that is wrong with a `[tool.integrity]` of this scope, in the order of its keys."""
    known = options_of(scope)
    for key, value in table.items():
        if key in known:
            yield from value_problems(known[key], value)
        else:
            yield _unknown(key, scope)


def value_problems(option: Option, value: object) -> Iterator[Problem]:
    """What is wrong with one value of an option; a list or mapping may have several problems."""
    match option.type:
        case Type.STRINGS | Type.PATHS:
            yield from _list_problems(option, value)
        case Type.MAPPING:
            yield from _mapping_problems(option, value)
        case Type.PATH:
            yield from _string_problems(option, value, (option.name,))
        case Type.BOOLEAN | Type.INTEGER | Type.SECONDS | Type.WORKERS | Type.CHOICE:
            if not _is_scalar(option, value):
                yield Problem(
                    path=(option.name,), message=f"{option.name} has to be {shape(option)}, not {shown(value)}."
                )
        case _:
            assert_never(option.type)


def converted(option: Option, value: Any) -> Any:
    """A value without problems as its field holds it: lists as tuples, seconds as float."""
    match option.type:
        case Type.STRINGS | Type.PATHS:
            items = (value,) if isinstance(value, str) else value
            return tuple(_trimmed(item) for item in items)
        case Type.MAPPING:
            return dict(value)
        case Type.SECONDS:
            return float(value)
        case Type.INTEGER:
            return int(value)
        case Type.WORKERS:
            return value if isinstance(value, str) else int(value)
        case Type.BOOLEAN | Type.CHOICE | Type.PATH:
            return value
        case _:
            assert_never(option.type)


def from_text(option: Option, text: str) -> Any:
    """The value that an environment variable's text means; text that means none stays text, and is then refused."""
    text = text.strip()
    match option.type:
        case Type.STRINGS | Type.PATHS:
            return [item.strip() for item in text.split(",") if item.strip()]
        case Type.BOOLEAN if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        case Type.INTEGER | Type.WORKERS if re.fullmatch(r"-?[0-9]{1,9}", text):
            return int(text)
        case Type.SECONDS if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", text):
            return float(text)
        case _:
            return text


def shape(option: Option) -> str:
    """What a value of this option has to be, in words."""
    match option.type:
        case Type.CHOICE:
            return " or ".join(f'"{choice}"' for choice in option.choices)
        case Type.STRINGS | Type.PATHS:
            return "a string or a list of strings" if option.single else "a list of strings"
        case Type.MAPPING:
            return f"a table such as {option.example}"
        case Type.PATH:
            return option.shape
        case _:
            return _SHAPES[option.type]


def shown(value: object) -> str:
    """A value as a message shows it: on one line, quoted, cut."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():  # Python refuses to spell out a huge whole number
            is_huge = isinstance(value, int) and abs(value) >= _HUGE
            return "a huge number" if is_huge else repr(value)[:_SHOWN_CHARACTERS]
        case str():
            text = json.dumps(value)
            return text if len(text) <= _SHOWN_CHARACTERS else f'{text[:_SHOWN_CHARACTERS]}…"'
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def _unknown(key: str, scope: Scope) -> Problem:
    other = Scope.UNIT if scope is Scope.ROOT else Scope.ROOT
    if key in options_of(other):
        return Problem(
            path=(key,),
            message=f"{key} is a key of {_owner(other)}, not of {_owner(scope)}.",
            hint=f"Move it to {_owner(other)}.",
        )
    if scope is Scope.ROOT and key in {"tool", "integrity"}:
        return Problem(
            path=(key,),
            message=f"unknown key {key!r}.",
            hint="In integrity.toml the keys stand at the top, without [tool.integrity].",
        )
    known = sorted(options_of(scope))
    near = nearest(key, known)
    return Problem(
        path=(key,),
        message=f"unknown key {shown(key)}.{near}",
        hint="" if near else f"The keys are: {', '.join(known)}.",
    )


def _owner(scope: Scope) -> str:
    return "the root's configuration" if scope is Scope.ROOT else "a unit's [tool.integrity]"


def _is_scalar(option: Option, value: object) -> bool:
    if option.type is Type.BOOLEAN:
        return isinstance(value, bool)
    if option.type is Type.CHOICE:
        return isinstance(value, str) and value in option.choices
    if option.type is Type.WORKERS and value == "auto":
        return True
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    if option.type is Type.SECONDS:
        return 0 < value <= LONGEST_TIMEOUT_S
    return value >= 0 and value == int(value)


def _list_problems(option: Option, value: object) -> Iterator[Problem]:
    if isinstance(value, str) and option.single:
        value = [value]
    if not isinstance(value, (list, tuple)):
        hint = (
            f"Write {option.name} = [{shown(value)}]."
            if isinstance(value, str)
            else f"For example: {option.name} = {option.example}."
        )
        yield Problem(
            path=(option.name,), message=f"{option.name} has to be {shape(option)}, not {shown(value)}.", hint=hint
        )
        return
    if option.filled and not value:
        yield Problem(
            path=(option.name,), message=f"{option.name} is an empty list.", hint="Name one, or leave the key out."
        )
    for index, item in enumerate(value):
        yield from _string_problems(option, item, (option.name, index))
        if item in value[:index]:
            yield Problem(path=(option.name, index), message=f"{option.name} names {shown(item)} twice.")


def _mapping_problems(option: Option, value: object) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(path=(option.name,), message=f"{option.name} has to be {shape(option)}, not {shown(value)}.")
        return
    for name, content in value.items():
        path = (option.name, name)
        if not _matches(option.pattern, name):
            yield Problem(
                path=path,
                message=f"{shown(name)} in {option.name} {_fault_of_name(option, name)}",
                hint=_hint_for(name),
            )
        if not isinstance(content, str):
            literal = "…" if looks_secret(name) or isinstance(content, (Mapping, list)) else shown(content)
            message = f"{name} in {option.name} has to be a string, not {_kind(content)}."
            yield Problem(path=path, message=message, hint=f'Write it in quotes: {name} = "{literal}".')
        elif "\x00" in content:
            yield Problem(
                path=path, message=f"{name} in {option.name} holds a NUL character, which no environment can hold."
            )


def _string_problems(option: Option, value: object, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if not isinstance(value, str):
        hint = (
            f'Write it in quotes: {option.name} = ["{value}"] (TOML reads 3.10 as 3.1).'
            if isinstance(value, float)
            else ""
        )
        yield Problem(
            path=path,
            message=f"{option.name} has to be {option.shape or shape(option)}, not {shown(value)}.",
            hint=hint,
        )
    elif not _matches(option.pattern, value):
        yield Problem(
            path=path, message=f"{shown(value)} in {option.name} {_fault_of_name(option, value)}", hint=_hint_for(value)
        )


def _matches(pattern: str | None, text: str) -> bool:
    return pattern is None or re.search(pattern, text) is not None


def _fault_of_name(option: Option, value: str) -> str:
    if option.pattern in {VARIABLE_NAME, VARIABLE_GLOB} and re.match(RESERVED, value):
        return "never reaches a unit's tests: the env and the runner decide about it."
    return f"is not {option.shape}."


def _hint_for(value: str) -> str:
    if value.startswith("!"):
        return f"Put {shown(value[1:])} into exclude."
    if "{" in value:
        return "Write one glob for each alternative."
    if "\\" in value:
        return f"Write {shown(value.replace(chr(92), '/'))}."
    return ""


def _kind(value: object) -> str:
    match value:
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case _:
            return shown(value)


def _trimmed(item: str) -> str:
    return item.removeprefix("./").rstrip("/") or "." if "/" in item else item
