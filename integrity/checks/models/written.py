"""The fields of models as a unit's sources write them: Django's, serializers' and SQLAlchemy's, where they can surely be read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Iterator

from integrity.checks.models.choices import Scope, choices_of, class_of, members, value_in
from integrity.checks.models.model_field import ModelField
from integrity.checks.sources.names import UNKNOWN, Names, keyword, targets_of, value_of

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources

EMPTY = (None, "")  # a default that asks for a choice yet to be made
TEXT_FIELDS = ("CharField", "SlugField", "TextField")
SERIALIZER_FIELDS = ("rest_framework.serializers.ChoiceField", "rest_framework.fields.ChoiceField")


def written_fields(sources: Sources, names: Names) -> tuple[ModelField, ...]:
    """Every field with choices, or with a default and a width, of which sources tell enough."""
    return tuple(field for module in sources.modules for field in module_fields(module, names))


def module_fields(module: Module, names: Names) -> Iterator[ModelField]:
    """The fields of one file."""
    content = module.content
    is_django = b"choices" in content and b"Field(" in content
    is_sqlalchemy = b"sqlalchemy" in content and (b"Enum(" in content or b"String(" in content)
    if (not is_django and not is_sqlalchemy) or module.is_test:
        return
    for owner in module.classes:
        for statement in owner.body:
            call = value_of(statement)
            if isinstance(call, ast.Call):
                scope = Scope(module, owner, names)
                label = f"{module.name}.{owner.name}.{ast.unparse(targets_of(statement)[0])}"
                field = _django_field(call, scope, label) if is_django else None
                field = field or (_column(call, scope, label) if is_sqlalchemy else None)
                if field is not None:
                    yield field


def field_choices(call: ast.Call, scope: Scope) -> tuple[Any, ...] | None:
    """The choices of a field, where they are known."""
    given = keyword(call, "choices")
    found = choices_of(given, scope) if given is not None else None
    return found.values if found is not None else None


def _django_field(call: ast.Call, scope: Scope, label: str) -> ModelField | None:
    dotted = scope.module.dotted(call.func)
    is_model = dotted.startswith(("django.db.models.", "django.contrib.gis.db.models.")) and dotted.endswith("Field")
    given = keyword(call, "choices")
    if not (is_model or dotted in SERIALIZER_FIELDS) or given is None:
        return None
    choices = choices_of(given, scope)
    if choices is None or not choices.values:
        return None
    width = value_in(found, scope) if is_model and (found := keyword(call, "max_length")) is not None else None
    return ModelField(
        label,
        choices.values,
        _default(keyword(call, "default"), scope),
        width if isinstance(width, int) and dotted.endswith(TEXT_FIELDS) else None,
        scope.module.place(call),
        (choices.place,) if choices.place is not None else (),
    )


def _default(given: ast.expr | None, scope: Scope) -> tuple[Any, ...]:
    value = value_in(given, scope) if given is not None else UNKNOWN
    return () if value is UNKNOWN or value in EMPTY else (value,)


def _column(call: ast.Call, scope: Scope, label: str) -> ModelField | None:
    """A column with an Enum or a String of known length, and a default."""
    if scope.module.dotted(call.func).rpartition(".")[2] not in {"Column", "mapped_column"}:
        return None
    kinds = [each for each in call.args if isinstance(each, ast.Call)]
    given = keyword(call, "default") or keyword(call, "server_default")
    default = _default(given, scope) if isinstance(given, ast.Constant) else ()
    for kind in kinds:
        dotted = scope.module.dotted(kind.func)
        if dotted.startswith("sqlalchemy.") and dotted.endswith(".Enum"):
            return _enum_column(kind, default, scope, label)
        if dotted.startswith("sqlalchemy.") and dotted.endswith(".String") and kind.args and default:
            width = value_in(kind.args[0], scope)
            return ModelField(label, None, default, width, scope.module.place(call)) if isinstance(width, int) else None
    return None


def _enum_column(kind: ast.Call, default: tuple[Any, ...], scope: Scope, label: str) -> ModelField | None:
    place = scope.module.place(kind)
    values = [value_in(each, scope) for each in kind.args]
    if values and all(isinstance(value, str) for value in values):
        return ModelField(label, tuple(values), default, None, place)
    owner = class_of(kind.args[0], scope) if len(kind.args) == 1 else None
    found = members(*owner) if owner is not None and keyword(kind, "values_callable") is None else None
    if owner is None or not found:
        return None
    stored = tuple(member.name for member in found)
    return ModelField(label, stored, default, None, place, (owner[1].module.place(owner[0], "reference"),), "names")
