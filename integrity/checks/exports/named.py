"""EXP101, EXP102, EXP105: `__all__` against what a module has."""

from __future__ import annotations

import ast
import difflib
import fnmatch
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Callable, Iterator, Sequence

from integrity.checks.case import Check
from integrity.checks.exports.bound import Bound, bound_by
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.registries.keys import listed

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.sources import Module

_NEW = "integrity_renamed"


@dataclass(frozen=True)
class Exports:
    """One module's `__all__`: each name with its place; what the module binds; its public classes and functions.

    `gap` says why only running the module tells what it has or exports, "" where the sources do.
    """

    module: str
    names: tuple[tuple[str, Place], ...]
    place: Place
    bound: frozenset[str]
    public: tuple[tuple[str, Place], ...] = ()
    gap: str = ""


def exports_of(unit: Unit) -> Callable[[], tuple[Exports, ...]]:
    """How the material is loaded: the modules that have an `__all__`."""
    known: list[tuple[Exports, ...]] = []

    def load() -> tuple[Exports, ...]:
        if not known:
            modules = [
                module for module in unit.sources.modules if b"__all__" in module.content and module.tree is not None
            ]
            known.append(tuple(found for module in modules for found in _exports(unit, module)))
        return known[0]

    return load


def missing_exports() -> Check:
    """The check for exported names that the module doesn't have."""

    def judge(exports: tuple[Exports, ...]) -> Examined:
        findings = [
            _missing(each, name, place)
            for each in exports
            if not each.gap
            for name, place in each.names
            if name not in each.bound
        ]
        return Examined(sum(len(each.names) for each in exports if not each.gap), tuple(findings), _gaps(exports))

    def spoiled(exports: tuple[Exports, ...]) -> Iterator[tuple[Exports, ...]]:
        for index, each in enumerate(exports):
            if not each.gap:
                yield (*exports[:index], replace(each, names=(*each.names, (_NEW, each.place))), *exports[index + 1 :])
                return

    return Check("EXP101", judge, spoiled)


def duplicate_exports() -> Check:
    """The check for names that stand twice."""

    def judge(exports: tuple[Exports, ...]) -> Examined:
        findings = [finding for each in exports for finding in _doubled(each)]
        return Examined(sum(len(each.names) for each in exports), tuple(findings))

    def spoiled(exports: tuple[Exports, ...]) -> Iterator[tuple[Exports, ...]]:
        for index, each in enumerate(exports):
            if each.names:
                yield (*exports[:index], replace(each, names=(*each.names, each.names[0])), *exports[index + 1 :])
                return

    return Check("EXP105", judge, spoiled)


def unexported(patterns: Sequence[str]) -> Check:
    """The check for public names that `__all__` lacks, in the modules of these patterns."""

    def wanted(exports: tuple[Exports, ...]) -> list[Exports]:
        return [each for each in exports if any(fnmatch.fnmatchcase(each.module, pattern) for pattern in patterns)]

    def judge(exports: tuple[Exports, ...]) -> Examined:
        found = wanted(exports)
        findings = [
            _unexported(each, name, place)
            for each in found
            for name, place in each.public
            if name not in {name for name, _ in each.names}
        ]
        return Examined(sum(len(each.names) for each in found), tuple(findings), _gaps(found))

    def spoiled(exports: tuple[Exports, ...]) -> Iterator[tuple[Exports, ...]]:
        for index, each in enumerate(exports):
            if each in wanted(exports):
                yield (
                    *exports[:index],
                    replace(each, public=(*each.public, (_NEW, each.place))),
                    *exports[index + 1 :],
                )
                return

    return Check("EXP102", judge, spoiled)


def _exports(unit: Unit, module: Module) -> Iterator[Exports]:
    names: list[tuple[str, Place]] = []
    place, gap = None, _changed_by_call(module)
    for statement, value in _assigned(module):
        place = place or module.place(statement)
        found = _names(module, value)
        if module.tree is None or statement not in module.tree.body:
            gap = "__all__ depends on the run"
        elif found is None:
            gap = "__all__ is computed"
        else:
            names = names + found if isinstance(statement, ast.AugAssign) else found
    if place is not None:
        bound = bound_by(module)
        beside = bound.names | _beside(unit, module)
        yield Exports(module.name, tuple(names), place, beside, _public(module, bound), gap or bound.gap)


def _assigned(module: Module) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """What `__all__` is assigned, or is added to it."""
    for statement in module.assignments:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        is_all = any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
        if is_all and statement.value is not None:
            yield statement, statement.value


def _changed_by_call(module: Module) -> str:
    """Why a method that changes `__all__` leaves it unknown; "" where there is none."""
    for called in ("append", "extend", "remove", "insert"):
        for call in module.calls.get(called, ()):
            if isinstance(call.func, ast.Attribute) and module.dotted(call.func.value) == "__all__":
                return "__all__ is changed by a call"
    return ""


def _names(module: Module, node: ast.expr) -> list[tuple[str, Place]] | None:
    """The names of a list of constants, also of several added; None where it isn't one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _names(module, node.left), _names(module, node.right)
        return None if left is None or right is None else left + right
    if not isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return None
    constants = [each for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return [(str(each.value), module.place(each)) for each in constants] if len(constants) == len(node.elts) else None


def _beside(unit: Unit, module: Module) -> frozenset[str]:
    """What lies in a package's folder: `from package import *` imports the submodules that `__all__` names."""
    folder, _, name = module.path.rpartition("/")
    if name != "__init__.py":
        return frozenset()
    prefix = f"{folder}/" if folder else ""
    inside = [path[len(prefix) :] for path in unit.sources.files if path.startswith(prefix)]
    return frozenset(path.partition("/")[0].partition(".")[0] for path in inside)


def _public(module: Module, bound: Bound) -> tuple[tuple[str, Place], ...]:
    assert module.tree is not None
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in module.tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    return tuple({node.name: (node.name, module.place(node)) for node in nodes if node.name in bound.names}.values())


def _gaps(exports: Sequence[Exports]) -> tuple[str, ...]:
    return tuple(f"{each.place}: {each.gap}" for each in exports if each.gap)


def _missing(exports: Exports, name: str, place: Place) -> Finding:
    near = difflib.get_close_matches(name, sorted(exports.bound), n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "Define it, import it, or strike it off the list."
    message = f"{exports.module} exports {name!r}, which it doesn't have; `from {exports.module} import *` fails."
    return Finding("EXP101", f"{exports.module}.{name}", message, hint, (place,))


def _doubled(exports: Exports) -> Iterator[Finding]:
    places: dict[str, list[Place]] = {}
    for name, place in exports.names:
        places.setdefault(name, []).append(place)
    for name, found in places.items():
        if len(found) > 1:
            message = f"{exports.module} exports {name!r} twice; perhaps another name was meant."
            roles = tuple(
                place._replace(role="duplicate" if index else "declared") for index, place in enumerate(found)
            )
            yield Finding(
                "EXP105", f"{exports.module}.{name}", message, "Delete one of the two.", roles, level="warning"
            )


def _unexported(exports: Exports, name: str, place: Place) -> Finding:
    names = listed([each for each, _ in exports.names], 3)
    message = f"{name} is public in {exports.module}, but `__all__` ({names}) doesn't name it."
    places = (place, exports.place._replace(role="expected"))
    return Finding("EXP102", f"{exports.module}.{name}", message, f"Add it to `__all__`, or call it _{name}.", places)
