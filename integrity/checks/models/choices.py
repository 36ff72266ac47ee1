"""Choices and constants as they are written: literals, names of literals, and members of Choices and Enum classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple

from integrity.checks.sources.names import UNKNOWN, Names, pairs, targets_of, value_of

if TYPE_CHECKING:
    from integrity.checks.model import Place
    from integrity.checks.sources import Module

TEXT = {"TextChoices"}
CHOICES = {"TextChoices", "IntegerChoices", "Choices"}
ENUMS = {"Enum", "StrEnum", "IntEnum"}
LITERALS = (ast.List, ast.Tuple, ast.Dict)
PAIR = 2


class Scope(NamedTuple):
    """Where an expression stands: in a module, perhaps in the body of a class."""

    module: Module
    owner: ast.ClassDef | None
    names: Names


class Member(NamedTuple):
    """A member of an enumeration."""

    name: str
    value: Any


class Choices(NamedTuple):
    """The values that are written, and where they stand."""

    values: tuple[Any, ...]
    place: Place | None = None


def choices_of(expression: ast.expr, scope: Scope) -> Choices | None:
    """The values of an expression that stands for choices; None where one of them is not known."""
    if isinstance(expression, (ast.List, ast.Tuple)):
        values = list(_pairs(expression.elts, scope))
        return None if UNKNOWN in values else Choices(tuple(values))
    if isinstance(expression, ast.Dict):
        values = list(_keys(expression, scope))
        return None if UNKNOWN in values else Choices(tuple(values))
    if isinstance(expression, ast.Attribute) and expression.attr == "choices":
        return _members(expression.value, scope)
    if isinstance(expression, (ast.Name, ast.Attribute)):
        return _members(expression, scope) or _named(expression, scope)
    return None


def value_in(expression: ast.expr, scope: Scope) -> Any:
    """The value of a constant, of a name of one, or of a member of an enumeration; else UNKNOWN."""
    if isinstance(expression, ast.Attribute) and expression.attr == "value":
        expression = expression.value
    if isinstance(expression, ast.Attribute):
        owner = class_of(expression.value, scope)
        if owner is not None:
            found = members(owner[0], owner[1])
            return next((member.value for member in found or () if member.name == expression.attr), UNKNOWN)
    local = _local(expression, scope)
    return scope.names.constant(scope.module, local if local is not None else expression)


def class_of(expression: ast.expr, scope: Scope) -> tuple[ast.ClassDef, Scope] | None:
    """The class that a name stands for: one in the body of the class around it, or at the top of a module of the unit."""
    if isinstance(expression, ast.Name) and scope.owner is not None:
        for statement in scope.owner.body:
            if isinstance(statement, ast.ClassDef) and statement.name == expression.id:
                return statement, scope
    there = scope.names.at(scope.module, expression) if isinstance(expression, (ast.Name, ast.Attribute)) else None
    if there is None or len(there.bound) != 1 or not isinstance(there.bound[0], ast.ClassDef):
        return None
    inner = Scope(there.module, there.bound[0], scope.names)
    found = there.bound[0]
    for name in there.rest:
        below = [each for each in found.body if isinstance(each, ast.ClassDef) and each.name == name]
        if len(below) != 1:
            return None
        found = below[0]
    return found, inner


def members(owner: ast.ClassDef, scope: Scope) -> tuple[Member, ...] | None:
    """The members of a Choices or Enum class that inherits directly; None for other classes. Computed values are UNKNOWN."""
    bases = {scope.module.dotted(base).rpartition(".")[2] for base in owner.bases}
    if not bases & (CHOICES | ENUMS):
        return None
    inner = scope._replace(owner=owner)
    return tuple(
        Member(target.id, _member_value(value, target.id, bases, inner))
        for statement in owner.body
        for target in targets_of(statement)
        if isinstance(target, ast.Name) and not target.id.startswith("_") and (value := value_of(statement)) is not None
    )


def _members(expression: ast.expr, scope: Scope) -> Choices | None:
    owner = class_of(expression, scope)
    found = members(*owner) if owner is not None else None
    if owner is None or not found or any(member.value is UNKNOWN for member in found):
        return None
    return Choices(tuple(member.value for member in found), owner[1].module.place(owner[0], "reference"))


def _member_value(value: ast.expr, name: str, bases: set[str], scope: Scope) -> Any:
    if isinstance(value, ast.Tuple) and value.elts and bases & CHOICES:
        value = value.elts[0]
    if isinstance(value, ast.Call) and scope.module.dotted(value.func).rpartition(".")[2] == "auto":
        return name if bases & TEXT else name.lower() if "StrEnum" in bases else UNKNOWN
    return value_in(value, scope)


def _named(expression: ast.expr, scope: Scope) -> Choices | None:
    """Choices under a name: of the class around it, of another class, or at the top of a module."""
    owner = class_of(expression.value, scope) if isinstance(expression, ast.Attribute) else None
    if owner is not None and isinstance(expression, ast.Attribute):
        return _named(ast.Name(expression.attr), owner[1]._replace(owner=owner[0]))
    local = _local(expression, scope)
    if local is not None:
        found = choices_of(local, scope) if isinstance(local, LITERALS) else None
        return found._replace(place=scope.module.place(local, "reference")) if found is not None else None
    there = scope.names.at(scope.module, expression)
    if there is None or there.rest or len(there.bound) != 1:
        return None
    value = value_of(there.bound[0])
    if not isinstance(value, LITERALS):
        return None
    found = choices_of(value, Scope(there.module, None, scope.names))
    return found._replace(place=there.module.place(value, "reference")) if found is not None else None


def _local(expression: ast.expr, scope: Scope) -> ast.expr | None:
    """What the class around a name binds to it, if once."""
    if not isinstance(expression, ast.Name) or scope.owner is None:
        return None
    values = [
        value_of(statement)
        for statement in scope.owner.body
        if any(isinstance(target, ast.Name) and target.id == expression.id for target in targets_of(statement))
    ]
    return values[0] if len(values) == 1 else None


def _keys(mapping: ast.Dict, scope: Scope) -> Iterator[Any]:
    """The keys of a mapping of choices, those in groups too."""
    for key, value in pairs(mapping):
        if isinstance(value, ast.Dict):
            yield from _keys(value, scope)
        else:
            yield value_in(key, scope) if key is not None else UNKNOWN


def _pairs(elements: list[ast.expr], scope: Scope) -> Iterator[Any]:
    """The values of pairs, those in groups too."""
    for each in elements:
        if not isinstance(each, (ast.List, ast.Tuple)) or len(each.elts) != PAIR:
            yield UNKNOWN
        elif isinstance(each.elts[1], (ast.List, ast.Tuple)):
            yield from _pairs(each.elts[1].elts, scope)
        else:
            yield value_in(each.elts[0], scope)
