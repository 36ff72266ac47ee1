"""A field of a model as plain values, and what must hold between its default, its choices and its width."""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterator, NamedTuple

from integrity.checks.model import Examined, Finding, Place


class ModelField(NamedTuple):
    """One field. `label` is `module.Model.field`.

    `choices` are the values it may have, as written; None where it has none or they are not known. `width` is the
    longest text that its column takes; `longest` is None where texts don't count. `default` stands in a tuple of
    one; () means none, or not known. `words` says what the choices are: `choices`, or an Enum's `names`.
    """

    label: str
    choices: tuple[Any, ...] | None = None
    default: tuple[Any, ...] = ()
    width: int | None = None
    place: Place | None = None
    sources: tuple[Place, ...] = ()
    words: str = "choices"
    finds_doubles: bool = False


class Fields(NamedTuple):
    """The fields of a unit. `passed_over` are entries of findings that another check has made."""

    fields: tuple[ModelField, ...]
    notes: tuple[str, ...] = ()
    passed_over: frozenset[str] = frozenset()


def judge_fields(material: Fields) -> Examined:
    """MIG104."""
    findings = [
        finding
        for field in material.fields
        for finding in _problems(field)
        if finding.entry not in material.passed_over
    ]
    return Examined(len(material.fields), tuple(findings), material.notes)


def spoiled_fields(material: Fields) -> Iterator[Fields]:
    """Each with one field of another name whose default isn't among its choices, or is too long."""
    for field in [field for field in material.fields if field.choices or field.width is not None][:3]:
        wrong = field._replace(label=f"{field.label}_spoiled", default=("\0" * ((field.width or 0) + 1),))
        yield material._replace(fields=(*material.fields, wrong))


def _problems(field: ModelField) -> Iterator[Finding]:
    name = field.label.rpartition(".")[2]
    texts = [value for value in field.choices or () if isinstance(value, str)]
    for default in field.default:
        if field.choices is not None and not any(_same(default, choice) for choice in field.choices):
            message = f"The default of {name} is {default!r}, which is not among its {field.words}: rows get a value that nothing expects."
            yield _finding(field, f"{field.label} default", message, f"Make the default one of its {field.words}.")
        elif (
            field.choices is None
            and field.width is not None
            and isinstance(default, str)
            and len(default) > field.width
        ):
            message = f"The default of {name} has {len(default)} characters, but its column takes {field.width}."
            yield _finding(field, f"{field.label} default", message, "Make the column wider, or the default shorter.")
    long = sorted((text for text in texts if field.width is not None and len(text) > field.width), key=len)
    if long:
        message = f"The choice {long[-1]!r} of {name} has {len(long[-1])} characters, but its column takes {field.width}: it can't be stored."
        yield _finding(field, f"{field.label} width", message, f"Give it max_length={len(long[-1])} or more.")
    if field.finds_doubles:
        yield from _doubles(field, name)


def _doubles(field: ModelField, name: str) -> Iterator[Finding]:
    for value, times in Counter(map(repr, field.choices or ())).items():
        if times > 1:
            message = f"The choices of {name} hold {value} {times} times: only one of its labels is ever shown."
            yield _finding(field, f"{field.label} {value}", message, "Remove all but one.")


def _finding(field: ModelField, entry: str, message: str, hint: str) -> Finding:
    places = (field.place, *field.sources) if field.place is not None else field.sources
    return Finding("MIG104", entry, message, hint, places)


def _same(default: Any, choice: Any) -> bool:
    """Whether a default is this choice, once the field has made it its own type."""
    if default is choice:
        return True
    try:
        return bool(default == choice) or str(default) == str(choice)
    except Exception:  # noqa: BLE001 - whatever a value's own comparison raises
        return False
