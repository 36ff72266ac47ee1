"""Judges values against the table of options. Pure: where a value stands and what exists on disk is known elsewhere."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, assert_never

from integrity.errors import nearest
from integrity.model.secret import looks_secret
from integrity.settings.option import Option, Scope, Type
from integrity.settings.options import options_of
from integrity.settings.patterns import COMMAND_LINE
from integrity.settings.tables import table_problems
from integrity.settings.wording import (
    LONGEST_TIMEOUT_S,
    Problem,
    fault_of_text,
    hint_for_text,
    kind_of_value,
    shape,
    shown,
    template_problem,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_LAST_PORT = 65535
_CONVERSIONS: Mapping[Type, Callable[[Any], Any]] = {
    Type.MAPPING: dict,
    Type.SECONDS: float,
    Type.INTEGER: int,
    Type.PORT: int,
    Type.WORKERS: int,
}


def problems(table: Mapping[str, Any], scope: Scope) -> Iterator[Problem]:
    """What is wrong with the values of a `[tool.integrity]` of this scope, each by itself, in the order of its keys."""
    known = options_of(scope)
    for key, value in table.items():
        if key in known:
            yield from value_problems(known[key], value)
        else:
            yield _unknown(key, scope)


def value_problems(option: Option, value: object) -> Iterator[Problem]:
    """What is wrong with one value of an option; a list or table may have several problems."""
    match option.type:
        case Type.NEEDS if not isinstance(value, Mapping):
            yield from _list_problems(option, value)
        case Type.STRINGS | Type.PATHS:
            yield from _list_problems(option, value)
        case Type.MAPPING:
            yield from _mapping_problems(option, value)
        case Type.PATH | Type.TEXT | Type.REGEX:
            yield from _string_problems(option, value, (option.name,))
        case Type.COMMAND:
            yield from _command_problems(option, value)
        case Type.READY | Type.NEEDS | Type.SERVE | Type.KINDS | Type.DECLARED:
            yield from table_problems(option, value, value_problems)
        case Type.BOOLEAN | Type.TRUE | Type.INTEGER | Type.PORT | Type.SECONDS | Type.WORKERS | Type.CHOICE:
            yield from _scalar_problems(option, value)
        case _:
            assert_never(option.type)


def converted(option: Option, value: Any) -> Any:
    """A value without problems as its field holds it: lists as tuples, seconds as float; tables stay as they are."""
    match option.type:
        case Type.STRINGS | Type.PATHS:
            items = (value,) if isinstance(value, str) else value
            return tuple(_trimmed(item) for item in items)
        case Type.COMMAND:
            return tuple(shlex.split(value) if isinstance(value, str) else value)
        case Type.WORKERS if isinstance(value, str):
            return value
        case _:
            return _CONVERSIONS.get(option.type, _unchanged)(value)


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


def _scalar_problems(option: Option, value: object) -> Iterator[Problem]:
    match option.type:
        case Type.BOOLEAN:
            is_right = isinstance(value, bool)
        case Type.TRUE:
            is_right = value is True
        case Type.CHOICE:
            is_right = isinstance(value, str) and value in option.choices
        case _:
            is_right = (option.type is Type.WORKERS and value == "auto") or _is_number(option, value)
    if not is_right:
        yield _of_wrong_shape(option, value)


def _is_number(option: Option, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if isinstance(value, float) and not math.isfinite(value):  # a whole number may be too large to be asked
        return False
    if option.type is Type.SECONDS:
        return 0 < value <= LONGEST_TIMEOUT_S
    if option.type is Type.PORT:
        return 1 <= value <= _LAST_PORT and value == int(value)
    return value >= 0 and value == int(value)


def _of_wrong_shape(option: Option, value: object, hint: str = "") -> Problem:
    is_said = "" if option.hidden else f", not {shown(value)}"
    message = f"{option.name} has to be {shape(option)}{is_said}."
    return Problem(path=(option.name,), message=message, hint=hint)


def _list_problems(option: Option, value: object) -> Iterator[Problem]:
    if isinstance(value, str) and option.single:
        value = [value]
    if not isinstance(value, (list, tuple)):
        example = f"For example: {option.name} = {option.example}."
        yield _of_wrong_shape(
            option, value, f"Write {option.name} = [{shown(value)}]." if isinstance(value, str) else example
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
        yield _of_wrong_shape(option, value)
        return
    for name, content in value.items():
        path = (option.name, name)
        if not _matches(option.pattern, name):
            message = f"{shown(name)} in {option.name} {fault_of_text(option, name)}"
            yield Problem(path=path, message=message, hint=hint_for_text(option, name))
        if not isinstance(content, str):
            literal = "…" if looks_secret(name) or isinstance(content, (Mapping, list)) else shown(content)
            message = f"{name} in {option.name} has to be a string, not {kind_of_value(content)}."
            yield Problem(path=path, message=message, hint=f'Write it in quotes: {name} = "{literal}".')
        elif "\x00" in content:
            message = f"{name} in {option.name} holds a NUL character, which no environment can hold."
            yield Problem(path=path, message=message)
        elif problem := template_problem(option, content, path):
            yield problem


def _string_problems(option: Option, value: object, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if not isinstance(value, str):
        hint = (
            f'Write it in quotes: {option.name} = ["{value}"] (TOML reads 3.10 as 3.1).'
            if isinstance(value, float) and option.type is Type.STRINGS
            else ""
        )
        message = f"{option.name} has to be {option.shape or shape(option)}, not {kind_of_value(value) if option.hidden else shown(value)}."
        yield Problem(path=path, message=message, hint=hint)
    elif not _matches(option.pattern, value):
        what = "what stands" if option.hidden else shown(value)
        message = f"{what} in {option.name} {fault_of_text(option, value)}"
        yield Problem(path=path, message=message, hint="" if option.hidden else hint_for_text(option, value))
    elif option.type is Type.REGEX and (reason := _fault_of_regex(value)):
        yield Problem(path=path, message=f"{shown(value)} in {option.name} is no regular expression: {reason}.")
    elif problem := template_problem(option, value, path):
        yield problem


def _command_problems(option: Option, value: object) -> Iterator[Problem]:
    if not isinstance(value, (str, list, tuple)):
        yield _of_wrong_shape(option, value)
    elif not value:
        yield Problem(
            path=(option.name,), message=f"{option.name} is empty.", hint="Name a command, or leave the key out."
        )
    elif isinstance(value, str) and not _matches(COMMAND_LINE, value):
        message = f"{shown(value)} in {option.name} is no command: it is blank, or a quote or a backslash ends nowhere."
        yield Problem(
            path=(option.name,), message=message, hint="Write it as a list of strings, which needs no quotes."
        )
    elif isinstance(value, str):
        if problem := template_problem(option, value, (option.name,)):
            yield problem
    else:
        for index, item in enumerate(value):
            yield from _string_problems(option, item, (option.name, index))


def _matches(pattern: str | None, text: str) -> bool:
    return pattern is None or re.search(pattern, text) is not None


def _fault_of_regex(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    return ""


def _unchanged(value: Any) -> Any:
    return value


def _trimmed(item: str) -> str:
    return item.removeprefix("./").rstrip("/") or "." if "/" in item else item
