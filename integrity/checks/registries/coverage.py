"""REG110, REG111: a registry against another one. What each side holds, and where, stands in the finding."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, Sequence

from integrity.checks.case import Check
from integrity.checks.idle import Listed, stale_ignore
from integrity.checks.manifest import places_of_name
from integrity.checks.model import CannotExamine, Entry, Examined, Finding, Place
from integrity.checks.registries.keys import identity, is_named, named, shown
from integrity.checks.registries.reading import Unread
from integrity.checks.registries.view import View, field_of

if TYPE_CHECKING:
    from integrity.checks.registries.declared import Chosen, Registry

RELATIONS = {"REG110": ("covers", "equals"), "REG111": ("within", "equals", "disjoint")}
_MOST_KEYS = 2000  # of a registry in which a similar name is looked for
_MOST_COMPARED = 200_000  # pairs of names that are compared for that


@dataclass(frozen=True)
class Pair:
    """A registry and what it is compared with. `other` are entries by the keys that are compared.

    `gaps` tell what of the other can't be known; `ignores_at` where names that are ignored stand.
    """

    relation: str
    view: View
    other: tuple[Entry, ...]
    title: str
    place: Place | None = None
    ignored: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    ignores_at: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Related:
    """How the pair of one relation is loaded, and whether sources are enough."""

    load: Callable[[], Pair]
    is_static: bool


def related(registry: Registry, relation: str) -> Related:
    """The pair of `covers`, `within`, `equals` or `disjoint`. What is wrong with its declaration is told by `load`."""
    declared = registry.options[relation]
    table = declared if isinstance(declared, Mapping) else {"of": declared}
    wrong = sorted(set(table) - {"of", "by", "ignore"})
    if wrong or not table.get("of"):
        what = f"has the unknown key {wrong[0]!r}" if wrong else "names nothing to compare with"
        return Related(lambda: _refuse(registry, relation, what), is_static=True)
    of, by, ignored = table["of"], str(table.get("by", "key")), table.get("ignore", ())
    ignored = (ignored,) if isinstance(ignored, str) else tuple(ignored)
    own = registry.chosen()
    if isinstance(of, (list, tuple, set, frozenset)) and not isinstance(of, str):
        literal = tuple(Entry(key) for key in of)
        places = _ignores_at(registry, ignored)
        pair = Pair(relation, View("items", ()), literal, "the list", None, ignored, (), places)
        return Related(lambda: replace(pair, view=own.load()), own.is_static)
    try:
        other = (
            registry.group.of_target(of, registry.name)
            if not isinstance(of, str) or ":" in of
            else registry.group.named(of, asked_by=registry.name)
        )
        chosen = other.chosen(needs_values=by != "key")
    except CannotExamine as raised:
        trouble = raised
        return Related(lambda: _raise(trouble), is_static=True)
    title = other.name if isinstance(of, str) else "the other"

    def load() -> Pair:
        pair = _pair(relation, (own, chosen), by, title, ignored)
        return replace(pair, ignores_at=_ignores_at(registry, ignored))

    return Related(load, own.is_static and chosen.is_static)


def coverage(registry: str, code: str) -> Check:
    """The check for entries that are missing (REG110) or must not be there (REG111). Its material is a tuple of pairs."""

    def judge(pairs: tuple[Pair, ...]) -> Examined:
        findings = [finding for pair in pairs for finding in _differences(registry, code, pair)]
        notes = dict.fromkeys(note for pair in pairs for note in _notes(registry, pair))
        return Examined(sum(map(_compared, pairs)), tuple(findings), tuple(notes))

    def spoiled(pairs: tuple[Pair, ...]) -> Iterator[tuple[Pair, ...]]:
        for index, pair in enumerate(pairs):
            yield (*pairs[:index], _spoilt(code, pair), *pairs[index + 1 :])

    return Check(code, judge, spoiled)


def _pair(relation: str, sides: tuple[Chosen, Chosen], by: str, title: str, ignored: tuple[str, ...]) -> Pair:
    view, other = sides[0].load(), sides[1].load()
    values = [(entry, field_of(entry, by)) for entry in other.entries]
    keyed = tuple(entry._replace(key=value) for entry, (there, value) in values if there)
    if not keyed:
        message = f"No entry of {title} has the field {by!r}, so there is nothing to compare with."
        raise CannotExamine(Finding("REG110", title, message, "Correct `by`."))
    return Pair(relation, view, keyed, title, other.place, ignored, other.gaps)


def _ignores_at(registry: Registry, names: Iterable[str]) -> dict[str, tuple[Place, ...]]:
    return {name: places_of_name(registry.unit, f"registry:{registry.name}", name) for name in names}


def _notes(registry: str, pair: Pair) -> Iterator[str]:
    """What of the two sides can't be known: their gaps, and keys that can't be read."""
    for name, entries, gaps in ((registry, pair.view.written, pair.view.gaps), (pair.title, pair.other, pair.gaps)):
        yield from gaps
        for entry in entries:
            if isinstance(entry.key, Unread) and not any(gap.startswith(f"{entry.place}:") for gap in gaps):
                yield f"{entry.place}: {entry.key}, a key of {name}, can't be read"


def _compared(pair: Pair) -> int:
    """How many entries are compared: none where no key of a side that has entries can be read."""
    read = [[entry for entry in side if not isinstance(entry.key, Unread)] for side in (pair.view.entries, pair.other)]
    is_blind = any(side and not readable for side, readable in ((pair.view.written, read[0]), (pair.other, read[1])))
    return 0 if is_blind else sum(map(len, read))


def _differences(registry: str, code: str, pair: Pair) -> Iterator[Finding]:
    home = pair.view.place or _first_place(pair.view.written)
    pair = replace(pair, view=replace(pair.view, place=home), place=pair.place or _first_place(pair.other))
    own = {identity(entry.key): entry for entry in pair.view.entries}
    other = {identity(entry.key): entry for entry in pair.other}
    known, needed = (own, other) if code == "REG110" else (other, own)
    is_wrong = pair.relation == "disjoint"
    found = {key: entry for key, entry in needed.items() if (key in known) == is_wrong}
    ignored = set(pair.ignored)
    gaps, entries = (pair.view.gaps, pair.view.written) if code == "REG110" else (pair.gaps, pair.other)
    is_sure = not gaps and not any(isinstance(entry.key, Unread) for entry in entries)
    told = [
        key for key, entry in found.items() if not is_named(entry.key, ignored) and not isinstance(entry.key, Unread)
    ]
    similar = _similar(known, needed, len(told))
    for key in told:
        if is_wrong:
            yield _shared(registry, code, pair, (found[key], other[key]))
        else:
            finding = _finding(registry, code, pair, (found[key], _nearest(found[key].key, similar)))
            yield finding if is_sure else _unsure(finding, registry if code == "REG110" else pair.title)
    yield from _stale(registry, code, pair, [entry.key for entry in found.values()])


def _similar(known: Mapping[Any, Entry], needed: Mapping[Any, Entry], searches: int) -> list[str]:
    """The names among which a similar one is looked for: those without an equal on the other side; none of very many."""
    taken = {str(entry.key) for entry in needed.values()}
    names = [entry.key for entry in known.values() if isinstance(entry.key, str) and entry.key not in taken]
    return names if len(known) <= _MOST_KEYS and len(names) * searches <= _MOST_COMPARED else []


def _finding(registry: str, code: str, pair: Pair, item: tuple[Entry, str | None]) -> Finding:
    """The finding for an entry that one side lacks, with the most similar name that the side has."""
    entry, near = item
    key = shown(entry.key)
    if code == "REG110":
        message = f"{registry} has no {key}, which {pair.title} has."
        hint = f"Did you mean it by {shown(near)}?" if near is not None else f"Add {key} to {registry}."
        places = _places((pair.view.place, "declared"), (entry.place or pair.place, "expected"))
        return Finding(code, named(entry.key), message, hint, places, registry)
    message = f"{registry} has {key}, which {pair.title} doesn't know."
    hint = (
        f"Did you mean {shown(near)}?"
        if near is not None
        else f"Delete {key} from {registry}, or add it to {pair.title}."
    )
    places = _places((entry.place or pair.view.place, "declared"), (pair.place, "expected"))
    return Finding(code, named(entry.key), message, hint, places, registry)


def _unsure(finding: Finding, name: str) -> Finding:
    """The finding of a key that may be one of those that can't be read."""
    message = f"{finding.message[:-1]}, as far as sources tell: not all keys of {name} can be read."
    return replace(
        finding,
        message=message,
        hint='Write all keys plainly, or name its target without view = "source".',
        level="warning",
    )


def _shared(registry: str, code: str, pair: Pair, twins: tuple[Entry, Entry]) -> Finding:
    entry, twin = twins
    key = shown(entry.key)
    message = f"{key} stands in {registry} and in {pair.title}, which may share no entry."
    places = _places((entry.place, "declared"), (twin.place, "reference"))
    return Finding(code, named(entry.key), message, f"Delete {key} from one of them.", places, registry)


def _stale(registry: str, code: str, pair: Pair, different: Sequence[Any]) -> Iterator[Finding]:
    """The ignores without a difference; those of `equals`, which two checks look at, are told by the first."""
    if pair.relation == "equals":
        if code != "REG110":
            return
        other = {identity(entry.key) for entry in pair.other}
        different = [*different, *(entry.key for entry in pair.view.entries if identity(entry.key) not in other)]
    for name in pair.ignored:
        if not any(is_named(key, (name,)) for key in different):
            places = pair.ignores_at.get(name) or _places((pair.view.place, "declared"))
            ignore = Listed(f"{pair.relation}.ignore", name, f"is no difference to {pair.title}", places)
            yield stale_ignore(ignore, registry)


def _first_place(entries: Sequence[Entry]) -> Place | None:
    """What stands in for a registry's own place where only its entries have one."""
    return next((entry.place for entry in entries if entry.place is not None), None)


def _places(*pairs: tuple[Place | None, str]) -> tuple[Place, ...]:
    return tuple(place._replace(role=role) for place, role in pairs if place is not None)


def _nearest(key: Any, names: list[str]) -> str | None:
    near = difflib.get_close_matches(key, names, n=1) if isinstance(key, str) else []
    return near[0] if near else None


def _spoilt(code: str, pair: Pair) -> Pair:
    strange = "integrity_renamed"
    if code == "REG110":
        return replace(pair, other=(*pair.other, Entry(strange)))
    if pair.relation == "disjoint":
        return replace(
            pair,
            view=replace(pair.view, layers=(*pair.view.layers, (Entry(strange),))),
            other=(*pair.other, Entry(strange)),
        )
    return replace(pair, view=replace(pair.view, layers=(*pair.view.layers, (Entry(strange),))))


def _refuse(registry: Registry, relation: str, what: str) -> Pair:
    message = f"{relation} of {registry.name} {what}."
    hint = f'For example: {relation} = "models", or {relation} = {{ of = "models", ignore = ["default"] }}.'
    raise CannotExamine(Finding("REG002", f"{registry.name}.{relation}", message, hint, registry=registry.name))


def _raise(trouble: CannotExamine) -> Pair:
    raise trouble
