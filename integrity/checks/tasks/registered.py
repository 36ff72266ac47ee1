"""The Celery tasks that a unit's sources register: by decorators, task classes and `register_task`. Nothing is imported."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterator, NamedTuple, Union

from integrity.checks.sources.names import Names, keyword, value_of

if TYPE_CHECKING:
    from integrity.checks.model import Place
    from integrity.checks.sources import Module, Sources

SHARED = "celery.shared_task"  # stands for every app
Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


class Task(NamedTuple):
    """One registration of a task. `app` is the app's full name or SHARED; `is_named`: its name is given, not made from module and function.

    `queue` is the decorator's option; None where it has none, "" where it is computed.
    """

    name: str
    app: str
    place: Place | None
    is_named: bool = False
    queue: str | None = None


@dataclass(frozen=True)
class Registered:
    """What is registered under which name.

    `tasks` are those that are surely registered. `possible` are further names that may be registered; `unsure` tells
    why there may be others still.
    """

    tasks: tuple[Task, ...] = ()
    possible: frozenset[str] = frozenset()
    unsure: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All names that are or may be registered."""
        return self.possible | {task.name for task in self.tasks}


def registered(sources: Sources, names: Names) -> Registered:
    """The tasks of a unit, without those of its tests."""
    reader = _Reader(names)
    for module in sources.modules:
        if (b"task" in module.content or b"Task" in module.content) and not module.is_test and module.tree is not None:
            reader.read(module)
    return Registered(tuple(reader.tasks), frozenset(reader.possible), tuple(reader.unsure))


def is_app(module: Module, names: Names, expression: ast.expr) -> bool:
    """Whether an expression is a Celery app, as far as names tell."""
    absolute = names.absolute(module, expression)
    if "celery" in absolute.lower() or absolute.rpartition(".")[2] == "current_app":
        return bool(absolute)
    there = names.found(absolute) if absolute else None
    made = value_of(there.bound[0]) if there is not None and not there.rest else None
    return isinstance(made, ast.Call) and "celery" in ast.dump(made.func).lower()


class _Reader:
    def __init__(self, names: Names) -> None:
        self.tasks: list[Task] = []
        self.possible: set[str] = set()
        self.unsure: list[str] = []
        self._names = names

    def read(self, module: Module) -> None:
        if b"gen_task_name" in module.content:
            self.unsure.append(f"{module.path}: task names are made by a gen_task_name of its own.")
        top = {id(statement) for statement in module.tree.body} if module.tree is not None else set()
        for function in module.functions:
            for decorator in function.decorator_list:
                self._decorated(module, function, decorator, is_sure=id(function) in top)
        if b"Task" in module.content:
            self._classes(module)
        self._calls(module)

    def _decorated(self, module: Module, function: Function, decorator: ast.expr, *, is_sure: bool) -> None:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        app = self._app_of(module, called)
        implicit = f"{module.name}.{function.name}"
        given = keyword(decorator, "name") if isinstance(decorator, ast.Call) else None
        name = implicit if given is None else self._names.constant(module, given)
        if not isinstance(name, str) or (
            isinstance(decorator, ast.Call) and any(each.arg is None for each in decorator.keywords)
        ):
            if app or "task" in ast.dump(called).lower():
                self.unsure.append(f"{module.path}:{function.lineno}: the name of {function.name} is computed.")
        elif app and is_sure:
            place = module.place(function)
            self.tasks.append(Task(name, app, place, given is not None, self._queue(module, decorator)))
        else:
            self.possible.update((name, implicit))

    def _queue(self, module: Module, decorator: ast.expr) -> str | None:
        given = keyword(decorator, "queue") if isinstance(decorator, ast.Call) else None
        value = self._names.constant(module, given)
        return None if given is None else value if isinstance(value, str) else ""

    def _app_of(self, module: Module, called: ast.expr) -> str:
        """The app that a decorator registers with, SHARED, or "" where it is not surely Celery's."""
        last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        absolute = self._names.absolute(module, called)
        if last == "shared_task" or absolute in {"celery.task", "celery.decorators.task", "celery.task.task"}:
            return SHARED if absolute.startswith("celery.") else ""
        if last != "task" or not isinstance(called, ast.Attribute) or not is_app(module, self._names, called.value):
            return ""
        owner = self._names.at(module, called.value)
        return f"{owner.module.name}.{owner.name}" if owner is not None else self._names.absolute(module, called.value)

    def _classes(self, module: Module) -> None:
        """Task classes: what they are called is known, but not whether an instance is registered."""
        for each in module.classes:
            if any("Task" in module.dotted(base).rpartition(".")[2] for base in each.bases):
                self.possible.add(f"{module.name}.{each.name}")
                self.possible.update(_class_names(each))

    def _calls(self, module: Module) -> None:
        """`task(function)`, `register_task(…)`, and any other call with a name that a task may get."""
        for call in module.calls.get("task", ()):
            for argument in call.args:
                if isinstance(argument, ast.Name):
                    self.possible.add(self._names.absolute(module, argument))
        for last in ("task", "shared_task", "register_task", "Task"):
            for call in module.calls.get(last, ()):
                if isinstance(given := keyword(call, "name"), ast.Constant):
                    self.possible.add(str(given.value))


def _class_names(each: ast.ClassDef) -> Iterator[str]:
    for statement in each.body:
        value = value_of(statement)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if any(isinstance(target, ast.Name) and target.id == "name" for target in targets):
                yield value.value
