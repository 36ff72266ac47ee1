"""CLI101: commands of click that replace another one of the same name in their group."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Callable, Iterator, NamedTuple

from integrity.checks.case import Check
from integrity.checks.model import Examined, Finding, Place
from integrity.checks.registries.naming import DEFINITIONS, Names

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.registries.naming import Definition, Found
    from integrity.checks.sources import Module

_REGISTERING = frozenset(["command", "group"])
_GROUPS = frozenset(["Group", "AppGroup", "Typer", "Flask"])


class Registration(NamedTuple):
    """A function that is made a command: the full name of its group, and its own name there."""

    group: str
    name: str
    place: Place


class Commands(NamedTuple):
    """What is written for one tree of commands, and which of it is there once the code has run."""

    written: tuple[Registration, ...]
    reached: frozenset[Place]
    target: str


def registrations(unit: Unit) -> Callable[[], tuple[Registration, ...]]:
    """How the material is loaded: what stands plainly at the top of a module, in groups of which the sources are sure."""

    def load() -> tuple[Registration, ...]:
        names = Names(unit.sources)
        return tuple(
            found
            for module in unit.sources.modules
            if _may_register(module)
            for definition, decorator in registering(module)
            if module.tree is not None and definition in module.tree.body
            for found in _registration(names, module, definition, decorator)
        )

    return load


def registering(module: Module) -> Iterator[tuple[Definition, ast.Call]]:
    """Functions with a decorator such as `@main.command()`."""
    for definition in module.functions:
        for decorator in definition.decorator_list:
            if (
                isinstance(decorator, ast.Call)
                and isinstance(decorator.func, ast.Attribute)
                and decorator.func.attr in _REGISTERING
            ):
                yield definition, decorator


def overwritten() -> Check:
    """The check for two commands of one name in one group."""

    def judge(found: tuple[Registration, ...]) -> Examined:
        known: dict[tuple[str, str], list[Registration]] = {}
        for each in found:
            known.setdefault((each.group, each.name), []).append(each)
        return Examined(len(found), tuple(_overwritten(group) for group in known.values() if len(group) > 1))

    def spoiled(found: tuple[Registration, ...]) -> Iterator[tuple[Registration, ...]]:
        if found:
            yield (*found, found[0])

    return Check("CLI101", judge, spoiled)


def unreachable() -> Check:
    """The check for commands that are written, but are not in their group once the code has run."""

    def judge(commands: Commands) -> Examined:
        findings = [
            _unreached(each, commands.target) for each in commands.written if each.place not in commands.reached
        ]
        return Examined(len(commands.written), tuple(findings))

    def spoiled(commands: Commands) -> Iterator[Commands]:
        reached = [each for each in commands.written if each.place in commands.reached]
        for each in reached[:1]:
            yield commands._replace(reached=commands.reached - {each.place})

    return Check("CLI101", judge, spoiled)


def command_name(definition: Definition, decorator: ast.Call) -> str:
    """The name that a command gets; "" where only running the code tells."""
    given = [*decorator.args[:1], *(each.value for each in decorator.keywords if each.arg == "name")]
    if given and not (isinstance(given[0], ast.Constant) and given[0].value is None):
        return given[0].value if isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) else ""
    return definition.name.lower().replace("_", "-")


def _may_register(module: Module) -> bool:
    return (
        (b".command(" in module.content or b".group(" in module.content)
        and not module.is_test
        and module.tree is not None
    )


def _registration(names: Names, module: Module, definition: Definition, decorator: ast.Call) -> Iterator[Registration]:
    assert isinstance(decorator.func, ast.Attribute)
    group = decorator.func.value
    holder = group.value if isinstance(group, ast.Attribute) and group.attr == "cli" else group
    found = names.meaning(module, holder)
    name = command_name(definition, decorator)
    if (
        name
        and found is not None
        and _is_group(names, found)
        and not any(each.arg == "cls" for each in decorator.keywords)
    ):
        yield Registration(names.canonical(module, group), name, module.place(decorator))


def _is_group(names: Names, found: Found, depth: int = 0) -> bool:
    """Whether something is surely a plain group of commands: `@click.group()`, `@other.group()`, `click.Group(…)`, `Typer()`."""
    if isinstance(found.node, ast.Call):
        return names.canonical(found.module, found.node.func).rpartition(".")[2] in _GROUPS
    if not isinstance(found.node, DEFINITIONS[1:]) or depth > len(_GROUPS):
        return False
    for decorator in found.node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        is_own = any(each.arg == "cls" for each in decorator.keywords) if isinstance(decorator, ast.Call) else False
        if names.canonical(found.module, called) == "click.group":
            return not is_own
        if isinstance(called, ast.Attribute) and called.attr == "group" and not is_own:
            above = names.meaning(found.module, called.value)
            return above is not None and above.node is not found.node and _is_group(names, above, depth + 1)
    return False


def _overwritten(group: list[Registration]) -> Finding:
    first = group[0]
    places = tuple(each.place._replace(role="duplicate" if index else "declared") for index, each in enumerate(group))
    message = f"The command {first.name!r} of {first.group} is registered twice; only the last one can be run."
    return Finding("CLI101", f"{first.group} {first.name}", message, "Give one of them another name.", places)


def _unreached(registration: Registration, target: str) -> Finding:
    message = f"The command {registration.name!r} of {registration.group} is written, but another one took its place: it can't be run from {target}."
    return Finding(
        "CLI101",
        f"{registration.group} {registration.name}",
        message,
        "Give it a name of its own.",
        (registration.place,),
    )
