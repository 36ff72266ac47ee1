"""The choices that serializers accept, against those of the models behind them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple

from integrity.checks.model import Examined, Finding, Place
from integrity.checks.models.choices import Scope, class_of
from integrity.checks.models.written import SERIALIZER_FIELDS, field_choices
from integrity.checks.sources.names import Names, keyword, targets_of, value_of

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources


class Accepted(NamedTuple):
    """A serializer's field, the choices it accepts, and those of the model's field of that name."""

    label: str
    accepted: tuple[Any, ...]
    stored: tuple[Any, ...]
    place: Place
    model_place: Place


def written_accepted(sources: Sources, names: Names) -> tuple[Accepted, ...]:
    """Each ChoiceField of a ModelSerializer whose model has a field of the same name, both with known choices."""
    found: list[Accepted] = []
    for module in sources.modules:
        if b"ChoiceField(" in module.content and b"rest_framework" in module.content and not module.is_test:
            for owner in module.classes:
                found += _accepted(owner, module, names)
    return tuple(found)


def judge_accepted(material: tuple[Accepted, ...]) -> Examined:
    """MIG107."""
    findings = []
    for each in material:
        foreign = [value for value in each.accepted if value not in each.stored]
        for value in foreign:
            message = f"{each.label} accepts {value!r}, which is not among the choices of the model's field: it is stored all the same."
            places = (each.place, each.model_place._replace(role="expected"))
            findings.append(
                Finding(
                    "MIG107", f"{each.label} {value!r}", message, "Take the choices from the model's field.", places
                )
            )
    return Examined(len(material), tuple(findings))


def spoiled_accepted(material: tuple[Accepted, ...]) -> Iterator[tuple[Accepted, ...]]:
    """Each with a choice that no field has."""
    for index, each in enumerate(material[:3]):
        yield (*material[:index], each._replace(accepted=(*each.accepted, "\0spoiled")), *material[index + 1 :])


def _accepted(owner: ast.ClassDef, module: Module, names: Names) -> Iterator[Accepted]:
    scope = Scope(module, owner, names)
    model = _model_of(owner, scope)
    for statement in owner.body if model is not None else ():
        call = value_of(statement)
        if (
            isinstance(call, ast.Call)
            and module.dotted(call.func) in SERIALIZER_FIELDS
            and keyword(call, "source") is None
        ):
            name = getattr(targets_of(statement)[0], "id", "")
            accepted = field_choices(call, scope)
            stored = _field_call(model, name) if model is not None else None
            values = field_choices(*stored) if stored is not None else None
            if accepted and values and stored is not None:
                place = stored[1].module.place(stored[0])
                yield Accepted(f"{module.name}.{owner.name}.{name}", accepted, values, module.place(call), place)


def _model_of(owner: ast.ClassDef, scope: Scope) -> tuple[ast.ClassDef, Scope] | None:
    for inner in owner.body:
        if isinstance(inner, ast.ClassDef) and inner.name == "Meta":
            for statement in inner.body:
                value = value_of(statement)
                if value is not None and any(getattr(target, "id", "") == "model" for target in targets_of(statement)):
                    return class_of(value, scope)
    return None


def _field_call(model: tuple[ast.ClassDef, Scope], name: str) -> tuple[ast.Call, Scope] | None:
    owner, scope = model
    for statement in owner.body:
        value = value_of(statement)
        if isinstance(value, ast.Call) and any(getattr(target, "id", "") == name for target in targets_of(statement)):
            return value, scope._replace(owner=owner)
    return None
