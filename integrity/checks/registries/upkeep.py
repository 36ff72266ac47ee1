"""REG150, REG160, REG161: the order of entries, their dates and their owners."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Iterator, NamedTuple

from integrity.checks.case import Check
from integrity.checks.model import Entry, Examined, Finding
from integrity.checks.registries.keys import named, shown
from integrity.checks.registries.reading import Unread
from integrity.checks.registries.spoiling import changed_one, with_entries, with_field
from integrity.checks.registries.view import View, field_of

_NOBODY = frozenset(["", "?", "-", "todo", "tbd", "none", "nobody", "unknown", "fixme"])


class Dated(NamedTuple):
    """A view and the day on which it is looked at."""

    view: View
    today: date


def order(registry: str, by: str) -> Check:
    """The check for entries that stand behind one that sorts after them."""
    name = by.lstrip("-")
    descends = by.startswith("-")

    def judge(view: View) -> Examined:
        sortable = [(entry, value) for entry in view.written for value in _sortable(entry, name)]
        findings = [
            _misplaced(registry, entry, before, name)
            for (before, low), (entry, high) in zip(sortable, sortable[1:])  # noqa: B905, RUF007 - Python 3.9
            if (_is_less(low, high) if descends else _is_less(high, low))
        ]
        return Examined(len(sortable), tuple(findings))

    def spoiled(view: View) -> Iterator[View]:
        pair = [with_field(Entry(f"integrity{number}", {}), name, number) for number in (1, 2)]
        yield with_entries(view, pair if descends else pair[::-1])

    return Check("REG150", judge, spoiled)


def expired(registry: str, field: str, warning_days: float) -> Check:
    """The check for entries whose date is over, or near. Its material is Dated."""

    def judge(dated: Dated) -> Examined:
        dates = [(entry, value) for entry in dated.view.entries for value in _dates(entry, field)]
        findings = [
            finding
            for entry, value in dates
            for finding in _due(registry, field, (entry, value), (dated.today, warning_days))
        ]
        return Examined(len(dates), tuple(findings))

    def spoiled(dated: Dated) -> Iterator[Dated]:
        yesterday = dated.today - timedelta(1)

        def spoil(entry: Entry) -> Entry | None:
            return with_field(entry, field, yesterday) if _dates(entry, field) else None

        for view in changed_one(dated.view, spoil):
            yield Dated(view, dated.today)

    return Check("REG160", judge, spoiled)


def owners(registry: str, field: str) -> Check:
    """The check for entries that name no owner."""

    def judge(view: View) -> Examined:
        entries = [entry for entry in view.entries if not isinstance(field_of(entry, field)[1], Unread)]
        return Examined(
            len(entries), tuple(_ownerless(registry, field, entry) for entry in entries if _is_ownerless(entry, field))
        )

    def spoiled(view: View) -> Iterator[View]:
        return changed_one(view, lambda entry: with_field(entry, field, ""))

    return Check("REG161", judge, spoiled)


def _sortable(entry: Entry, name: str) -> list[Any]:
    there, value = field_of(entry, name)
    return [value] if there and not isinstance(value, Unread) and value is not None else []


def _is_less(left: Any, right: Any) -> bool:
    try:
        return bool(left < right)
    except TypeError:
        return str(left) < str(right)


def _misplaced(registry: str, entry: Entry, before: Entry, name: str) -> Finding:
    places = tuple(
        each._replace(role=role)
        for each, role in ((entry.place, "declared"), (before.place, "reference"))
        if each is not None
    )
    message = f"{shown(entry.key)} of {registry} stands behind {shown(before.key)}, so it is not sorted by {name}."
    return Finding("REG150", named(entry.key), message, "Sort the entries.", places, registry, level="warning")


def _dates(entry: Entry, field: str) -> list[Any]:
    there, value = field_of(entry, field)
    return [value] if there and value is not None and not isinstance(value, Unread) else []


def _due(registry: str, field: str, item: tuple[Entry, Any], when: tuple[date, float]) -> Iterator[Finding]:
    entry, value = item
    today, warning_days = when
    key, places = shown(entry.key), ((entry.place,) if entry.place is not None else ())
    day = _date_of(value)
    if day is None:
        message = f"{field} of {key} in {registry} is no date, so nobody is told when it is over."
        yield Finding("REG160", named(entry.key), message, "Write it like 2027-01-31.", places, registry)
    elif day < today:
        message = f"{key} of {registry} was to go after {day}."
        yield Finding("REG160", named(entry.key), message, "Remove it, or give it a new date.", places, registry)
    elif day < today + timedelta(warning_days):
        message = f"{key} of {registry} has to go after {day}, which is near."
        yield Finding("REG160", named(entry.key), message, "Remove it in time.", places, registry, level="warning")


def _date_of(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _is_ownerless(entry: Entry, field: str) -> bool:
    there, value = field_of(entry, field)
    if isinstance(value, Unread):
        return False
    return not there or not value or (isinstance(value, str) and value.strip().casefold() in _NOBODY)


def _ownerless(registry: str, field: str, entry: Entry) -> Finding:
    places = (entry.place,) if entry.place is not None else ()
    message = f"{shown(entry.key)} of {registry} names no {field}, so nobody is asked about it."
    return Finding("REG161", named(entry.key), message, f"Name its {field}.", places, registry)
