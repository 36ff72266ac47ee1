"""Spoiled copies of views, in each of which one entry has a defect. They are made only of views without any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable, Iterator, Sequence

from integrity.checks.model import Entry

if TYPE_CHECKING:
    from integrity.checks.registries.view import View


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


def changed_one(view: View, change: Callable[[Entry], Entry | None]) -> Iterator[View]:
    """A copy in which the first entry that `change` can change is changed."""
    entries = view.entries
    for index, entry in enumerate(entries):
        new = change(entry)
        if new is not None:
            yield with_entries(view, (*entries[:index], new, *entries[index + 1 :]))
            return


def added_one(view: View, make: Callable[[Entry], Entry | None]) -> Iterator[View]:
    """A copy with one more entry, made of the first one that `make` can use."""
    for entry in view.entries:
        new = make(entry)
        if new is not None:
            yield with_entries(view, (*view.entries, new))
            return
