"""The source view of a registry: every entry that is written, with its place, also those that the language overwrites."""

from __future__ import annotations

import ast
import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

from integrity.checks.model import CannotExamine, Entry, Finding
from integrity.checks.registries.changes import add_changes
from integrity.checks.registries.displays import Displays, Written
from integrity.checks.registries.naming import Found, Names
from integrity.checks.registries.view import View

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.registries.reading import Reader
    from integrity.checks.sources import Module

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\[\]]+)\]")


class Path(NamedTuple):
    """A target in parts: `steps` are attributes, those in brackets are keys."""

    module: str
    steps: tuple[tuple[str, bool], ...]


def path_of(target: str) -> Path:
    """The parts of `pkg.mod:NAME.attribute[key]`."""
    module, _, rest = target.partition(":")
    return Path(module, tuple((name or key.strip("'\""), bool(key)) for name, key in _STEP.findall(rest)))


def source_view(unit: Unit, reader: Reader, target: str, *, key: str = "", registry: str = "") -> View | None:
    """The view of a target; None where the unit's sources don't show it (another package's, a function, computed).

    Raises CannotExamine (REG002) where the sources are sure that it isn't there.
    """
    path = path_of(target)
    names = [name for name, is_key in path.steps if not is_key]
    found = reader.names.find(".".join([path.module, *names[:1]])) if names else None
    if found is not None:
        found = _stepped(reader, found, path.steps[1:])
    if found is None:
        require(unit, reader.names, target, registry)
        return None
    if isinstance(found.node, ast.ClassDef):
        return _of_class(reader, found)
    if isinstance(found.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
        return None
    return _of_expression(unit, Displays(reader, key), found, path)


def require(unit: Unit, names: Names, target: str, registry: str = "") -> None:
    """Raise CannotExamine (REG002) where the unit's sources are sure that a target isn't there."""
    path = path_of(target)
    module = unit.sources.module(path.module)
    if module is None:
        known = [each.name for each in unit.sources.modules]
        top = path.module.partition(".")[0]
        if any(each.startswith(f"{top}.") for each in known) and not _has_file(unit, path.module):
            _refuse(target, f"there is no module {path.module} in this unit", path.module, known, registry)
        return
    if module.tree is None or not path.steps:
        return
    bound = names.bindings(module, module.tree.body)
    name = path.steps[0][0]
    if name in bound or "*" in bound or "__getattr__" in bound or b"globals(" in module.content:
        return
    if not _has_file(unit, f"{path.module}.{name}"):
        _refuse(target, f"{path.module} has no {name!r}", name, list(bound), registry)


def _refuse(target: str, what: str, name: str, known: list[str], registry: str) -> None:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "Correct the target."
    raise CannotExamine(Finding("REG002", target, f"{target} can't be found: {what}.", hint, registry=registry))


def _has_file(unit: Unit, name: str) -> bool:
    """Whether anything with this dotted name lies in the unit: a folder, a compiled module."""
    tail = "/" + name.replace(".", "/")
    return any(
        f"/{file}".rpartition(".")[0].endswith(tail) or f"{tail}/" in f"/{file}" or f"{tail}." in f"/{file}"
        for file in unit.sources.files
    )


def _stepped(reader: Reader, found: Found, steps: tuple[tuple[str, bool], ...]) -> Found | None:
    current: Found | None = found
    for name, is_key in steps:
        if current is None:
            return None
        current = _below(reader, current, name) if is_key else reader.names.attribute(current, [name])
    return current


def _below(reader: Reader, found: Found, key: str) -> Found | None:
    """The value of a key of a dict display, the last one where it stands twice."""
    if not isinstance(found.node, ast.Dict):
        return None
    values = [
        value
        for each, value in zip(found.node.keys, found.node.values)  # noqa: B905 - Python 3.9
        if each is not None and str(reader.value(found.module, each)) == key
    ]
    if not values:
        return None
    value = values[-1]
    if isinstance(value, (ast.Name, ast.Attribute)):
        return reader.names.meaning(found.module, value)
    return Found(found.module, value)


def _of_class(reader: Reader, found: Found) -> View:
    place = found.module.place(found.node)
    if reader.is_enum(found.module, found.node):
        return View("enum", (tuple(Displays(reader).members(found)),), place, _gaps_of_body(found))
    assert isinstance(found.node, ast.ClassDef)
    entries = []
    for statement in found.node.body:
        targets = (
            statement.targets
            if isinstance(statement, ast.Assign)
            else [statement.target]
            if isinstance(statement, ast.AnnAssign)
            else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and not target.id.startswith("_") and statement.value is not None:  # type: ignore[attr-defined]
                value = reader.value(found.module, statement.value)  # type: ignore[attr-defined]
                entries.append(Entry(target.id, value, found.module.place(statement), "assignment"))
    bases = tuple(
        f"{place}: it also has what {ast.unparse(base)} gives it"
        for base in found.node.bases
        if ast.unparse(base) != "object"
    )
    return View("attributes", (tuple(entries),), place, (*bases, *_gaps_of_body(found)))


def _gaps_of_body(found: Found) -> tuple[str, ...]:
    body = found.node.body if isinstance(found.node, ast.ClassDef) else []
    branching = (ast.If, ast.Try, ast.For, ast.While, ast.With)
    return tuple(
        f"{found.module.place(each)}: what stands inside it may depend on the run"
        for each in body
        if isinstance(each, branching)
    )


def _of_expression(unit: Unit, displays: Displays, found: Found, path: Path) -> View | None:
    into = Written()
    displays.read(found.module, found.node, into)
    if len(path.steps) == 1:
        name = displays.reader.names.definite(f"{path.module}.{path.steps[0][0]}")
        add_changes(displays, _first_the_owner(unit, found.module), name, into)
    if not into.kind and not into.layers:
        return None
    layers = into.layers if into.kind == "mapping" else [[entry for layer in into.layers for entry in layer]]
    kind = "pairs" if into.kind == "items" and any(entry.origin == "pair" for entry in layers[0]) else into.kind
    return View(
        kind or "items", tuple(tuple(layer) for layer in layers), found.module.place(found.node), tuple(into.gaps)
    )


def _first_the_owner(unit: Unit, owner: Module) -> list[Module]:
    return [owner, *(module for module in unit.sources.modules if module is not owner)]
