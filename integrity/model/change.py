"""What changed since a commit, or why that can't be told: frozen values (standard library only)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = 12  # characters of a commit that people get to see


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All paths that differ from the commit `base`, POSIX and relative to the root, sorted; `deleted` are those that are gone.

    `untracked` are those that git does not know. `folders` are repositories within, of which only is known that something in
    them changed. `before` holds the text that changed manifests had, by path. `links` has every symbolic link, changed or not, with
    the paths to which it leads.
    """

    files: tuple[str, ...]
    base: str | None = None
    deleted: frozenset[str] = frozenset()
    untracked: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict, repr=False)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody can tell what changed; `reason` is a clause for people."""

    reason: str
    base: str | None = None
