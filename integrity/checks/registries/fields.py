"""REG120, REG121: what the fields of an entry have to be, by themselves and against each other."""

from __future__ import annotations

import difflib
import operator
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Sequence

from integrity.checks.case import Check
from integrity.checks.model import CannotExamine, Entry, Examined, Finding
from integrity.checks.registries.keys import identity, named, shown, shown_field
from integrity.checks.registries.limits import refuse_rules
from integrity.checks.registries.reading import Arguments, Unread
from integrity.checks.registries.spoiling import changed_one, with_entries, with_field
from integrity.checks.registries.view import View, absent_field, field_of

_TYPES: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, (list, tuple, set, frozenset)),
    "table": lambda value: isinstance(value, Mapping),
    "date": lambda value: isinstance(value, date) or (isinstance(value, str) and _is_date(value)),
    "callable": callable,
}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_OPERATOR = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*")
_OPERAND = re.compile(r"-?\d+(\.\d+)?|[A-Za-z_][\w.-]*")
_NEAR = 0.8


@dataclass(frozen=True)
class Rules:
    """What fields have to be: `required` ones, and the rules of each, as the keys of `fields` say."""

    required: tuple[str, ...] = ()
    fields: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def by_name(self) -> dict[str, Mapping[str, Any]]:
        """All fields with their rules; a required one has at least that."""
        rules: dict[str, Mapping[str, Any]] = {name: {} for name in self.required}
        return {**rules, **(self.fields or {})}


def bad_fields(registry: str, rules: Rules) -> Check:
    """The check for fields that are missing, misspelt or not what they have to be."""

    def judge(view: View) -> Examined:
        refuse_rules(registry, rules.fields or {})
        findings = [finding for entry in view.entries for finding in _of_entry(registry, rules, entry)]
        findings += [absent_field("REG120", registry, view, name) for name in _idle(rules, view)]
        return Examined(sum(_is_read(entry, rules) for entry in view.entries), tuple(findings))

    def spoiled(view: View) -> Iterator[View]:
        for name, rule in rules.by_name.items():
            yield with_entries(view, (*view.entries, _spoilt(name, rule)))

    return Check("REG120", judge, spoiled)


class Comparison(NamedTuple):
    """One comparison of a relation: two operands (a field, or a number) and the sign between."""

    left: str
    sign: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


def comparisons(registry: str, relations: Sequence[str]) -> tuple[Comparison, ...]:
    """The comparisons of `a <= b < c` and the like. Raises CannotExamine (REG121) for what is none."""
    found: list[Comparison] = []
    for text in relations:
        parts = _OPERATOR.split(text.strip())
        operands = parts[::2]
        if len(operands) < len(("left", "right")) or not all(_OPERAND.fullmatch(each) for each in operands):
            message = f"The relation {text!r} of {registry} is no comparison of fields."
            raise CannotExamine(
                Finding("REG121", text, message, 'Write it like "min_delay <= max_delay".', registry=registry)
            )
        found += [Comparison(*parts[index : index + 3]) for index in range(0, len(parts) - 2, 2)]
    return tuple(found)


def relations(registry: str, wanted: Sequence[str]) -> Check:
    """The check for comparisons that have to hold in each entry that has both fields."""

    def judge(view: View) -> Examined:
        pairs = [
            (entry, comparison, values)
            for comparison in comparisons(registry, wanted)
            for entry in view.entries
            if (values := _operands(entry, comparison)) is not None
        ]
        findings = [
            _contradiction(registry, entry, comparison, values)
            for entry, comparison, values in pairs
            if not _holds(comparison, values)
        ]
        read = {comparison for _, comparison, _ in pairs}
        findings += [
            absent_field("REG121", registry, view, name)
            for comparison in comparisons(registry, wanted)
            if comparison not in read
            for name in (comparison.left, comparison.right)
            if view.entries
            if not _is_number(name) and not any(field_of(entry, name)[0] for entry in view.entries)
        ]
        return Examined(len(pairs), tuple(findings))

    def spoiled(view: View) -> Iterator[View]:
        for comparison in comparisons(registry, wanted):

            def spoil(entry: Entry, comparison: Comparison = comparison) -> Entry | None:
                return _contradicted(entry, comparison)

            yield next(changed_one(view, spoil), view)  # what no value can contradict, cannot fail

    return Check("REG121", judge, spoiled)


def _is_read(entry: Entry, rules: Rules) -> bool:
    """Whether any of the rules can be judged of an entry."""
    return not isinstance(entry.value, Unread) or ("key" in rules.by_name and not isinstance(entry.key, Unread))


def _idle(rules: Rules, view: View) -> Iterator[str]:
    """The optional fields that surely no entry has, nor has one in its place that is almost called so."""
    if any(isinstance(entry.value, (Arguments, Unread)) for entry in view.entries):
        return  # what isn't written there may have a default
    keys = [key for entry in view.entries if isinstance(entry.value, dict) for key in entry.value]
    others = {key for key in keys if isinstance(key, str) and key not in rules.by_name}
    for name, rule in rules.by_name.items():
        is_absent = bool(view.entries) and not any(field_of(entry, name)[0] for entry in view.entries)
        if is_absent and rule.get("optional") and not difflib.get_close_matches(name, others, n=1, cutoff=_NEAR):
            yield name


def _of_entry(registry: str, rules: Rules, entry: Entry) -> Iterator[Finding]:
    for name, rule in rules.by_name.items():
        there, value = field_of(entry, name)
        if not there:
            if not rule.get("optional") and not isinstance(entry.value, (Arguments, Unread)):
                yield _missing(registry, rules, entry, name)
        elif not isinstance(value, Unread) and (what := _wrong(name, value, rule, entry.key)):
            yield _finding(registry, entry, name, f"{shown(entry.key)} of {registry}: {name} {what}.", "Correct it.")
    if isinstance(entry.value, dict):
        yield from _misspelt(registry, rules, entry)


def _missing(registry: str, rules: Rules, entry: Entry, name: str) -> Finding:
    own = (
        [key for key in entry.value if isinstance(key, str) and key not in rules.by_name]
        if isinstance(entry.value, dict)
        else []
    )
    near = difflib.get_close_matches(name, own, n=1, cutoff=_NEAR)
    hint = f"Did you mean it by {near[0]!r}?" if near else f"Add {name} to it."
    return _finding(registry, entry, name, f"{shown(entry.key)} of {registry} lacks the field {name!r}.", hint)


def _misspelt(registry: str, rules: Rules, entry: Entry) -> Iterator[Finding]:
    absent = [name for name, rule in rules.by_name.items() if name not in entry.value and rule.get("optional")]
    for key in entry.value:
        near = (
            difflib.get_close_matches(key, absent, n=1, cutoff=_NEAR)
            if isinstance(key, str) and key not in rules.by_name
            else []
        )
        if near:
            message = f"{shown(entry.key)} of {registry} has the unknown field {key!r}, so {near[0]!r} has no effect."
            yield _finding(registry, entry, key, message, f"Did you mean {near[0]!r}?")


def _wrong(name: str, value: Any, rule: Mapping[str, Any], key: Any = None) -> str:
    """What is wrong with a field's value in the entry of a key; "" for nothing."""
    wanted = rule.get("type")
    if wanted is not None and not _TYPES[wanted](value):
        return f"has to be of type {wanted}, not {type(value).__name__}"
    if "choices" in rule and identity(value) not in {identity(each) for each in rule["choices"]}:
        return f"is {shown_field(name, value, key)}, which is none of {', '.join(map(shown, rule['choices']))}"
    if "matches" in rule and (not isinstance(value, str) or re.fullmatch(rule["matches"], value) is None):
        return f"is {shown_field(name, value, key)}, which doesn't match {rule['matches']}"
    size = len(value) if isinstance(value, (str, list, tuple, dict)) else value
    what = "its length" if isinstance(value, (str, list, tuple, dict)) else "it"
    for limit, holds, word in (("min", operator.ge, "at least"), ("max", operator.le, "at most")):
        if limit in rule and (not isinstance(size, (int, float)) or not holds(size, rule[limit])):
            return f"is {shown_field(name, value, key)}; {what} has to be {word} {rule[limit]}"
    return ""


def _spoilt(name: str, rule: Mapping[str, Any]) -> Entry:
    """An entry that breaks the rule of a field: with a wrong value, without the field, or with it misspelt."""
    empty = Entry("integrity", {})
    wrong: list[Any] = [
        object(),
        "\0",
        *(rule[limit] + sign for limit, sign in (("min", -1), ("max", 1)) if limit in rule),
    ]
    for value in wrong:
        if _wrong(name, value, rule):
            return with_field(empty, name, value)
    return with_field(empty, f"{name}s", 1) if rule.get("optional") else empty


def _operands(entry: Entry, comparison: Comparison) -> tuple[Any, Any] | None:
    values = [_operand(entry, text) for text in (comparison.left, comparison.right)]
    return None if any(each is None or isinstance(each, Unread) for each in values) else (values[0], values[1])


def _operand(entry: Entry, text: str) -> Any:
    if _is_number(text):
        return float(text) if "." in text else int(text)
    return field_of(entry, text)[1]


def _holds(comparison: Comparison, values: tuple[Any, Any]) -> bool:
    try:
        return bool(_OPERATORS[comparison.sign](*values))
    except TypeError:
        return False


def _contradiction(registry: str, entry: Entry, comparison: Comparison, values: tuple[Any, Any]) -> Finding:
    sides = zip((comparison.left, comparison.right), values)  # noqa: B905 - Python 3.9
    given = ", ".join(
        f"{text} is {shown_field(text, value, entry.key)}" for text, value in sides if not _is_number(text)
    )
    message = f"{shown(entry.key)} of {registry} contradicts {comparison}: {given}."
    return _finding(registry, entry, str(comparison), message, "Correct one of the two.")


def _contradicted(entry: Entry, comparison: Comparison) -> Entry | None:
    values = _operands(entry, comparison)
    if values is None or not _holds(comparison, values):
        return None
    name, other = (comparison.left, values[1]) if not _is_number(comparison.left) else (comparison.right, values[0])
    step: Any = timedelta(1) if isinstance(other, date) else "x" if isinstance(other, str) else 1
    for wrong in (other, _less(other, step), _more(other, step)):
        spoilt = with_field(entry, name, wrong)
        operands = _operands(spoilt, comparison)
        if operands is not None and not _holds(comparison, operands):
            return spoilt
    return None


def _is_number(text: str) -> bool:
    return text[0].isdigit() or text[0] == "-"


def _less(value: Any, step: Any) -> Any:
    return "" if isinstance(value, str) else value - step


def _more(value: Any, step: Any) -> Any:
    return value + step


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _finding(registry: str, entry: Entry, name: str, message: str, hint: str) -> Finding:
    code = "REG121" if _OPERATOR.search(name) else "REG120"
    places = (entry.place,) if entry.place is not None else ()
    return Finding(code, f"{named(entry.key)}/{name}", message, hint, places, registry)
