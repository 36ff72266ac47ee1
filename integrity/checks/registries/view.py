"""A view of a registry: all entries that one way of looking at it shows."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrity.checks.model import Finding
from integrity.checks.registries.keys import identity
from integrity.checks.registries.reading import Unread

if TYPE_CHECKING:
    from integrity.checks.model import Entry, Place

_DEPTH = 4  # tables inside tables
KEYED = frozenset({"mapping", "attributes", "file"})  # a later entry of the same key replaces the earlier one


@dataclass(frozen=True)
class View:
    """`kind` is `mapping`, `pairs`, `items`, `enum`, `attributes`, `decorated` or `file`.

    `layers` are what is merged, the last one wins; all but mappings have one. `gaps` tell what this view can't know;
    without any it is whole. `place` is where the registry stands.
    """

    kind: str
    layers: tuple[tuple[Entry, ...], ...]
    place: Place | None = None
    gaps: tuple[str, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether it shows all keys, and all of them could be read."""
        return not self.gaps and not any(isinstance(entry.key, Unread) for entry in self.written)

    @property
    def has_values(self) -> bool:
        """Whether all values could be read too."""
        return self.is_whole and not any(_is_unread(entry.value) for entry in self.written)

    @property
    def written(self) -> tuple[Entry, ...]:
        """Every occurrence, also those that a later one replaces."""
        return tuple(entry for layer in self.layers for entry in layer)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the registry holds in the end."""
        if self.kind not in KEYED:
            return self.written
        return tuple({identity(entry.key): entry for entry in self.written}.values())


def absent_field(code: str, registry: str, view: View, name: str) -> Finding:
    """The finding that no entry has a field about which something was declared."""
    names = sorted({str(key) for entry in view.entries if isinstance(entry.value, dict) for key in entry.value})
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Correct the name of the field in {registry}'s declaration."
    places = (view.place,) if view.place is not None else ()
    message = f"No entry of {registry} has the field {name!r}, so what is declared about it says nothing."
    return Finding(code, f"field {name}", message, hint, places, registry)


def _is_unread(value: Any, depth: int = 0) -> bool:
    if isinstance(value, dict) and depth < _DEPTH:
        return any(_is_unread(each, depth + 1) for each in value.values())
    return isinstance(value, Unread)


def field_of(entry: Entry, name: str) -> tuple[bool, Any]:
    """Whether an entry has a field, and its value. `key` and `value` are its own; `a.b` leads into tables."""
    if name == "key":
        return True, entry.key
    if name == "value":
        return True, entry.value
    value: Any = entry.value
    if not isinstance(value, dict):
        return (True, value) if name == "label" and isinstance(value, str) else (False, None)
    for part in [name] if name in value else name.split("."):
        if not isinstance(value, dict) or part not in value:
            return False, None
        value = value[part]
    return True, value
