"""Entries of a registry that a decorator or a function fills: `@register("x")`, `@register`, `register("x", handler)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterable, Iterator

from integrity.checks.model import Entry
from integrity.checks.registries.reading import Reader, Unread
from integrity.checks.registries.view import View

if TYPE_CHECKING:
    from integrity.checks.registries.naming import Definition
    from integrity.checks.sources import Module


def decorated_view(reader: Reader, modules: Iterable[Module], target: str) -> View:
    """All uses of the decorator or function `pkg.mod:register` in the unit, but not in its tests."""
    name = reader.names.definite(target.replace(":", "."))
    last = name.rpartition(".")[2]
    entries: list[Entry] = []
    gaps: list[str] = []
    for module in modules:
        if last.encode() not in module.content or module.is_test or module.tree is None:
            continue
        for entry in _uses(reader, module, name):
            entries.append(entry)
            if isinstance(entry.key, Unread) and not _is_name(entry.key):
                gaps.append(f"{entry.place}: the key {entry.key} is only known when it runs")
    found = reader.names.find(name)
    place = found.module.place(found.node) if found is not None else None
    return View("decorated", (tuple(entries),), place, tuple(gaps))


def _uses(reader: Reader, module: Module, name: str) -> Iterator[Entry]:
    decorators: set[int] = set()
    for definition in (*module.functions, *module.classes):
        for decorator in definition.decorator_list:
            decorators.add(id(decorator))
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if reader.names.canonical(module, called) == name:
                yield _of_decorator(reader, module, decorator, definition)
    for call in module.calls.get(name.rpartition(".")[2], ()):
        if id(call) not in decorators and reader.names.canonical(module, call.func) == name and _arguments(call):
            key, *rest = _arguments(call)
            value = reader.value(module, rest[0]) if rest else None
            yield Entry(reader.value(module, key), value, module.place(call), "call")


def _of_decorator(reader: Reader, module: Module, decorator: ast.expr, definition: Definition) -> Entry:
    value = Unread(f"{module.name}.{definition.name}")
    arguments = _arguments(decorator) if isinstance(decorator, ast.Call) else []
    key = reader.value(module, arguments[0]) if arguments else definition.name
    return Entry(key, value, module.place(decorator), "decorator")


def _arguments(call: ast.Call) -> list[ast.expr]:
    """The arguments; keywords count where there is nothing else."""
    return list(call.args) or [each.value for each in call.keywords if each.arg in {"name", "key", "id", "type"}]


def _is_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))
