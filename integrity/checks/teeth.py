"""Spoiled copies of entries, each with one defect, for the proof that a check can fail. They never touch what they copy."""

from __future__ import annotations

from typing import Iterator, Sequence

from integrity.checks.model import Entry

Entries = tuple[Entry, ...]


def doubled(entries: Sequence[Entry]) -> Iterator[Entries]:
    """Copies in which one entry stands twice, the second time at the end."""
    for index in _samples(entries):
        yield (*entries, entries[index])


def dropped(entries: Sequence[Entry]) -> Iterator[Entries]:
    """Copies that lack one entry, and every other one of the same key."""
    for index in _samples(entries):
        gone = entries[index].key
        yield tuple(entry for entry in entries if entry.key != gone)


def renamed(entries: Sequence[Entry]) -> Iterator[Entries]:
    """Copies in which one entry, with every other one of the same key, has a key that no entry had."""
    for index in _samples(entries):
        old = entries[index].key
        new = _unused_name(entries, old)
        yield tuple(entry._replace(key=new) if entry.key == old else entry for entry in entries)


def _samples(entries: Sequence[Entry]) -> list[int]:
    """The first, the middle and the last position: enough to tell a check that looks from one that doesn't."""
    return sorted({0, len(entries) // 2, len(entries) - 1}) if entries else []


def _unused_name(entries: Sequence[Entry], key: object) -> str:
    keys = [entry.key for entry in entries]
    name = f"{key}_renamed"
    while name in keys:
        name += "_"
    return name
