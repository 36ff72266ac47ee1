"""Assertions about registries for plain tests. They refuse what could never fail, and say what to pass instead."""

from __future__ import annotations

import enum
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Callable, Sequence, Union

from integrity.checks.asserts import calling_unit, demand, refused
from integrity.checks.asserts.entries import Entries
from integrity.checks.asserts.refusing import answered, refuse_rules, refuse_text, unmatched
from integrity.checks.model import CannotExamine, Entry, Examined, Finding
from integrity.checks.registries.coverage import RELATIONS, Pair, coverage
from integrity.checks.registries.declared import Registries, Registry
from integrity.checks.registries.duplicates import places_of
from integrity.checks.registries.fields import Rules, bad_fields
from integrity.checks.registries.filekeys import repeated_keys_in
from integrity.checks.registries.keys import identity, named, shown
from integrity.checks.registries.members import membership_in, unregistered
from integrity.checks.registries.references import KINDS, bad_references, referring_to
from integrity.checks.registries.runtime import entries_of, plain
from integrity.checks.registries.view import View, field_of

By = Union[str, Callable[[Any], Any], None]
_ITERATED: set[type] = {
    type(iter({})),
    type(iter({}.items())),
    type(reversed({})),
    type(reversed({}.items())),
    type(iter(set())),
}


def assert_unique(
    items: Any,
    *,
    by: By = None,
    fold: Callable[[Any], Any] | None = None,
    allow: Iterable[Any] = (),
    name: str = "the items",
) -> None:
    """Assert that no two items are equal: by themselves, by a field or function (`by`), after `fold` (such as `str.casefold`).

    Of pairs and entries, the first of each is compared. Raises TypeError for what can't hold anything twice: a mapping's
    keys, a set, the members of an enumeration.
    """
    refuse_text(allow, "allow")
    items = _drawn(items, by)
    _refuse_what_is_unique(items, by)
    name = items.name if isinstance(items, Entries) else name
    allowed = {identity(each) for each in allow}
    found: dict[Any, list[Entry]] = {}
    entries = _entries(items)
    for entry in entries:
        value = _by(entry, by)
        if identity(value) not in allowed:
            compared = answered(fold(value), "fold") if fold is not None else value
            found.setdefault(identity(compared), []).append(entry._replace(key=value))
    findings = [_repeated(name, group) for group in found.values() if len(group) > 1]
    demand(Examined(len(entries), tuple(findings)), name)


def assert_covers(
    left: Any,
    right: Any,
    *,
    relation: str = "covers",
    ignore: Iterable[str] = (),
    names: tuple[str, str] = ("the first", "the second"),
) -> None:
    """Assert that `left` has an entry for each of `right`; with `relation`, that it `equals`, is `within` or is `disjoint`.

    Mappings are compared by their keys, enumerations by their values, pairs by what is first. `ignore` may be a mapping
    to reasons.
    """
    refuse_text(ignore, "ignore")
    relations = sorted({each for group in RELATIONS.values() for each in group})
    if relation not in relations:
        raise TypeError(f"relation has to be one of {', '.join(relations)}, not {relation!r}")
    if left is right:
        raise TypeError("assert_covers compares something with itself, which can never fail: pass two collections")
    names = (_name_of(left, names[0]), _name_of(right, names[1]))
    view, other = View("items", (_entries(left),)), _entries(right)
    pair = Pair(relation, view, other, names[1], None, tuple(ignore))
    examined = [coverage(names[0], code).judge((pair,)) for code, group in RELATIONS.items() if relation in group]
    findings = tuple(finding for each in examined for finding in each.findings)
    demand(Examined(len(view.entries) * len(other), findings), f"{names[0]} and {names[1]}")


def assert_fields(
    entries: Any, *, required: Sequence[str] = (), fields: Mapping[str, Any] | None = None, name: str = "the entries"
) -> None:
    """Assert that each entry has the `required` fields, and that `fields` are as their rules say.

    A rule is a type (`"number"`) or what the configuration takes: `{"type": "number", "min": 0, "optional": True}`.
    """
    if not required and not fields:
        raise TypeError("assert_fields without required and fields can never fail: say which fields there have to be")
    refuse_rules(required, fields or {})
    rules = {key: {"type": rule} if isinstance(rule, str) else rule for key, rule in (fields or {}).items()}
    name = _name_of(entries, name)
    view = View("items", _layers(entries))
    try:
        examined = bad_fields(name, Rules(tuple(required), rules)).judge(view)
    except CannotExamine as trouble:
        raise refused(trouble) from None
    demand(examined, name)


def assert_resolves(references: Any, kind: str = "object", *, name: str = "the references") -> None:
    """Assert that each reference (a text such as `pkg.mod:function`, a value of a mapping) leads to something.

    `kind` is `object`, `callable`, `class`, `file` or `file:FOLDER`. Objects themselves can only be asked whether they
    are callables or classes.
    """
    if kind.partition(":")[0] not in KINDS:
        raise TypeError(f"kind has to be one of {', '.join(KINDS)}, not {kind!r}")
    unit = calling_unit()
    name = _name_of(references, name)
    entries = _entries(references)
    field = "value" if any(entry.value is not None for entry in entries) else "key"
    if kind == "object":
        _refuse_objects(entries, field)
    registry = Registries(unit, {name: {"target": name}}).named(name)
    demand(bad_references(name).judge(referring_to(registry, View("items", (entries,)), {field: kind})), name)


def assert_registered(members: Any, into: Any, *, within: str = "", by: str = "", ignore: Sequence[str] = ()) -> None:
    """Assert that every subclass of a base class, or all that wears a decorator, is named in `into`.

    `members` is the base or the decorator, itself or as `pkg.mod:Name`; they are looked for in the unit's sources,
    `within` a package. `by` is the class attribute that holds the key.
    """
    refuse_text(ignore, "ignore")
    unit = calling_unit()
    target = members if isinstance(members, str) else f"{members.__module__}:{members.__qualname__}"
    name = into if isinstance(into, str) else _name_of(into, "the registry")
    options: dict[str, Any] = {"target": into, "members": {"ignore": list(ignore)}}
    registry = Registries(unit, {name: options}).named(name)
    kind = "subclasses-of" if isinstance(members, type) or _is_class(registry, target) else "decorated-by"
    options["members"].update({kind: target, **({"within": within} if within else {}), **({"by": by} if by else {})})
    try:
        view = registry.runtime if isinstance(into, str) else View("items", _layers(into))
        material = membership_in(registry, view)
    except CannotExamine as trouble:
        raise refused(trouble) from None
    demand(unregistered(name).judge(material), f"what {target} stands for")


def assert_no_duplicate_keys(*globs: str) -> None:
    """Assert that no key stands twice in any mapping of the unit's files: JSON, YAML, .env, and dicts in Python files.

    The globs are relative to the unit's folder; each has to match a file.
    """
    if not globs:
        raise TypeError(
            'assert_no_duplicate_keys without a glob can never fail: say which files, such as "config/*.yaml"'
        )
    unit = calling_unit()
    try:
        examined = repeated_keys_in(unit, unit.sources.matching(*globs))
    except CannotExamine as trouble:
        raise refused(trouble) from None
    idle = unmatched(unit, globs) if examined.count else ()
    demand(Examined(examined.count, (*examined.findings, *idle)), ", ".join(globs))


def _drawn(items: Any, by: By) -> Any:
    """Items that can be looked at more than once."""
    if type(items) in _ITERATED and by in {None, "key"}:
        raise TypeError(
            "an iterator over keys yields none twice, so this could never fail: "
            'pass integrity.source_of("pkg.mod:NAME"), or what the keys are made of'
        )
    return list(items) if isinstance(items, Iterator) else items


def _refuse_objects(entries: Iterable[Entry], field: str) -> None:
    for entry in entries:
        value = getattr(entry, field)
        for each in value if isinstance(value, (list, tuple, set, frozenset)) else (value,):
            if each is not None and not isinstance(each, str):
                raise TypeError(
                    f"{shown(each)} is an object itself, which is always there: pass references such as 'pkg.mod:NAME', "
                    'or ask of which kind it is: "callable" or "class"'
                )


def _refuse_what_is_unique(items: Any, by: By) -> None:
    if isinstance(items, type) and issubclass(items, enum.Enum):
        raise TypeError(
            f"the members of {items.__name__} are unique by nature, aliases are hidden: pass {_advice(items)}"
        )
    if isinstance(items, (str, bytes)):
        raise TypeError("assert_unique takes a collection, not a text; for a target, pass integrity.source_of(…)")
    if isinstance(items, (KeysView, AbstractSet)) and not isinstance(items, ItemsView):
        raise TypeError(
            'its items are unique by nature, so this could never fail: pass integrity.source_of("pkg.mod:NAME")'
        )
    is_mapping = isinstance(items, (Mapping, ItemsView))
    if isinstance(items, Entries):
        is_mapping = items.kind in {"mapping", "attributes"} and not items.is_written
    if is_mapping and by in {None, "key"}:
        raise TypeError(
            "a mapping's keys are unique by nature, so this could never fail: "
            'pass integrity.source_of("pkg.mod:NAME") for its keys, or say by="value"'
        )
    if isinstance(items, (list, tuple)) and items and by is None:
        kinds = {type(each) for each in items}
        kind = kinds.pop()
        if not kinds and issubclass(kind, enum.Enum) and list(items) == list(kind):
            raise TypeError(f"iterating {kind.__name__} hides aliases, so this could never fail: pass {_advice(kind)}")


def _advice(kind: type) -> str:
    return f'integrity.source_of("{kind.__module__}:{kind.__qualname__}")'


def _entries(items: Any) -> tuple[Entry, ...]:
    if isinstance(items, Entries):
        return tuple(items)
    if isinstance(items, ItemsView):
        items = dict(items)
    if isinstance(items, Iterator):
        items = list(items)
    if isinstance(items, (list, tuple)) and items and all(isinstance(each, Entry) for each in items):
        return tuple(items)
    return entries_of(items)[1]


def _layers(items: Any) -> tuple[tuple[Entry, ...]]:
    return (tuple(entry._replace(value=plain(entry.value)) for entry in _entries(items)),)


def _by(entry: Entry, by: By) -> Any:
    if by is None:
        return entry.key
    if callable(by):
        return answered(by(entry.key if entry.value is None else entry), "by")
    there, value = field_of(entry._replace(value=plain(entry.value)), by)
    if not there and entry.value is None:
        there, value = field_of(Entry(None, plain(entry.key)), by)
    if not there:
        raise TypeError(f"{shown(entry.key)} has no field {by!r}")
    return value


def _name_of(items: Any, name: str) -> str:
    if isinstance(items, Entries):
        return items.name
    return items.__name__ if isinstance(items, type) else name


def _repeated(name: str, group: Sequence[Entry]) -> Finding:
    spellings = ", ".join(dict.fromkeys(shown(entry.key) for entry in group))
    message = f"{spellings} stands {len(group)} times in {name}."
    return Finding("REG101", named(group[0].key), message, "Keep one, or rename the others.", places_of(group), name)


def _is_class(registry: Registry, target: str) -> bool:
    found = registry.group.reader.names.find(target.replace(":", "."))
    return found is not None and type(found.node).__name__ == "ClassDef"
