"""`integrity.registry("plans")` and `integrity.source_of("billing.plans:PLANS")`: entries for a unit's own checks."""

from __future__ import annotations

import difflib
from typing import Any, Callable, Iterator, Mapping, Sequence

from integrity.checks.asserts import IntegrityError, calling_unit, demand, refused
from integrity.checks.asserts.refusing import UnansweredError, answered
from integrity.checks.model import CannotExamine, Entry, Examined, Finding
from integrity.checks.registries.declared import Registries
from integrity.checks.registries.keys import identity, named, shown
from integrity.checks.registries.runtime import live_entries
from integrity.checks.registries.view import View
from integrity.checks.unit import declarations_of


class Entries:
    """The entries of one registry. They are the live values: look at them, don't change them.

    `is_written`: these are all occurrences in the sources, also those that a later one replaces.
    """

    def __init__(self, name: str, entries: Sequence[Entry], *, kind: str = "items", is_written: bool = False) -> None:
        self.name = name
        self.kind = kind
        self.is_written = is_written
        self._entries = tuple(entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<{len(self)} entries of {self.name}>"

    def __contains__(self, key: object) -> bool:
        return any(identity(entry.key) == identity(key) for entry in self._entries)

    def __getitem__(self, key: Any) -> Any:
        """The value of the last entry of this key."""
        for entry in reversed(self._entries):
            if identity(entry.key) == identity(key):
                return entry.value
        near = difflib.get_close_matches(str(key), [str(entry.key) for entry in self._entries], n=1)
        raise KeyError(f"{self.name} has no {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))

    def keys(self) -> list[Any]:
        """The keys, in their order, each as often as it stands there."""
        return [entry.key for entry in self._entries]

    def values(self) -> list[Any]:
        """The values, in the order of the keys."""
        return [entry.value for entry in self._entries]

    def check(self, holds: Callable[[Entry], object], message: str) -> None:
        """Raise an IntegrityError that lists every entry for which `holds(entry)` is not true, or raises.

        `message` says what is wrong with them. No entries at all are an error too. Raises TypeError for a predicate that
        answers with a coroutine or a generator, which is always true.
        """
        findings = [
            _failed(self.name, entry, message, why) for entry in self._entries for why in _reasons(holds, entry)
        ]
        demand(Examined(len(self._entries), tuple(findings)), self.name)

    def view(self) -> View:
        """The same as what checks examine."""
        return View(self.kind, (self._entries,))


def registry(name: str) -> Entries:
    """The entries of a registry that the unit declares in `[tool.integrity.registries]`.

    They are what its object holds, at the places where its sources write them; of a registry without an object, what is
    written. Raises IntegrityError where it can't be read or is empty.
    """
    unit = calling_unit()
    declared: Mapping[str, Any] = declarations_of(unit).get("registries", {})
    try:
        found = Registries(unit, declared).named(name)
        if found.wanted == "source":
            view = found.as_written()
            return Entries(name, view.entries, kind=view.kind, is_written=True)
        options = found.options
        kind, entries = live_entries(
            unit, options["target"], key=str(options.get("key", "")), populate=options.get("populate"), registry=name
        )
        placed = {identity(entry.key): entry.place for entry in found.as_placed().written}
    except CannotExamine as trouble:
        raise refused(trouble) from None
    return Entries(name, [entry._replace(place=placed.get(identity(entry.key))) for entry in entries], kind=kind)


def source_of(target: str, *, key: str = "") -> Entries:
    """Every entry of `pkg.mod:NAME` that the unit's sources write, with its place, also those that Python overwrites.

    `key` is the field that is the key, for a list of tables. Raises IntegrityError where sources don't show it.
    """
    unit = calling_unit()
    options = {"target": target, "view": "source", **({"key": key} if key else {})}
    try:
        view = Registries(unit, {target: options}).named(target).as_written()
    except CannotExamine as trouble:
        raise refused(trouble) from None
    if view.gaps:
        hint = "Look at its object too, or write it plainly."
        message = f"The sources of {target} don't show all of its entries: {view.gaps[0]}."
        places = (view.place,) if view.place is not None else ()
        raise IntegrityError([Finding("REG002", target, message, hint, places)])
    return Entries(target, view.written, kind=view.kind, is_written=True)


def _reasons(holds: Callable[[Entry], object], entry: Entry) -> list[str]:
    try:
        return [] if answered(holds(entry), "the predicate") else [""]
    except UnansweredError:
        raise
    except Exception as error:  # noqa: BLE001 - the predicate is the test's own: whatever it raises, it doesn't hold
        return [f" ({type(error).__name__}: {error})"]


def _failed(name: str, entry: Entry, message: str, why: str) -> Finding:
    places = (entry.place,) if entry.place is not None else ()
    text = f"{shown(entry.key)} of {name}: {message}{why}."
    return Finding("REG190", named(entry.key), text, "Correct the entry.", places, name)
