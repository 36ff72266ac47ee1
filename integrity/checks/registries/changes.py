"""What the unit's modules do to a registry after it was made: `D[k] = v`, `D.update({…})`, `D |= {…}`, `L.append(x)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterable, Iterator

from integrity.checks.model import Entry

if TYPE_CHECKING:
    from integrity.checks.registries.displays import Displays, Written
    from integrity.checks.sources import Module

_ADDING = ("update", "append", "add", "extend", "insert", "setdefault", "__setitem__")
_PAIR = 2
_REMOVING = ("pop", "popitem", "clear", "remove", "discard")


def add_changes(displays: Displays, modules: Iterable[Module], name: str, into: Written) -> None:
    """Add what happens to the object of a full dotted name at the top of any module; what happens elsewhere is a gap."""
    last = name.rpartition(".")[2].encode()
    for module in modules:
        if last in module.content and not module.is_test and module.tree is not None:
            _add_of(displays, module, name, into)


def _add_of(displays: Displays, module: Module, name: str, into: Written) -> None:
    plain = {id(statement) for statement in module.tree.body} if module.tree is not None else set()
    plain |= {
        id(statement.value)
        for statement in (module.tree.body if module.tree is not None else ())
        if isinstance(statement, ast.Expr)
    }
    for node in sorted(_changes(displays, module, name), key=lambda each: (each.lineno, each.col_offset)):
        if id(node) in plain:
            _apply(displays, module, node, into)
        else:
            into.gaps.append(f"{module.place(node)}: it is changed inside a function or a condition")


def _changes(displays: Displays, module: Module, name: str) -> Iterator[ast.stmt | ast.expr]:
    def is_it(node: ast.AST) -> bool:
        return isinstance(node, (ast.Name, ast.Attribute)) and displays.reader.names.canonical(module, node) == name

    for statement in module.assignments:
        if any(is_it(node) for node in _changed(statement)):
            yield statement
    for called in (*_ADDING, *_REMOVING):
        for call in module.calls.get(called, ()):
            if isinstance(call.func, ast.Attribute) and is_it(call.func.value):
                yield call


def _changed(statement: ast.stmt) -> list[ast.expr]:
    """What an assignment changes, without making it anew."""
    if isinstance(statement, ast.AugAssign):
        return [statement.target]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.value for target in targets if isinstance(target, ast.Subscript)]


def _apply(displays: Displays, module: Module, node: ast.stmt | ast.expr, into: Written) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                _set(displays, module, (target.slice, node.value), into)
    elif isinstance(node, ast.AugAssign):
        displays.read(module, node.value, into)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        _called(displays, module, node, into)


def _called(displays: Displays, module: Module, node: ast.Call, into: Written) -> None:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    arguments = node.args
    if called == "update":
        keywords = ast.copy_location(ast.Call(ast.Name("dict", ast.Load()), [], node.keywords), node)
        for argument in (*arguments, *([keywords] if node.keywords else [])):
            displays.read(module, argument, into)
    elif called == "extend" and len(arguments) == 1:
        displays.read(module, arguments[0], into)
    elif (called, len(arguments)) in {("append", 1), ("add", 1), ("insert", _PAIR)}:
        _last(into).extend(displays.item(module, arguments[-1], into))
    elif called in {"__setitem__", "setdefault"} and len(arguments) == _PAIR:
        key = displays.reader.value(module, arguments[0])
        if called == "__setitem__" or all(entry.key != key for layer in into.layers for entry in layer):
            _set(displays, module, (arguments[0], arguments[1]), into)
    else:
        displays.gap(module, node, into)


def _set(displays: Displays, module: Module, pair: tuple[ast.expr, ast.expr], into: Written) -> None:
    key, value = (displays.reader.value(module, node) for node in pair)
    _last(into).append(Entry(key, value, module.place(pair[0]), "assignment"))


def _last(into: Written) -> list[Entry]:
    if not into.layers:
        into.layers.append([])
    return into.layers[-1]
