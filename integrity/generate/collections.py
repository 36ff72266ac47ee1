"""Finds what looks like a registry in a unit's sources: choices, limits, handlers, enums. The best candidates come first."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.checks.sources import Module, Sources

MOST = 8  # of one unit: a person looks through them
_FEWEST = 2
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_TELLING = re.compile(
    r"(?:^|_)(?:CHOICES|LIMITS|REGISTRY|REGISTRIES|HANDLERS|ROUTES|EVENTS|PLANS|ROLES|PERMISSIONS|SCOPES|STATES|STATUSES|TRANSITIONS"
    r"|TYPES|CODES|ERRORS|QUEUES|TASKS|FLAGS|FEATURES|CHANNELS|PROVIDERS|BACKENDS|COMMANDS|CURRENCIES|PRICES|MAPPING|MAP)$"
)
_SETTINGS = re.compile(
    r"(?:^|[._])(?:settings?|conf|config|configs|bench|benchmarks|migrations?|alembic|tests?|testing|conftest|setup|noxfile|docs|examples?|scripts?|vendor|node_modules)(?:[._]|$)"
)
_ENUMS = frozenset({"Enum", "StrEnum", "IntEnum", "TextChoices", "IntegerChoices"})
_WRAPPERS = frozenset({"MappingProxyType", "OrderedDict", "dict", "tuple", "list", "frozenset", "set"})


class Collection(NamedTuple):
    """A candidate: `target` as the tables have it, how many entries are written there, and how likely it is one (more is more)."""

    name: str
    target: str
    entries: int
    weight: int


def likely_registries(sources: Sources, *, most: int = MOST) -> tuple[Collection, ...]:
    """The likeliest registries, best first, each under a name of its own; none in a file whose module's name is a guess."""
    modules = [module for module in sources.modules if is_importable(module, sources)]
    found = [candidate for module in modules if _is_looked_at(module) for candidate in _in_module(module)]
    chosen: dict[str, Collection] = {}
    for candidate in sorted(found, key=lambda each: (-each.weight, -each.entries, each.target)):
        chosen.setdefault(candidate.name, candidate)
    return tuple(chosen.values())[:most]


def is_importable(module: Module, sources: Sources) -> bool:
    """Whether a file is surely imported under its module's name: its path below the unit's folder, or below `src`, says the same."""
    path = sources.in_unit(module.path).removesuffix(".py").removesuffix("/__init__").removeprefix("src/")
    return path.replace("/", ".") == module.name and all(part.isidentifier() for part in module.name.split("."))


def _is_looked_at(module: Module) -> bool:
    return not module.is_test and not _SETTINGS.search(module.name) and module.tree is not None


def _in_module(module: Module) -> Iterator[Collection]:
    for statement in module.tree.body if module.tree is not None else ():
        if isinstance(statement, ast.ClassDef):
            yield from _in_class(module, statement)
        elif (assigned := _assigned(statement)) is not None and _NAME.fullmatch(assigned[0]):
            yield from _collection(f"{module.name}:{assigned[0]}", assigned[0], assigned[1])


def _in_class(module: Module, node: ast.ClassDef) -> Iterator[Collection]:
    """An enum, or the choices that a model lists."""
    target = f"{module.name}:{node.name}"
    if any(module.dotted(base).rpartition(".")[2] in _ENUMS for base in node.bases):
        members = sum(
            assigned is not None and not assigned[0].startswith("_") for assigned in map(_assigned, node.body)
        )
        if members >= _FEWEST:
            yield Collection(_snake(node.name), target, members, 2)
        return
    for assigned in filter(None, map(_assigned, node.body)):
        if re.search(r"(?:^|_)CHOICES$", assigned[0]):
            own = _snake(node.name)
            name = own if own.endswith("_choices") else f"{own}_{assigned[0]}"
            yield from _collection(f"{target}.{assigned[0]}", name, assigned[1])


def _collection(target: str, name: str, value: ast.expr) -> Iterator[Collection]:
    entries = _entries(value)
    weight = 2 * bool(_TELLING.search(name.upper())) + (isinstance(_unwrapped(value), ast.Dict) or _is_pairs(value))
    if entries >= _FEWEST and weight > 1 and "CONFIG" not in name:
        yield Collection(name.lower(), target, entries, weight)


def _entries(value: ast.expr) -> int:
    """How many entries are written there; 0 for what is no collection, or whose keys are not all plain."""
    value = _unwrapped(value)
    if isinstance(value, ast.Dict):
        return (
            len(value.keys)
            if all(isinstance(key, (ast.Constant, ast.Attribute, ast.Name)) for key in value.keys)
            else 0
        )
    if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        is_plain = all(isinstance(item, (ast.Constant, ast.Attribute, ast.Name)) for item in value.elts)
        return len(value.elts) if is_plain or _is_pairs(value) else 0
    return 0


def _is_pairs(value: ast.expr) -> bool:
    value = _unwrapped(value)
    if not isinstance(value, (ast.List, ast.Tuple)):
        return False
    return bool(value.elts) and all(isinstance(item, ast.Tuple) and len(item.elts) == 2 for item in value.elts)  # noqa: PLR2004


def _unwrapped(value: ast.expr) -> ast.expr:
    """What a call such as `MappingProxyType({…})` is made of."""
    if isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords:
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return value.args[0] if called in _WRAPPERS else value
    return value


def _assigned(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        return statement.target.id, statement.value
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    return None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
