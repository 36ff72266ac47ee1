"""Spoiled copies of views: each takes the entries that are right and gives one of them a defect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable, Iterator, Sequence

from integrity.checks.model import Entry, Examined
from integrity.checks.registries.keys import identity, named

if TYPE_CHECKING:
    from integrity.checks.registries.view import View

Judge = Callable[[Any], Examined]


def innocent(view: View, judge: Judge) -> tuple[Entry, ...]:
    """The entries about which nothing was found, each key once."""
    guilty = _guilty(view, judge)
    entries = {identity(entry.key): entry for entry in view.entries}.values()
    return tuple(entry for entry in entries if not any(_is_about(name, named(entry.key)) for name in guilty))


def with_entries(view: View, entries: Sequence[Entry]) -> View:
    """The view with these entries alone."""
    return replace(view, layers=(tuple(entries),))


def with_field(entry: Entry, name: str, value: Any) -> Entry:
    """A copy of the entry whose field has this value."""
    if name in {"key", "value"}:
        return entry._replace(**{name: value})
    if not isinstance(entry.value, dict):
        return entry._replace(value=value)
    first, _, rest = (name, "", "") if name in entry.value else name.partition(".")
    if not rest:
        return entry._replace(value={**entry.value, first: value})
    inner = with_field(Entry("", entry.value.get(first) or {}), rest, value).value
    return entry._replace(value={**entry.value, first: inner})


def without_field(entry: Entry, name: str) -> Entry:
    """A copy of the entry without this field."""
    if not isinstance(entry.value, dict):
        return entry._replace(value={})
    first, _, rest = (name, "", "") if name in entry.value else name.partition(".")
    if not rest:
        return entry._replace(value={key: each for key, each in entry.value.items() if key != name})
    return entry._replace(value={**entry.value, first: without_field(Entry("", entry.value.get(first)), rest).value})


def changed_one(view: View, judge: Judge, change: Callable[[Entry], Entry | None]) -> Iterator[View]:
    """A copy in which the first innocent entry that `change` can change is changed."""
    entries = innocent(view, judge)
    for index, entry in enumerate(entries):
        new = change(entry)
        if new is not None:
            yield with_entries(view, (*entries[:index], new, *entries[index + 1 :]))
            return


def added_one(view: View, judge: Judge, make: Callable[[Entry], Entry | None]) -> Iterator[View]:
    """A copy with one more entry, made of the first innocent one that `make` can use."""
    entries, guilty = innocent(view, judge), _guilty(view, judge)
    for entry in entries:
        new = make(entry)
        if new is not None and named(new.key) not in guilty:
            yield with_entries(view, (*entries, new))
            return


def _guilty(view: View, judge: Judge) -> set[str]:
    return {finding.entry for finding in judge(view).findings}


def _is_about(name: str, key: str) -> bool:
    return name == key or name.startswith(f"{key}/")
