"""What a unit declares: `registries`, `checks` and `exceptions` of its `[tool.integrity]`, judged by the families' keys.

The runner's settings judge the same tables with the same functions, and know the lines.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Sequence

from integrity.checks import families
from integrity.checks.key import SHAPES, Key

TABLES = (families.REGISTRIES, "checks", "exceptions")
SHOWN_CHARACTERS = 60
PROFILES = ("ci", "local")
EXCEPTION = Key(
    "exceptions",
    "listed",
    "Findings that are meant; each needs a reason.",
    example='[{ code = "REG102", entry = "trial", reason = "both plans are free" }]',
    keys=(
        Key("code", "text", "The finding's code.", '"REG102"', required=True),
        Key("registry", "text", "Only findings of this registry; `*` stands for anything.", '"plans"'),
        Key("entry", "text", "Only findings about this entry; `*` stands for anything.", '"trial"'),
        Key("path", "text", "Only findings in files of this glob, relative to the unit.", '"legacy/**"'),
        Key("reason", "text", "Why it is meant.", '"both plans are free"', required=True),
        Key("until", "date", "The last day on which it holds.", "2027-01-31"),
    ),
)


class WrongDeclaration(Exception):  # noqa: N818 - it names what is wrong
    """The tables are wrong by themselves; the text says each problem in a line."""


class Problem(NamedTuple):
    """What is wrong with one value; `path` leads to it."""

    path: tuple[Any, ...]
    message: str
    hint: str = ""


def key_of(table: str) -> Key:
    """The key of one of TABLES, with all keys below it."""
    if table == "exceptions":
        return EXCEPTION
    if table == families.REGISTRIES:
        keys = families.keys(families.REGISTRIES)
        doc = "The registries of the unit, by name: where each stands, and what must hold for it."
        return Key(table, "named", doc, '{ plans = "billing.choices:PLANS" }', keys=keys, short="target")
    tables = tuple(_family_key(family) for family in families.FAMILIES if family != families.REGISTRIES)
    return Key(table, "table", "Families of checks; each is a table.", "{ env = {} }", keys=tables)


def _family_key(family: str) -> Key:
    keys = families.keys(family)
    if family in families.NAMED:
        doc = f"The {family} of the unit, by name, and what must hold for each."
        return Key(family, "named", doc, keys=keys, short=next((key.name for key in keys if key.required), ""))
    return Key(
        family, "table", f"What is checked of the unit's {family}; an empty table declares it as it is.", keys=keys
    )


def problems(table: str, value: object) -> list[Problem]:
    """What is wrong with the value of one of TABLES."""
    return list(_problems(key_of(table), value, (table,)))


def filled(table: str, value: Any) -> Any:
    """A value without problems with short forms written out."""
    return _filled(key_of(table), value)


def _problems(key: Key, value: object, path: tuple[Any, ...]) -> Iterator[Problem]:
    if key.shape in {"table", "named", "listed"}:
        yield from _table_problems(key, value, path)
    elif not _fits(key, value):
        shape = " or ".join(f'"{choice}"' for choice in key.choices) or SHAPES[key.shape]
        hint = f"For example: {key.name} = {key.example}." if key.example else ""
        yield Problem(path, f"{path[-1]} has to be {shape}, not {_shown(value)}.", hint)


def _table_problems(key: Key, value: object, path: tuple[Any, ...]) -> Iterator[Problem]:
    if key.shape == "listed" and isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _keyed_problems(key, item, (*path, index))
    elif key.shape == "named" and isinstance(value, Mapping):
        for name, item in value.items():
            yield from _keyed_problems(key, item, (*path, name))
    elif key.shape == "table":
        yield from _keyed_problems(key, value, path)
    else:
        hint = f"For example: {key.name} = {key.example}." if key.example else ""
        yield Problem(path, f"{path[-1]} has to be {SHAPES[key.shape]}, not {_shown(value)}.", hint)


def _keyed_problems(key: Key, value: object, path: tuple[Any, ...]) -> Iterator[Problem]:
    if key.short and not isinstance(value, Mapping):
        value = {key.short: value}
    if not isinstance(value, Mapping):
        yield Problem(path, f"{path[-1]} has to be a table, not {_shown(value)}.")
        return
    known = {each.name: each for each in key.keys}
    for name, content in value.items():
        if name in known:
            yield from _problems(known[name], content, (*path, name))
        else:
            near = difflib.get_close_matches(str(name), list(known), n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"The keys are: {', '.join(known)}."
            yield Problem((*path, name), f"unknown key {_shown(name)}.", hint)
    for each in key.keys:
        if each.required and each.name not in value:
            yield Problem(path, f"{each.name} is missing.", f"Add it, such as {each.name} = {each.example}.")
        if each.name in value and each.beside and not any(name in value for name in each.beside):
            *others, last = each.beside
            needed = " or ".join([*([", ".join(others)] if others else []), last])
            yield Problem(
                (*path, each.name), f"{each.name} says nothing without {needed}.", "Add that, or strike it off."
            )


def _fits(key: Key, value: object) -> bool:
    """Whether a value that is no table has the key's shape. `any` always fits."""
    if key.shape in {"texts", "targets"}:
        items = [value] if isinstance(value, str) else value
        return isinstance(items, Sequence) and all(_fits(key._replace(shape=key.shape[:-1]), item) for item in items)
    if key.shape in {"choice", "profiled"}:
        by_profile = value if key.shape == "profiled" and isinstance(value, Mapping) else {}
        return set(by_profile) <= set(PROFILES) and all(each in key.choices for each in by_profile.values() or [value])
    return _PLAIN[key.shape](value) if key.shape in _PLAIN else True


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_target(value: object) -> bool:
    """A text, or in Python the object itself."""
    return _is_text(value) if isinstance(value, str) else not isinstance(value, (bool, int, float))


def _is_mapping_of_texts(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(item, str) for pair in value.items() for item in pair)


_PLAIN: Mapping[str, Callable[[object], bool]] = {
    "text": _is_text,
    "target": _is_target,
    "mapping": _is_mapping_of_texts,
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "date": lambda value: isinstance(value, dt.date) and not isinstance(value, dt.datetime),
    "object": lambda value: isinstance(value, Mapping),
}


def _filled(key: Key, value: Any) -> Any:
    if key.shape == "listed":
        return [_filled(key._replace(shape="table"), item) for item in value]
    if key.shape == "named":
        return {name: _filled(key._replace(shape="table"), item) for name, item in value.items()}
    if key.shape != "table":
        return [value] if key.shape in {"texts", "targets"} and isinstance(value, str) else value
    given = value if isinstance(value, Mapping) else {key.short: value}
    known = {each.name: each for each in key.keys}
    return {name: _filled(known[name], content) for name, content in given.items()}


def _shown(value: object) -> str:
    text = re.sub(r"\s+", " ", repr(value))
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}..."
