"""REG140: classes, functions and files that belong into a registry and are not in it."""

from __future__ import annotations

import ast
import fnmatch
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NamedTuple

from integrity.checks.case import Check
from integrity.checks.idle import Listed, stale_ignore
from integrity.checks.model import CannotExamine, Entry, Examined, Finding, Place
from integrity.checks.registries.reading import Unread
from integrity.checks.registries.source import require

if TYPE_CHECKING:
    from integrity.checks.registries.declared import Registry
    from integrity.checks.registries.naming import Definition, Names
    from integrity.checks.registries.view import View
    from integrity.checks.sources import Module

_ABSTRACT = frozenset(["ABC", "ABCMeta", "Protocol"])


class Member(NamedTuple):
    """What has to be registered: its name for people, and all that an entry may call it by."""

    name: str
    identities: frozenset[str]
    place: Place


class Membership(NamedTuple):
    """The members, all that the registry's entries name, where the registry stands, and patterns of members to pass over."""

    members: tuple[Member, ...]
    registered: frozenset[str]
    place: Place | None
    ignored: tuple[Listed, ...] = ()

    def are_missing(self) -> list[Member]:
        """The members that no entry names, ignored ones among them."""
        return [member for member in self.members if not member.identities & self.registered]


def membership(registry: Registry) -> Callable[[], Membership]:
    """How the material is loaded."""
    chosen = registry.chosen(takes_names=True)
    return lambda: membership_in(registry, chosen.load())


def membership_in(registry: Registry, view: View) -> Membership:
    """The material for a view, by what the registry's options call members."""
    wanted: Mapping[str, Any] = registry.options["members"]
    ignored = registry.ignores("members.ignore", wanted.get("ignore", ()))
    return Membership(tuple(_members(registry, wanted)), frozenset(_registered(view)), view.place, ignored)


def unregistered(registry: str) -> Check:
    """The check for members that no entry names."""

    def judge(material: Membership) -> Examined:
        missing = material.are_missing()
        findings = [
            _omitted(registry, member, material.place)
            for member in missing
            if not any(_is_meant(ignore, member) for ignore in material.ignored)
        ]
        findings += [
            stale_ignore(ignore, registry)
            for ignore in material.ignored
            if not any(_is_meant(ignore, member) for member in missing)
        ]
        meant = [each for each in missing if any(_is_meant(ignore, each) for ignore in material.ignored)]
        return Examined(len(material.members) - len(meant), tuple(findings))

    def spoiled(material: Membership) -> Iterator[Membership]:
        for member in material.members:
            is_ignored = any(_is_meant(ignore, member) for ignore in material.ignored)
            if member.identities & material.registered and not is_ignored:
                yield material._replace(registered=material.registered - member.identities)
                return

    return Check("REG140", judge, spoiled)


def _is_meant(ignore: Listed, member: Member) -> bool:
    return fnmatch.fnmatchcase(member.name, ignore.name)


def _members(registry: Registry, wanted: Mapping[str, Any]) -> Iterator[Member]:
    finders = {"subclasses-of": _subclasses, "decorated-by": _decorated, "classes": _classes}
    if not any(key in wanted for key in ("files", *finders)):
        message = f"members of {registry.name} doesn't say what they are."
        hint = "Say one of subclasses-of, decorated-by, classes or files."
        raise CannotExamine(Finding("REG002", f"{registry.name}.members", message, hint, registry=registry.name))
    sources, package = registry.unit.sources, wanted.get("within", "")
    if "files" in wanted:
        yield from (_file(path) for path in sources.matching(wanted["files"]) if not path.endswith("__init__.py"))
    plain = [each for each in sources.modules if each.tree is not None and not each.is_test]
    modules = [each for each in plain if not package or each.name == package or each.name.startswith(f"{package}.")]
    for key, find in finders.items():
        if key in wanted:
            yield from find(registry, modules, wanted)


def _classes(registry: Registry, modules: list[Module], wanted: Mapping[str, Any]) -> Iterator[Member]:
    for module in modules:
        for node in module.classes:
            is_meant = fnmatch.fnmatchcase(node.name, wanted["classes"])
            if is_meant and not _is_abstract(registry.group.reader.names, module, node):
                yield from _member(registry, module, node, wanted)


def _subclasses(registry: Registry, modules: list[Module], wanted: Mapping[str, Any]) -> Iterator[Member]:
    names = registry.group.reader.names
    require(registry.unit, names, wanted["subclasses-of"], registry.name)
    base = names.definite(wanted["subclasses-of"].replace(":", "."))
    parents = {
        f"{module.name}.{node.name}": {names.canonical(module, each) for each in node.bases}
        for module in registry.unit.sources.modules
        if module.tree is not None
        for node in module.classes
    }
    below = {base}
    while grown := {name for name, above in parents.items() if above & below} - below:
        below |= grown
    for module in modules:
        for node in module.classes:
            if f"{module.name}.{node.name}" in below - {base} and not _is_abstract(names, module, node):
                yield from _member(registry, module, node, wanted)


def _decorated(registry: Registry, modules: list[Module], wanted: Mapping[str, Any]) -> Iterator[Member]:
    names = registry.group.reader.names
    require(registry.unit, names, wanted["decorated-by"], registry.name)
    name = names.definite(wanted["decorated-by"].replace(":", "."))
    for module in modules:
        if name.rpartition(".")[2].encode() in module.content:
            for node in (*module.functions, *module.classes):
                called = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
                if any(names.canonical(module, each) == name for each in called):
                    yield from _member(registry, module, node, wanted)


def _member(registry: Registry, module: Module, node: Definition, wanted: Mapping[str, Any]) -> Iterator[Member]:
    place = module.place(node)
    by = wanted.get("by")
    if not by:
        dotted = f"{module.name}.{node.name}"
        yield Member(node.name, frozenset([node.name, dotted, f"{module.name}:{node.name}"]), place)
        return
    names = registry.group.reader.names
    bindings = names.bindings(module, node.body).get(by, [])
    node_of_key = bindings[-1].node if bindings else None
    value = registry.group.reader.value(module, node_of_key) if node_of_key is not None else None
    if value is None or isinstance(value, Unread):
        yield Member(node.name, frozenset(), place)
    else:
        yield Member(node.name, frozenset([str(value)]), place)


def _file(path: str) -> Member:
    name = path.rpartition("/")[2]
    stem = name.partition(".")[0] or name
    return Member(stem, frozenset([name, stem, path]), Place(path))


def _is_abstract(names: Names, module: Module, node: ast.ClassDef) -> bool:
    """Whether a class is not meant to be used itself: private, an ABC, or with abstract methods or `abstract = True` in its Meta."""
    bases = [*node.bases, *(each.value for each in node.keywords if each.arg == "metaclass")]
    if node.name.startswith("_") or any(
        names.canonical(module, base).rpartition(".")[2] in _ABSTRACT for base in bases
    ):
        return True
    for statement in node.body:
        decorators = getattr(statement, "decorator_list", [])
        if any(ast.unparse(each).endswith(("abstractmethod", "abstractproperty")) for each in decorators):
            return True
        if (
            isinstance(statement, ast.ClassDef)
            and statement.name == "Meta"
            and "abstract = True" in ast.unparse(statement)
        ):
            return True
    return False


def _registered(view: View) -> Iterator[str]:
    for entry in view.entries:
        yield from _spelt(entry)


def _spelt(entry: Entry) -> Iterator[str]:
    """All that an entry names: its key, its value, what stands inside it."""
    waiting = [entry.key, entry.value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield str(value)
            if isinstance(value, Unread) or "." in value:
                yield value.rpartition(".")[2].partition("(")[0]
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, (list, tuple, set)):
            waiting += value
        elif hasattr(value, "__qualname__"):
            yield value.__qualname__
            yield f"{value.__module__}.{value.__qualname__}"


def _omitted(registry: str, member: Member, place: Place | None) -> Finding:
    places = (member.place, *([place._replace(role="expected")] if place is not None else []))
    message = f"{member.name} was never registered in {registry}, so nothing ever finds it there."
    return Finding("REG140", member.name, message, f"Add it to {registry}, or to ignore.", places, registry)
