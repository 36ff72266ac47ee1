"""What is declared and has no effect: names and globs that nothing has (VAC005), ignores that match nothing (IGN002)."""

from __future__ import annotations

import difflib
import fnmatch
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, NamedTuple, Sequence

from integrity.checks.case import Check
from integrity.checks.manifest import places_of_name
from integrity.checks.model import Examined, Finding, Place

if TYPE_CHECKING:
    from integrity.checks.case import Unit

_SPOILED = "integrity_renamed"


class Listed(NamedTuple):
    """A name or glob that a key such as `env.types` lists. `lack` says what it hasn't, "" for one that has an effect."""

    key: str
    name: str
    lack: str = ""
    places: tuple[Place, ...] = ()
    near: str = ""


def listed(unit: Unit, key: str, name: str, lack: str, known: Iterable[str] = ()) -> Listed:
    """One name of a family's key, at its place in the manifest; `known` are those among which a similar one may be meant."""
    if not lack:
        return Listed(key, name)
    near = difflib.get_close_matches(name, [each for each in known if each != name], n=1)
    return Listed(key, name, lack, places_of_name(unit, key.partition(".")[0], name), near[0] if near else "")


def globs_of(unit: Unit, key: str, globs: Sequence[str], paths: Iterable[str]) -> tuple[Listed, ...]:
    """The globs of a key, each of which has to match one of these files.

    Where none does there is nothing to say: the checks over those files examine nothing, and tell so themselves.
    """
    among = set(paths)
    found = {glob: not among.isdisjoint(unit.sources.matching(glob)) for glob in globs}
    return _of_several(unit, key, found, "matches no file")


def patterns_of(unit: Unit, key: str, patterns: Sequence[str], names: Sequence[str]) -> tuple[Listed, ...]:
    """Likewise the patterns of a key, each of which has to match one of these names."""
    found = {pattern: any(fnmatch.fnmatchcase(name, pattern) for name in names) for pattern in patterns}
    return _of_several(unit, key, found, "matches nothing")


def idle() -> Check:
    """The check for what is declared and examines nothing. Its material are Listed."""

    def judge(names: Sequence[Listed]) -> Examined:
        return Examined(len(names), tuple(_idle(each) for each in names if each.lack))

    return Check("VAC005", judge, _spoiled)


def stale() -> Check:
    """The check for ignores that match nothing. Its material are Listed."""

    def judge(names: Sequence[Listed]) -> Examined:
        return Examined(len(names), tuple(stale_ignore(each) for each in names if each.lack))

    return Check("IGN002", judge, _spoiled)


def stale_ignore(ignore: Listed, registry: str = "") -> Finding:
    """The finding for an ignore that matches nothing."""
    message = f"{ignore.key}{f' of {registry}' if registry else ''} has {ignore.name!r}, which {ignore.lack}."
    return Finding("IGN002", f"{ignore.key} {ignore.name}", message, "Strike it off.", ignore.places, registry)


def _of_several(unit: Unit, key: str, found: Mapping[str, bool], lack: str) -> tuple[Listed, ...]:
    if not any(found.values()):
        return ()
    return tuple(listed(unit, key, name, "" if is_used else lack) for name, is_used in found.items())


def _idle(each: Listed) -> Finding:
    message = f"{each.key} has {each.name!r}, which {each.lack}, so nothing is examined by it."
    hint = f"Did you mean {each.near!r}?" if each.near else "Correct it, or strike it off."
    return Finding("VAC005", f"{each.key} {each.name}", message, hint, each.places)


def _spoiled(names: Sequence[Listed]) -> Iterator[tuple[Listed, ...]]:
    """A copy with one more name, which nothing has."""
    yield (*names, Listed(names[0].key if names else "", _SPOILED, "matches nothing"))
