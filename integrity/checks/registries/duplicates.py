"""REG101, REG102, REG106: what stands twice, and what a merge replaces."""

from __future__ import annotations

import fnmatch
from dataclasses import replace
from typing import Any, Collection, Iterable, Iterator, Sequence

from integrity.checks.case import Check
from integrity.checks.idle import Listed, stale_ignore
from integrity.checks.model import Entry, Examined, Finding, Place
from integrity.checks.registries.keys import identity, is_sure, named, shown, shown_field
from integrity.checks.registries.reading import Unread
from integrity.checks.registries.spoiling import added_one
from integrity.checks.registries.view import View, absent_field, field_of
from integrity.checks.teeth import doubled

_TWICE = 2
_OUTCOMES = {
    "mapping": "only the last one counts",
    "attributes": "only the last one counts",
    "file": "parsers keep only one of them",
    "enum": "the later name is only an alias of the first",
    "decorated": "the later one replaces the first or is refused",
}


def duplicate_keys(registry: str, aliases: Sequence[Listed] = ()) -> Check:
    """The check for keys that stand more than once in one layer of a registry, and for `aliases` that are none."""
    allowed_aliases = frozenset(alias.name for alias in aliases)

    def judge(view: View) -> Examined:
        layers = [[entry for entry in layer if not _is_allowed(entry, allowed_aliases)] for layer in view.layers]
        findings = [_duplicate(registry, view.kind, group) for layer in layers for group in groups(layer)]
        findings += [stale_ignore(alias, registry) for alias in aliases if not _is_alias(view, alias.name)]
        compared = sum(is_sure(entry.key) for layer in layers for entry in layer)
        return Examined(compared, tuple(findings), view.gaps)

    def spoiled(view: View) -> Iterator[View]:
        entries = [entry for entry in view.entries if not _is_allowed(entry, allowed_aliases) and is_sure(entry.key)]
        for copy in doubled(entries):
            yield replace(view, layers=(copy,))

    return Check("REG101", judge, spoiled)


def groups(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries of each key that stands more than once, as far as the keys are surely equal."""
    found: dict[Any, list[Entry]] = {}
    for entry in entries:
        if is_sure(entry.key):
            found.setdefault(identity(entry.key), []).append(entry)
    return (group for group in found.values() if len(group) > 1)


def places_of(entries: Iterable[Entry]) -> tuple[Place, ...]:
    """The places of what stands more than once: the first is declared, the others are its duplicates."""
    places = [entry.place for entry in entries if entry.place is not None]
    return tuple(place._replace(role="duplicate" if index else "declared") for index, place in enumerate(places))


def duplicate_values(registry: str, fields: Sequence[str], level: str = "error") -> Check:
    """The check for fields whose value two entries share."""

    def judge(view: View) -> Examined:
        values = [(name, entry, value) for name in fields for entry in view.entries for value in _present(entry, name)]
        found: dict[Any, list[Entry]] = {}
        for name, entry, value in values:
            found.setdefault((name, identity(value)), []).append(entry)
        findings = [
            _shared(registry, name, group, level)
            for (name, _), group in found.items()
            if len({identity(each.key) for each in group}) > 1
        ]
        present = {name for name in fields for entry in view.entries if field_of(entry, name)[0]}
        findings += [
            absent_field("REG102", registry, view, name) for name in fields if view.entries and name not in present
        ]
        return Examined(len(values), tuple(findings))

    def spoiled(view: View) -> Iterator[View]:
        for name in fields:

            def twin(entry: Entry, name: str = name) -> Entry | None:
                return entry._replace(key=f"{entry.key}_renamed") if _present(entry, name) else None

            yield from added_one(view, twin)

    return Check("REG102", judge, spoiled)


def silent_overrides(registry: str, allowed: Sequence[str]) -> Check:
    """The check for keys that a later layer of a merge replaces, and for allowed ones that nothing replaces any more."""

    def judge(view: View) -> Examined:
        findings: list[Finding] = []
        known: dict[Any, Entry] = {}
        used: set[str] = set()
        for index, layer in enumerate(view.layers):
            for entry in layer if index else ():
                base = known.get(identity(entry.key))
                if base is None:
                    continue
                spellings = {named(entry.key), str(entry.key)}
                globs = [glob for glob in allowed if any(fnmatch.fnmatchcase(each, glob) for each in spellings)]
                used.update(globs)
                if not globs:
                    findings.append(_override(registry, base, entry))
            known.update({identity(entry.key): entry for entry in layer})
        findings += [_unused(registry, view, name) for name in allowed if name not in used]
        return Examined(sum(map(len, view.layers)), tuple(findings), view.gaps)

    def spoiled(view: View) -> Iterator[View]:
        new = (Entry("integrity", None, view.place, "update"),)
        yield replace(view, layers=(*view.layers, new, new))

    return Check("REG106", judge, spoiled)


def _is_alias(view: View, name: str) -> bool:
    """Whether a member shares its key with another one, or may do so."""
    own = [entry for entry in view.written if _is_allowed(entry, (name,))]
    keys = [identity(entry.key) for entry in view.written]
    return any(not is_sure(entry.key) or keys.count(identity(entry.key)) > 1 for entry in own)


def _is_allowed(entry: Entry, aliases: Collection[str]) -> bool:
    return entry.origin in {"enum", "runtime"} and isinstance(entry.value, dict) and entry.value.get("name") in aliases


def _duplicate(registry: str, kind: str, group: Sequence[Entry]) -> Finding:
    first, *others = group
    outcome = _OUTCOMES.get(kind, "both stay, and which one is meant is left to chance")
    message = f"{shown(first.key)} stands {_times(len(group))} in {registry}; {outcome}."
    if kind == "enum":
        hint = "Give it a value of its own, or say allow-aliases for a second name that is meant."
    elif all(entry.value == first.value for entry in others):
        hint = "Delete all but one."
    else:
        hint = "Keep the one that is meant; rename or delete the other."
    return Finding("REG101", named(first.key), message, hint, places_of(group), registry)


def _times(count: int) -> str:
    return "twice" if count == _TWICE else f"{count} times"


def _present(entry: Entry, name: str) -> list[Any]:
    found, value = field_of(entry, name)
    return [value] if found and value is not None and not isinstance(value, Unread) else []


def _shared(registry: str, name: str, group: Sequence[Entry], level: str) -> Finding:
    first, *others = group
    value = shown_field(name, _present(first, name)[0], *(entry.key for entry in group))
    keys = " and ".join(shown(entry.key) for entry in group)
    message = f"{keys} of {registry} share their {name}, {value}; nobody can tell them apart by it."
    return Finding(
        "REG102", named(others[-1].key), message, f"Give each its own {name}.", places_of(group), registry, level=level
    )


def _override(registry: str, base: Entry, entry: Entry) -> Finding:
    places = tuple(
        place._replace(role=role)
        for place, role in ((entry.place, "declared"), (base.place, "duplicate"))
        if place is not None
    )
    message = f"A merge replaces {shown(entry.key)} in {registry}, which stood there already."
    hint = f"Rename it, or say that it is meant: overrides = [{named(entry.key)!r}]."
    return Finding("REG106", named(entry.key), message, hint, places, registry)


def _unused(registry: str, view: View, name: str) -> Finding:
    places = (view.place,) if view.place is not None else ()
    message = f"overrides of {registry} names {name!r}, which no merge replaces."
    return Finding("REG106", name, message, "Strike it off the list.", places, registry)
