"""Crontabs of Celery's beat: which minutes, hours, days and months they mean, and whether they ever come."""

from __future__ import annotations

import ast
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.model import Entry
from integrity.checks.sources.names import UNKNOWN, Names

if TYPE_CHECKING:
    from integrity.checks.sources import Sources

FIELDS = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")  # in the order of crontab's parameters
LOWEST_HIGHEST = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day_of_week": (0, 6),
    "day_of_month": (1, 31),
    "month_of_year": (1, 12),
}
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
Fields = Mapping[str, Any]
_PART = re.compile(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>\d+))?")


class Refused(ValueError):  # noqa: N818 - it says what Celery does
    """A field that Celery refuses; the text says why."""


def crontabs(sources: Sources, names: Names) -> tuple[Entry, ...]:
    """Every crontab of which at least one field is written out: key is its text, value its fields as far as they are known."""
    found = []
    for module in sources.modules:
        if b"crontab" in module.content and b"elery" in module.content and not module.is_test:
            calls = [call for call in module.calls.get("crontab", ()) if module.dotted(call.func).startswith("celery.")]
            constant = partial(names.constant, module)
            found += [Entry(ast.unparse(call), _fields(call, constant), module.place(call), "call") for call in calls]
    return tuple(entry for entry in found if entry.value)


def problem_of(fields: Fields) -> tuple[str, str]:
    """What is wrong with a crontab's fields, and its level; two empty texts where nothing is."""
    try:
        known = {name: _numbers(name, value) for name, value in fields.items()}
    except Refused as refused:
        return str(refused), "error"
    if _never_comes(known):
        return "no month that it names has such a day, so it never fires", "error"
    if "minute" not in fields and any(
        fields.get(name, "*") not in {"*", UNKNOWN} for name in ("hour", "day_of_week", "day_of_month")
    ):
        return "it names no minute, so it fires every minute of that time", "warning"
    return "", ""


def _fields(call: ast.Call, constant: Any) -> dict[str, Any]:
    """The fields that are given; UNKNOWN for those that are computed."""
    if any(each.arg is None for each in call.keywords) or any(isinstance(each, ast.Starred) for each in call.args):
        return {}
    by_position = zip(FIELDS, call.args)  # noqa: B905 - Python 3.9
    given = [*by_position, *((each.arg, each.value) for each in call.keywords if each.arg in FIELDS)]
    values = {str(name): _value(node, constant) for name, node in given}
    return values if any(value is not UNKNOWN for value in values.values()) else {}


def _value(node: ast.expr, constant: Any) -> Any:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        values = [constant(each) for each in node.elts]
        return ",".join(map(str, values)) if all(isinstance(each, (int, str)) for each in values) else UNKNOWN
    value = constant(node)
    return value if isinstance(value, (int, str)) else UNKNOWN


def _never_comes(known: Mapping[str, set[int]]) -> bool:
    days, months = known.get("day_of_month"), known.get("month_of_year")
    return bool(days and months) and all(min(days or ()) > LONGEST.get(month, 31) for month in months or ())


def _numbers(name: str, value: Any) -> set[int]:
    """All numbers that a field means; empty where that is not known."""
    if value is UNKNOWN:
        return set()
    return {number for part in str(value).split(",") for number in _part(name, part.strip())}


def _part(name: str, part: str) -> Iterator[int]:
    lowest, highest = LOWEST_HIGHEST[name]
    match = _PART.fullmatch(part)
    if match is None:
        raise Refused(f"{name} can't be {part!r}, and Celery refuses it")
    if match["step"] is not None and (not int(match["step"]) or (match["first"] != "*" and not match["last"])):
        raise Refused(f"{name} can't have the step of {part!r}, and Celery refuses it")
    first, last = lowest, highest
    if match["first"] != "*":
        first = _number(name, match["first"])
        last = _number(name, match["last"]) if match["last"] else first
    step = int(match["step"] or 1)
    if last < first:  # Celery goes round: fri-mon
        last += highest - lowest + 1
    for number in range(first, last + 1, step):
        yield (number - lowest) % (highest - lowest + 1) + lowest


def _number(name: str, text: str) -> int:
    lowest, highest = LOWEST_HIGHEST[name]
    words = DAYS if name == "day_of_week" else MONTHS if name == "month_of_year" else ()
    if text[:3].lower() in words:
        return words.index(text[:3].lower()) + lowest
    if not text.isdigit() or not lowest <= int(text) <= highest:
        raise Refused(f"{name} has to be {lowest} to {highest}, not {text}, and Celery refuses it")
    return int(text)
