"""How what is wrong with a value is told: the value that a key has to have, the value that it has, and what to write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrity.errors import nearest
from integrity.settings.option import Option, Type
from integrity.settings.patterns import GLOB, IMAGE, SHORT_NEED, VARIABLE_GLOB, VARIABLE_NAME, template
from integrity.settings.variables import RESERVED

LONGEST_TIMEOUT_S = 7 * 24 * 3600
_SHOWN_CHARACTERS = 60
_HUGE = 10**50
_SHAPES = {
    Type.BOOLEAN: "true or false",
    Type.TRUE: "true",
    Type.INTEGER: "a whole number, 0 or more",
    Type.PORT: "a port: a whole number from 1 to 65535",
    Type.SECONDS: f"a number of seconds, more than 0 and at most {LONGEST_TIMEOUT_S} (a week)",
    Type.WORKERS: 'a whole number, 0 or more, or "auto"',
    Type.REGEX: "a regular expression",
    Type.COMMAND: "a command: a string or a list of strings",
    Type.NEEDS: "a list of strings, or a table",
    Type.SERVE: "a table with a command, or a table of such tables",
    Type.KINDS: "a table of tables",
    Type.DECLARED: "a table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one value. `path` leads to it: its key, and below it the name or index where that is known."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""


def shape(option: Option) -> str:
    """What a value of this option has to be, in words."""
    match option.type:
        case Type.CHOICE:
            return " or ".join(f'"{choice}"' for choice in option.choices)
        case Type.STRINGS | Type.PATHS:
            return "a string or a list of strings" if option.single else "a list of strings"
        case Type.MAPPING | Type.READY:
            return f"a table such as {option.example}"
        case Type.PATH | Type.TEXT:
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


def kind_of_value(value: object) -> str:
    """The same for a value that may be a secret, as far as it is no string."""
    match value:
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case _:
            return shown(value)


def fault_of_text(option: Option, text: str) -> str:
    """What is wrong with a string that has not the option's pattern."""
    if option.pattern in {VARIABLE_NAME, VARIABLE_GLOB} and re.match(RESERVED, text):
        return "never reaches a unit's tests: the env and the runner decide about it."
    if option.pattern == IMAGE and re.search(IMAGE, f"{text}:1"):
        return "names neither a tag nor a digest."
    if option.type is Type.KINDS and re.search(SHORT_NEED, text):
        return "is a name that is taken: a kind that ships, or a word of needs."
    return f"is not {option.shape or shape(option)}."


def hint_for_text(option: Option, text: str) -> str:
    """What to write in its place, where that is plain."""
    if option.pattern == IMAGE:
        is_bare = re.search(IMAGE, f"{text}:1") is not None
        return f'Name the tag that you mean, such as "{text}:1".' if is_bare else ""
    if option.pattern == SHORT_NEED:
        has_no_tag = text.endswith(":") and re.search(SHORT_NEED, text[:-1])
        table = "Any other image stands in a table: [tool.integrity.needs.NAME] with image, port and ready."
        return f"Write {shown(text[:-1])}, or a tag behind the colon." if has_no_tag else table
    if option.pattern == GLOB and text.startswith("!"):
        return f"Put {shown(text[1:])} into exclude."
    if option.pattern == GLOB and "{" in text:
        return "Write one glob for each alternative."
    if "\\" in text and option.type in {Type.PATH, Type.PATHS, Type.STRINGS}:
        return f"Write {shown(text.replace(chr(92), '/'))}."
    return ""


def template_problem(option: Option, text: str, path: tuple[str | int, ...]) -> Problem | None:
    """What is wrong with the braces of a string; None where each holds a placeholder of the option, or where it has none."""
    if not option.placeholders or re.search(template(option.placeholders), text):
        return None
    if "\x00" in text:
        return Problem(path=path, message=f"{option.name} holds a NUL character.")
    listed = " ".join(f"{{{name}}}" for name in option.placeholders)
    wrong = next(part for part in re.findall(r"\{\{|\}\}|\{[^{}]*\}|[{}]", text) if not _is_known(option, part))
    if len(wrong) == 1:
        message = f"{option.name} has a {wrong} without its other half."
    else:
        name = re.sub(r"\W.*", "", wrong[1:-1], flags=re.DOTALL)
        near = nearest(name, {known.partition(":")[0] for known in option.placeholders} - {name})
        message = f"{shown(wrong)[1:-1]} in {option.name} is no placeholder.{near}"
    return Problem(path=path, message=message, hint=f"Known are {listed}; a brace that stands for itself is doubled.")


def _is_known(option: Option, part: str) -> bool:
    return part in {"{{", "}}"} or re.search(template(option.placeholders), part) is not None
