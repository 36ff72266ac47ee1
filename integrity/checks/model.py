"""The values of the check library: a place, an entry with its place, a finding. They hold no live object of a unit.

Everything in `checks` runs inside units' envs: the standard library and pytest only, Python 3.9 and later.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

LEVELS = ("error", "warning", "info")
ROLES = ("declared", "duplicate", "reference", "expected")


class Place(NamedTuple):
    """Where something stands. `path` is relative to the monorepo's root, with '/'; `line` and `column` count from 1."""

    path: str
    line: int | None = None
    column: int | None = None
    role: str = "declared"

    def __str__(self) -> str:
        return ":".join([self.path, *(str(number) for number in (self.line, self.column) if number is not None)])


class Entry(NamedTuple):
    """One item of a registry, as it was written or as it was found at runtime.

    `key` and `value` are plain values where they could be read, else their source text; `origin` says how it came to
    be there: `dict`, `pair`, `item`, `enum`, `assignment`, `update`, `call`, `decorator`, `file`, `runtime`.
    """

    key: Any
    value: Any = None
    place: Place | None = None
    origin: str = "item"


@dataclass(frozen=True)
class Finding:
    """One defect that a check found.

    `entry` is what it is about (a key, a route, a variable's name), `registry` the collection it stands in; `message`
    is one sentence, `hint` one thing to do. No value of an environment variable may stand in any of them. `unit` is the
    unit's name; `home`, which tells it from others of the same name, its folder in the repository.
    """

    code: str
    entry: str
    message: str
    hint: str = ""
    places: tuple[Place, ...] = ()
    registry: str = ""
    unit: str = ""
    level: str = "error"
    home: str = ""

    @property
    def fingerprint(self) -> str:
        """What stays the same when lines move and words change: of code, unit's folder, registry, entry."""
        parts = (self.code, self.home, self.registry, self.entry)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]

    @property
    def order(self) -> tuple[Any, ...]:
        """What findings are sorted by: first place, code, entry."""
        first = self.places[0] if self.places else Place("")
        return (first.path, first.line or 0, first.column or 0, self.code, self.entry)


@dataclass(frozen=True)
class Examined:
    """What a check gives back: how many things it looked at, and all that is wrong with them.

    `count` of 0 is never green where the check was declared. `notes` tell what could not be examined, and why;
    `passed_over` are the paths of files that were read for it in vain.
    """

    count: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = field(default=())
    passed_over: frozenset[str] = frozenset()


class CannotExamine(Exception):  # noqa: N818 - it says what happened; what is wrong is the finding
    """What a check needs is not there or cannot be read; `finding` says what and where. Never green."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class NotHere(Exception):  # noqa: N818 - likewise
    """A live check that its policy calls optional has nothing to talk to here; it is shown as skipped, with the reason."""
