"""REG130: what entries point at - objects, callables, classes, files, entries of another registry - is there."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NamedTuple

from integrity.checks.case import Check
from integrity.checks.model import CannotExamine, Entry, Examined, Finding
from integrity.checks.registries.keys import identity, named, shown, shown_field
from integrity.checks.registries.naming import DEFINITIONS
from integrity.checks.registries.reading import Unread
from integrity.checks.registries.spoiling import changed_one, with_field
from integrity.checks.registries.view import View, absent_field, field_of
from integrity.checks.targets import live

if TYPE_CHECKING:
    from integrity.checks.registries.declared import Registry

KINDS = ("object", "callable", "class", "file")


class Resolution(NamedTuple):
    """What came of looking a reference up: `problem` says what is wrong with it, "" for nothing."""

    problem: str = ""
    hint: str = ""
    is_known: bool = True


Resolver = Callable[[Any], Resolution]


class Referring(NamedTuple):
    """A view, and how the references of each of its fields are looked up."""

    view: View
    resolvers: Mapping[str, Resolver]


def referring(registry: Registry, *, is_static: bool) -> Callable[[], Referring]:
    """How the material is loaded."""
    chosen = registry.chosen(needs_values=True)
    return lambda: referring_to(registry, chosen.load(), registry.options["references"], is_static=is_static)


def referring_to(registry: Registry, view: View, wanted: Mapping[str, str], *, is_static: bool = False) -> Referring:
    """The material for fields of a view, each with the kind of what it points at."""
    return Referring(view, {field: _resolver(registry, kind, is_static=is_static) for field, kind in wanted.items()})


def are_static(registry: Registry) -> bool:
    """Whether sources and files are enough to look all references up."""
    if not registry.chosen(needs_values=True).is_static:
        return False
    return registry.wanted == "source" or all(
        kind.partition(":")[0] == "file" or (kind not in KINDS and _is_static(registry, kind))
        for kind in registry.options["references"].values()
    )


def bad_references(registry: str) -> Check:
    """The check for references that lead nowhere."""

    def judge(material: Referring) -> Examined:
        looked_up = [
            (entry, field, value, resolve(value))
            for field, resolve in material.resolvers.items()
            for entry in material.view.entries
            for value in _texts(entry, field)
        ]
        findings = [
            _dangling(registry, entry, field, value, found) for entry, field, value, found in looked_up if found.problem
        ]
        unknown = sorted(
            {shown_field(field, value, entry.key) for entry, field, value, found in looked_up if not found.is_known}
        )
        notes = (f"only running the code tells whether these are there: {', '.join(unknown)}",) if unknown else ()
        findings += [
            absent_field("REG130", registry, material.view, field)
            for field in material.resolvers
            if material.view.entries and not any(field_of(entry, field)[0] for entry in material.view.entries)
        ]
        return Examined(sum(found.is_known for _, _, _, found in looked_up), tuple(findings), notes)

    def spoiled(material: Referring) -> Iterator[Referring]:
        for field, resolve in material.resolvers.items():

            def spoil(entry: Entry, field: str = field, resolve: Resolver = resolve) -> Entry | None:
                texts = [value for value in _texts(entry, field) if resolve(value) == Resolution()]
                wrong = f"{texts[0]}_renamed" if texts and isinstance(texts[0], str) else object()
                return with_field(entry, field, wrong) if texts else None

            for view in changed_one(material.view, spoil):
                yield material._replace(view=view)

    return Check("REG130", judge, spoiled)


def _is_static(registry: Registry, name: str) -> bool:
    try:
        return registry.group.named(name, asked_by=registry.name).chosen().is_static
    except CannotExamine:
        return True


def _texts(entry: Entry, field: str) -> list[Any]:
    there, value = field_of(entry, field)
    if not there or value is None or (isinstance(value, Unread) and field != "value"):
        return []
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def _resolver(registry: Registry, kind: str, *, is_static: bool) -> Resolver:
    name, _, folder = kind.partition(":")
    if name == "file":
        return lambda value: _file(registry, folder, value)
    if name in KINDS:
        known: dict[Any, Resolution] = {}

        def resolve(value: Any) -> Resolution:
            key = identity(value)
            if key not in known:
                known[key] = _in_sources(registry, value, name) if is_static else _at_runtime(registry, value, name)
            return known[key]

        return resolve
    other = registry.group.named(kind, asked_by=registry.name)
    keys = {identity(entry.key): entry.key for entry in other.chosen().load().entries}
    return lambda value: _entry(kind, keys, value)


def _file(registry: Registry, folder: str, value: Any) -> Resolution:
    path = os.path.join(registry.unit.folder, folder, str(value))
    if os.path.exists(path):
        return Resolution()
    parent = os.path.dirname(path)
    beside = os.listdir(parent) if os.path.isdir(parent) else []
    return Resolution(
        f"there is no file {os.path.join(folder, str(value))!r} in the unit", _nearest(os.path.basename(path), beside)
    )


def _entry(registry: str, keys: Mapping[Any, Any], value: Any) -> Resolution:
    if identity(value) in keys:
        return Resolution()
    return Resolution(
        f"{registry} has no such entry", _nearest(value, [each for each in keys.values() if isinstance(each, str)])
    )


def _at_runtime(registry: Registry, value: Any, kind: str) -> Resolution:
    if isinstance(value, str):
        target = value if ":" in value else ":".join(value.rsplit(".", 1))
        try:
            value = live(target, registry.unit, registry=registry.name)
        except CannotExamine as trouble:
            return Resolution(trouble.finding.message.rstrip("."), trouble.finding.hint)
    if kind == "class" and not isinstance(value, type):
        return Resolution("it is no class")
    if kind == "callable" and not callable(value):
        return Resolution("it can't be called")
    return Resolution()


def _in_sources(registry: Registry, value: Any, kind: str) -> Resolution:
    if not isinstance(value, str):
        return (
            Resolution(f"it is of type {type(value).__name__}")
            if value is not None and not isinstance(value, dict)
            else Resolution()
        )
    names = registry.group.reader.names
    dotted = value.replace(":", ".")
    found = names.find(dotted)
    if found is not None:
        fits = kind != "class" or not isinstance(found.node, DEFINITIONS[1:])
        return Resolution() if fits else Resolution("it is a function, not a class")
    for count in range(dotted.count("."), 0, -1):
        head = dotted.split(".")[:count]
        module = registry.unit.sources.module(".".join(head))
        if module is not None and module.tree is not None:
            bound = names.bindings(module, module.tree.body)
            rest = dotted.split(".")[count]
            if rest in bound or {"*", "__getattr__"} & set(bound):
                return Resolution(is_known=False)
            return Resolution(f"{module.name} has no {rest!r}", _nearest(rest, list(bound)))
    return Resolution(is_known=False)


def _nearest(name: Any, known: list[str]) -> str:
    near = difflib.get_close_matches(str(name), known, n=1)
    return f"Did you mean {near[0]!r}?" if near else ""


def _dangling(registry: str, entry: Entry, field: str, value: Any, found: Resolution) -> Finding:
    places = (entry.place,) if entry.place is not None else ()
    what = shown_field(field, value, entry.key)
    if what != shown(value):  # nor may what follows from it be shown
        found = Resolution("it isn't there")
    of = f"{shown(entry.key)} of {registry}" if field != "key" else registry
    message = f"{of} points at {what}, which leads nowhere: {found.problem}."
    return Finding(
        "REG130",
        f"{named(entry.key)}/{field}",
        message,
        found.hint or "Correct it, or delete the entry.",
        places,
        registry,
    )
