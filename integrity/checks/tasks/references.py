"""Where a unit's sources name a Celery task by a string: in beat schedules, and in calls such as `send_task`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterator

from integrity.checks.model import Entry
from integrity.checks.sources.names import Names, items, keyword
from integrity.checks.tasks.registered import is_app

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources

MARKS = (b"elery", b"ELERY", b"beat_schedule", b"BEAT_SCHEDULE")
BY_NAME = ("send_task", "signature", "subtask", "Signature")


def beat_entries(sources: Sources, names: Names) -> tuple[Entry, ...]:
    """Every beat entry whose task is written as a string: key is the entry's name, value the task's."""
    return tuple(entry for module in _modules(sources) for entry in _beat_entries(module, names))


def calls_by_name(sources: Sources, names: Names) -> tuple[Entry, ...]:
    """Every call of a task by its name: key and value are the name."""
    return tuple(entry for module in _modules(sources) for entry in _calls_by_name(module, names))


def beat_dicts(module: Module) -> Iterator[tuple[str, ast.Dict]]:
    """Each `{"task": …, "schedule": …}` of a file, with its key where it stands in a dict, else ""."""
    if b"schedule" not in module.content:
        return
    inner = {id(each): each for each in module.dicts if {"task", "schedule"} <= set(items(each))}
    for outer in module.dicts if inner else ():
        for name, value in items(outer).items():
            if id(value) in inner:
                yield name, inner.pop(id(value))
    for call in module.calls.get("dict", ()) if inner else ():
        yield from ((each.arg or "", inner.pop(id(each.value))) for each in call.keywords if id(each.value) in inner)
    for subscript in _subscript_assignments(module) if inner else ():
        if id(subscript.value) in inner:
            target = subscript.targets[0]
            assert isinstance(target, ast.Subscript)
            yield _text(target.slice), inner.pop(id(subscript.value))
    yield from (("", each) for each in inner.values())


def _modules(sources: Sources) -> Iterator[Module]:
    for module in sources.modules:
        if not module.is_test and any(mark in module.content for mark in MARKS):
            yield module


def _beat_entries(module: Module, names: Names) -> Iterator[Entry]:
    for name, each in beat_dicts(module):
        item = items(each)["task"]
        task = names.constant(module, item)
        if isinstance(task, str):
            yield Entry(name or task, task, module.place(item), "dict")
    for call, signature in _periodic(module):
        task = names.constant(module, signature.args[0])
        if isinstance(task, str):
            name = names.constant(module, keyword(call, "name"))
            yield Entry(name if isinstance(name, str) else task, task, module.place(signature), "call")


def _periodic(module: Module) -> Iterator[tuple[ast.Call, ast.Call]]:
    """Each `add_periodic_task(…, signature("…"))` with the signature."""
    for call in module.calls.get("add_periodic_task", ()):
        given = call.args[1] if len(call.args) > 1 else keyword(call, "sig")
        if isinstance(given, ast.Call) and given.args and _last(given.func) in BY_NAME:
            yield call, given


def _calls_by_name(module: Module, names: Names) -> Iterator[Entry]:
    periodic = {id(signature) for _, signature in _periodic(module)}
    for last in BY_NAME:
        for call in module.calls.get(last, ()):
            given = call.args[0] if call.args else keyword(call, "name" if last == "send_task" else "task")
            if given is None or id(call) in periodic or not _is_celerys(module, names, call.func):
                continue
            task = names.constant(module, given)
            if isinstance(task, str):
                yield Entry(task, task, module.place(call), "call")
    for subscript in module.subscripts if b".tasks[" in module.content else ():
        owner = subscript.value
        if isinstance(owner, ast.Attribute) and owner.attr == "tasks" and is_app(module, names, owner.value):
            task = names.constant(module, subscript.slice)
            if isinstance(task, str):
                yield Entry(task, task, module.place(subscript), "call")


def _is_celerys(module: Module, names: Names, function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return is_app(module, names, function.value) or _last(function) == "send_task"
    return names.absolute(module, function).startswith("celery.")


def _subscript_assignments(module: Module) -> Iterator[ast.Assign]:
    for each in module.assignments:
        if isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Subscript):
            yield each


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node: ast.expr) -> str:
    """A subscript's key, where it is a string."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
