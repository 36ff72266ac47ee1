"""Which queue a task goes to, as a unit's sources write it: `task_routes`, and `queue=` of tasks, calls and beat entries."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterator, NamedTuple

from integrity.checks.model import Entry
from integrity.checks.sources.names import Names, items, keyword, pairs, targets_of
from integrity.checks.tasks.references import MARKS, beat_dicts

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources

SPELLINGS = {
    "task_routes": ("task_routes", "TASK_ROUTES", "CELERY_TASK_ROUTES", "CELERY_ROUTES"),
    "task_queues": ("task_queues", "TASK_QUEUES", "CELERY_TASK_QUEUES", "CELERY_QUEUES"),
    "task_default_queue": (
        "task_default_queue",
        "TASK_DEFAULT_QUEUE",
        "CELERY_TASK_DEFAULT_QUEUE",
        "CELERY_DEFAULT_QUEUE",
    ),
}
PAIR = 2
SENDERS = ("apply_async", "send_task", "signature", "set", "subtask")


class Routes(NamedTuple):
    """Routes as they are written: key is the pattern, value the queue or None. `notes` tell what is computed."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


def written_routes(sources: Sources, names: Names) -> Routes:
    """All routes that stand in literals."""
    entries: list[Entry] = []
    notes: list[str] = []
    for module, value in written(sources, "task_routes"):
        for each in value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]:
            if isinstance(each, (ast.Dict, ast.List, ast.Tuple)):
                entries += _routes_of(each, module, names)
            else:
                notes.append(f"{module.path}:{each.lineno}: these routes are computed.")
    return Routes(tuple(entries), tuple(notes))


def written_queues(sources: Sources, names: Names) -> tuple[Entry, ...]:
    """Every queue that something is sent to, beside routes: key is the queue's name."""
    found: list[Entry] = []
    for module in sources.modules:
        if (
            not module.is_test
            and b"queue" in module.content
            and any(mark in module.content for mark in (*MARKS, b"task"))
        ):
            nodes = [keyword(call, "queue") for last in SENDERS for call in module.calls.get(last, ())]
            nodes += [
                items(options).get("queue")
                for _, each in beat_dicts(module)
                if isinstance(options := items(each).get("options"), ast.Dict)
            ]
            values = ((node, names.constant(module, node)) for node in nodes if node is not None)
            found += [
                Entry(value, None, module.place(node), "call") for node, value in values if isinstance(value, str)
            ]
    return tuple(found)


def written(sources: Sources, setting: str) -> Iterator[tuple[Module, ast.expr]]:
    """Every expression that a Celery setting is given, under any of its names, in Django's settings or the app's own."""
    spellings = SPELLINGS[setting]
    for module in sources.modules:
        if not module.is_test and any(each.encode() in module.content for each in spellings):
            yield from ((module, value) for value in _given(module, spellings))


def _given(module: Module, spellings: tuple[str, ...]) -> Iterator[ast.expr]:
    for statement in module.assignments:
        if statement.value is not None and any(_last(target) in spellings for target in targets_of(statement)):
            yield statement.value
    for last, calls in module.calls.items():
        if last == "update" or "elery" in last:
            yield from (each.value for call in calls for each in call.keywords if each.arg in spellings)
    for each in module.dicts:
        yield from (value for key, value in items(each).items() if key in spellings)


def _routes_of(each: ast.expr, module: Module, names: Names) -> Iterator[Entry]:
    """The routes of a dict, or of a list of pairs."""
    listed = [item.elts for item in getattr(each, "elts", ()) if isinstance(item, ast.Tuple)]
    for key, value in pairs(each) or [(elements[0], elements[1]) for elements in listed if len(elements) == PAIR]:
        pattern = names.constant(module, key)
        if key is not None and isinstance(pattern, str):
            node = items(value).get("queue") if isinstance(value, ast.Dict) else value
            queue = names.constant(module, node)
            yield Entry(pattern, queue if isinstance(queue, str) else None, module.place(key), "dict")


def _last(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
