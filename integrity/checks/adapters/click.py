"""click: which functions are commands of which group, once the unit's code has run."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING, Any, Callable, Iterator

from integrity.checks.exports.commands import Commands, Registration, command_name, registering
from integrity.checks.model import CannotExamine, Finding, Place
from integrity.checks.registries.naming import Names
from integrity.checks.targets import live

if TYPE_CHECKING:
    import ast

    from integrity.checks.case import Unit
    from integrity.checks.registries.naming import Definition
    from integrity.checks.sources import Module


def command_groups(unit: Unit, target: Any) -> Callable[[], Commands]:
    """How the material is loaded. `load` raises CannotExamine (CLI101, REG002) where the target is no group of click."""

    def load() -> Commands:
        name = target if isinstance(target, str) else getattr(target, "name", None) or "the group"
        root = live(target, unit)
        if not isinstance(getattr(root, "commands", None), dict):
            message = f"{name} is of type {type(root).__name__}, not a group of click."
            raise CannotExamine(Finding("CLI101", str(name), message, "Name the group that holds all commands."))
        groups = {id(group): group for group in _groups(root)}
        written: dict[Place, Registration] = {}
        reached: set[Place] = set()
        for module, definition, decorator in _written(unit):
            group = _live_group(unit, module, decorator)
            if id(group) in groups:
                place = module.place(decorator)
                label = Names(unit.sources).canonical(module, decorator.func.value)  # type: ignore[attr-defined]
                written[place] = Registration(label, command_name(definition, decorator) or definition.name, place)
                lines = {_line(unit, command, module) for command in group.commands.values()}
                if lines & _lines(definition):
                    reached.add(place)
        return Commands(tuple(written.values()), frozenset(reached), str(name))

    return load


def _groups(group: Any) -> Iterator[Any]:
    waiting, seen = [group], set()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and isinstance(getattr(each, "commands", None), dict):
            seen.add(id(each))
            yield each
            waiting += each.commands.values()


def _written(unit: Unit) -> Iterator[tuple[Module, Definition, ast.Call]]:
    for module in unit.sources.modules:
        if (
            module.tree is not None
            and not module.is_test
            and (b".command(" in module.content or b".group(" in module.content)
        ):
            for definition, decorator in registering(module):
                yield module, definition, decorator


def _live_group(unit: Unit, module: Module, decorator: ast.Call) -> Any:
    """The object that a decorator's function belongs to; None where it can't be told."""
    path = Names(unit.sources).canonical(module, decorator.func.value).split(".")  # type: ignore[attr-defined]
    for count in range(len(path) - 1, 0, -1):
        if unit.sources.module(".".join(path[:count])) is not None:
            try:
                return live(f"{'.'.join(path[:count])}:{'.'.join(path[count:])}", unit)
            except CannotExamine:
                return None
    return None


def _line(unit: Unit, command: Any, module: Module) -> int | None:
    """The line where a command's function begins, where it stands in this module."""
    function = inspect.unwrap(command.callback) if callable(getattr(command, "callback", None)) else None
    code = getattr(function, "__code__", None)
    if code is None or os.path.realpath(code.co_filename) != os.path.realpath(os.path.join(unit.root, module.path)):
        return None
    return int(code.co_firstlineno)


def _lines(definition: Definition) -> set[int | None]:
    """The lines at which Python may say that a function begins: its own, or its first decorator's."""
    return {definition.lineno, *(each.lineno for each in definition.decorator_list)}
