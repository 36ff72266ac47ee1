"""Judges options that are tables with keys of their own: `needs`, `serve`, `kinds`, `ready` inside of them, and what is declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from integrity.errors import nearest
from integrity.settings.declared import declared_problems
from integrity.settings.option import Option, Type
from integrity.settings.patterns import NAME, TAG
from integrity.settings.service_keys import SERVE_KEYS
from integrity.settings.wording import Problem, fault_of_text, shape, shown

if TYPE_CHECKING:
    Path = tuple[str, ...]

Judge = Callable[[Option, object], Iterator[Problem]]

MISSING = {
    "command": 'Add what starts it, such as command = "uvicorn billing.asgi:app --port {port}".',
    "image": 'Add it with its tag, such as image = "mongo:8".',
    "port": "Add the port on which the server listens inside of its container, such as port = 9200.",
    "ready": (
        'Say how it is seen: ready = { http = "/path" }, { log = "regular expression" }, { exec = "command" }, '
        "{ health = true } or { tcp = 1234 }."
    ),
    "url": 'Add how it is made, such as url = "http://{host}:{port}".',
}
_BESIDE = "port"  # of the keys of `ready` the one that only says more about another


def table_problems(option: Option, value: object, judge: Judge) -> Iterator[Problem]:
    """What is wrong with the table; `judge` judges its plain values. Lists of short forms are judged elsewhere."""
    path = (option.name,)
    if option.type is Type.DECLARED:
        yield from declared_problems(option, value)
    elif not isinstance(value, Mapping):
        message = f"{option.name} has to be {shape(option)}, not {shown(value)}."
        yield Problem(path=path, message=message, hint=f"For example: {option.name} = {option.example}.")
    elif option.type is Type.READY:
        yield from _ready_problems(option, value, path, judge)
    elif option.type is Type.SERVE and is_one_process(value):
        yield from _keyed_problems(option, value, path, judge)
    else:
        for name, content in value.items():
            yield from _named_problems(option, name, content, judge)


def is_one_process(serve: Mapping[str, Any]) -> bool:
    """Whether a `serve` is one process, and no table of processes by name."""
    return any(key.name in serve for key in SERVE_KEYS)


def _named_problems(option: Option, name: str, content: object, judge: Judge) -> Iterator[Problem]:
    path = (option.name, name)
    if not re.search(NAME if option.type is Type.NEEDS else str(option.pattern), name):
        fault = "is not a name: letters, digits, '-' and '_', starting with a letter."
        fault = fault if option.type is Type.NEEDS else fault_of_text(option, name)
        yield Problem(path=path, message=f"{shown(name)} in {option.name} {fault}")
    elif isinstance(content, Mapping):
        yield from _keyed_problems(option, content, path, judge)
    elif option.type is Type.NEEDS:
        yield from _tag_problems(name, content)
    elif option.type is Type.SERVE:
        yield _unknown(option, name, path[:1])
    else:
        yield Problem(path=path, message=f"{'.'.join(path)} has to be a table, not {shown(content)}.")


def _tag_problems(name: str, content: object) -> Iterator[Problem]:
    path = ("needs", name)
    if isinstance(content, str) and re.search(TAG, content):
        return
    hint = ""
    if isinstance(content, (int, float)) and not isinstance(content, bool):
        hint = f'Write it in quotes: {name} = "{shown(content)}"{" (TOML reads 3.10 as 3.1)" if isinstance(content, float) else ""}.'
    elif isinstance(content, str) and ":" in content:
        hint = f'A string is only a tag, of the kind that the key names; write {name} = {{ kind = "…", image = {shown(content)} }}.'
    yield Problem(
        path=path, message=f'needs.{name} has to be a tag such as "17", or a table, not {shown(content)}.', hint=hint
    )


def _keyed_problems(option: Option, table: Mapping[str, Any], path: Path, judge: Judge) -> Iterator[Problem]:
    """What is wrong with a table that has the option's keys."""
    known = {key.name: key for key in option.keys}
    for name, value in table.items():
        if name not in known:
            yield _unknown(option, name, path)
        elif known[name].type is Type.READY and isinstance(value, Mapping):
            yield from _ready_problems(known[name], value, (*path, name), judge)
        else:
            yield from (_below(path, problem) for problem in judge(known[name], value))
    for name in option.required:
        if name not in table:
            yield Problem(path=path, message=f"{'.'.join(path)} has no {name}.", hint=MISSING[name])


def _ready_problems(option: Option, value: Mapping[str, Any], path: Path, judge: Judge) -> Iterator[Problem]:
    yield from _keyed_problems(option, value, path, judge)
    ways = [key.name for key in option.keys if key.name != _BESIDE]
    given = [name for name in ways if name in value]
    if len(given) != 1:
        names = " and ".join(given) or "none"
        message = f"{'.'.join(path)} has to hold exactly one of {', '.join(ways)}; it holds {names}."
        yield Problem(path=path, message=message, hint=f"For example: ready = {option.example}.")
    elif _BESIDE in value and given != ["http"]:
        message = f"{'.'.join(path)}: {_BESIDE} says only of http which port is asked."
        yield Problem(path=(*path, _BESIDE), message=message, hint="Take it out.")


def _unknown(option: Option, name: str, path: Path) -> Problem:
    known = [key.name for key in option.keys]
    near = nearest(name, known)
    message = f"{'.'.join(path)}: unknown key {shown(name)}.{near}"
    return Problem(path=(*path, name), message=message, hint="" if near else f"The keys are: {', '.join(known)}.")


def _below(path: Path, problem: Problem) -> Problem:
    return replace(problem, path=(*path, *problem.path), message=f"{'.'.join(path)}: {problem.message}")
