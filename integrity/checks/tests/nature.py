"""What a test's expression is by nature: a mapping's keys, a set, the iteration of an Enum: items that can't repeat."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from integrity.checks.sources.names import Definition, value_of
from integrity.checks.tests.written import WrittenTest, called, is_local, local_value, root_of

if TYPE_CHECKING:
    from integrity.checks.model import Place

FAR = 4  # local names that are followed
ENUMS = frozenset({"Enum", "StrEnum", "IntEnum", "Flag", "IntFlag", "TextChoices", "IntegerChoices", "Choices"})
_MAPPINGS = frozenset(
    [
        "dict",
        "Dict",
        "Mapping",
        "MutableMapping",
        "OrderedDict",
        "defaultdict",
        "ChainMap",
        "MappingProxyType",
        "WeakValueDictionary",
        "DefaultDict",
    ]
)
_SETS = frozenset({"set", "frozenset", "Set", "FrozenSet", "AbstractSet", "MutableSet"})
_DICTS = frozenset(
    [
        "reverse_dict",
        "__members__",
        "_member_map_",
        "_value2member_map_",
        "model_fields",
        "beat_schedule",
        "__annotations__",
    ]
)
_WRAPPERS = frozenset({"list", "tuple", "sorted", "iter", "reversed"})
_PATHS = "the paths of an OpenAPI document, which are keys"
_APPS = ("app", "celery")


class Nature(NamedTuple):
    """Why items can't repeat; `place` is where the thing is defined, if it was found."""

    words: str
    place: Place | None = None
    is_enum: bool = False


def nature_of(test: WrittenTest, value: ast.AST, far: int = FAR) -> Nature | None:
    """Why the items of an expression can't repeat; None where they could, or where sources don't tell."""
    value = unwrapped(value)
    words = _of_value(value)
    if words:
        return Nature(words)
    if isinstance(value, ast.Call):
        return _of_call(test, value)
    if isinstance(value, (ast.ListComp, ast.GeneratorExp)):
        return _of_comprehension(test, value, far)
    if isinstance(value, (ast.Name, ast.Attribute)):
        return _of_name(test, value, far)
    if (
        isinstance(value, ast.Subscript)
        and called(value.value) == "openapi"
        and getattr(value.slice, "value", None) == "paths"
    ):
        return Nature(_PATHS)
    return None


def unwrapped(value: ast.AST) -> ast.AST:
    """An expression without `list(…)`, `sorted(…)` and the like around it, which keep every item."""
    while (
        called(value) in _WRAPPERS and isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.args
    ):
        value = value.args[0]
    return value


def definition_of(test: WrittenTest, value: ast.AST) -> Definition | None:
    """Where a name that isn't the test's own is defined."""
    root = root_of(value)
    return test.names.at(test.module, value) if root and not is_local(test, root) else None


def is_enum(node: ast.AST) -> bool:
    """Whether a statement defines an Enum, by its bases."""
    return isinstance(node, ast.ClassDef) and any(_last(base) in ENUMS for base in node.bases)


def _of_call(test: WrittenTest, call: ast.Call) -> Nature | None:
    name = called(call)
    if isinstance(call.func, ast.Attribute):
        if name in {"keys", "items"} and not call.args:
            return Nature("the keys of a mapping", _place_of(test, call.func.value))
        if (
            name == "get"
            and called(call.func.value) == "openapi"
            and getattr(call.args[0] if call.args else None, "value", "") == "paths"
        ):
            return Nature(_PATHS)
        return None
    return Nature("the keys of a mapping") if name == "vars" else None


def _of_comprehension(test: WrittenTest, value: ast.ListComp | ast.GeneratorExp, far: int) -> Nature | None:
    if len(value.generators) != 1:
        return None
    loop = value.generators[0]
    inner = nature_of(test, loop.iter, far)
    if inner is None:
        return None
    element = value.elt
    if isinstance(element, ast.Attribute) and inner.is_enum and element.attr in {"value", "name"}:
        element = element.value
    target = loop.target
    if called(loop.iter) == "items":
        if not isinstance(target, ast.Tuple):
            return None
        target = target.elts[0]
    is_same = isinstance(element, ast.Name) and isinstance(target, ast.Name) and element.id == target.id
    return inner if is_same else None


def _of_name(test: WrittenTest, value: ast.Name | ast.Attribute, far: int) -> Nature | None:
    if isinstance(value, ast.Attribute):
        known = _of_attribute(test, value)
        if known is not None:
            return known
    elif is_local(test, value.id):
        return _of_local(test, value.id, far)
    found = definition_of(test, value)
    if found is None or found.rest or len(found.bound) != 1:
        return None
    statement = found.bound[0]
    if is_enum(statement):
        return Nature(
            "the iteration of an Enum, which leaves aliases out",
            found.module.place(statement, "reference"),
            is_enum=True,
        )
    words = _of_annotation(getattr(statement, "annotation", None)) or _of_value(value_of(statement))
    return Nature(words, found.module.place(statement, "reference")) if words else None


def _of_attribute(test: WrittenTest, value: ast.Attribute) -> Nature | None:
    if value.attr in _DICTS:
        return Nature("the keys of a mapping")
    owner = _last(value.value).lower()
    if value.attr == "tasks" and owner.endswith(_APPS):
        return Nature("the task names of a Celery app, which are keys")
    found = definition_of(test, value.value)
    statement = found.bound[0] if found is not None and len(found.bound) == 1 and not found.rest else None
    bases = getattr(statement, "bases", ()) if value.attr in {"values", "names"} else ()
    if found is not None and any(_last(base).endswith("Choices") for base in bases):
        words = "the members of Django choices, of which no two can have one value"
        return Nature(words, found.module.place(found.bound[0], "reference"))
    return None


def _of_local(test: WrittenTest, name: str, far: int) -> Nature | None:
    value = local_value(test, name)
    if value is not None:
        return nature_of(test, value, far - 1) if far else None
    for argument in (*test.node.args.args, *test.node.args.kwonlyargs):
        if argument.arg == name:
            words = _of_annotation(argument.annotation)
            return Nature(words) if words else None
    return None


def _of_annotation(annotation: ast.AST | None) -> str:
    name = _last(annotation.value if isinstance(annotation, ast.Subscript) else annotation)
    if name == "Final" and isinstance(annotation, ast.Subscript):
        return _of_annotation(annotation.slice)
    return "the keys of a mapping" if name in _MAPPINGS else "a set" if name in _SETS else ""


def _of_value(value: ast.AST | None) -> str:
    if isinstance(value, (ast.Dict, ast.DictComp)):
        return "the keys of a mapping"
    if isinstance(value, (ast.Set, ast.SetComp)):
        return "a set"
    name = called(value) if value is not None else ""
    if name in {"set", "dict"} and isinstance(getattr(value, "func", None), ast.Attribute):
        return ""  # somebody's method
    return "the keys of a mapping" if name in _MAPPINGS else "a set" if name in _SETS else ""


def _place_of(test: WrittenTest, value: ast.AST) -> Place | None:
    found = definition_of(test, value)
    return found.module.place(found.bound[0], "reference") if found is not None and not found.rest else None


def _last(node: ast.AST | None) -> str:
    """The last part of a dotted name."""
    return str(getattr(node, "attr", getattr(node, "id", "")))
