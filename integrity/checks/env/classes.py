"""The variables that fields of pydantic's settings classes stand for, from their source; bases and prefixes are followed."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING, Iterator, Mapping, NamedTuple, Sequence

from integrity.checks.env.reads import Open, Read, argument, literal_of, text_of, type_of

if TYPE_CHECKING:
    from integrity.checks.sources import Module

BASES = frozenset(
    {
        "pydantic_settings.BaseSettings",
        "pydantic.BaseSettings",
        "pydantic.v1.BaseSettings",
        "pydantic_settings.main.BaseSettings",
    }
)
_MARKS = (b"BaseSettings", b"Settings")


class _Class(NamedTuple):
    module: Module
    node: ast.ClassDef
    bases: tuple[str, ...]


def fields_of(modules: Sequence[Module], siblings: Sequence[Module] = ()) -> tuple[tuple[Read, ...], tuple[Open, ...]]:
    """The variables that the settings classes of the modules read; bases may stand in siblings."""
    if not any(b"BaseSettings" in module.content for module in (*modules, *siblings)):
        return (), ()
    view = _View(modules, siblings)
    reads: list[Read] = []
    opens: list[Open] = []
    for name, each in view.settings.items():
        if each.module in view.own and not view.is_abstract(name):
            for found in view.read_by(name):
                (reads if isinstance(found, Read) else opens).append(found)  # type: ignore[arg-type]
    return tuple(reads), tuple(opens)


class _View:
    """All classes that may matter, by dotted name."""

    def __init__(self, modules: Sequence[Module], siblings: Sequence[Module]) -> None:
        self.own = frozenset(modules)
        self._modules = {module.name: module for module in (*siblings, *modules)}
        candidates = [module for module in (*siblings, *modules) if any(mark in module.content for mark in _MARKS)]
        self._classes = {
            f"{module.name}.{node.name}": _class(module, node) for module in candidates for node in module.classes
        }
        self.settings = {name: each for name, each in self._classes.items() if self._is_settings(name, ())}
        self._called = {
            f"{module.dotted(call.func)}"
            if "." in module.dotted(call.func)
            else f"{module.name}.{module.dotted(call.func)}"
            for module in candidates
            for last in {each.node.name for each in self.settings.values()}
            for call in module.calls.get(last, ())
        }

    def is_abstract(self, name: str) -> bool:
        """Whether the class is there only to be inherited: others do so, and nobody makes one."""
        inherited = any(name in map(self._resolved, each.bases) for each in self.settings.values())
        return inherited and name not in {self._resolved(called) for called in self._called}

    def read_by(self, name: str) -> Iterator[Read | Open]:
        """What the class reads, inherited fields included, under its own prefix."""
        lineage = self._lineage(name)
        config = self._config(lineage)
        prefix = text_of(config.get("env_prefix")) or ""
        delimiter = text_of(config.get("env_nested_delimiter")) or ""
        folds = not getattr(config.get("case_sensitive"), "value", False)
        seen: set[str] = set()
        for each in lineage:
            for statement in each.node.body:
                field = _field_name(statement)
                if isinstance(statement, ast.AnnAssign) and field and field not in seen:
                    seen.add(field)
                    yield from self._field(each.module, statement, (prefix + field, delimiter), folds=folds)
        for base in (base for each in lineage for base in each.bases):
            if self._is_unknown(base):
                yield Open("", lineage[0].module.place(lineage[0].node))

    def _field(
        self, module: Module, statement: ast.AnnAssign, names: tuple[str, str], *, folds: bool
    ) -> Iterator[Read | Open]:
        name, delimiter = names
        call = _field_call(module, statement.value) or _annotated_call(module, statement.annotation)
        aliases = _aliases(call)
        default = statement.value if _field_call(module, statement.value) is None else _default_of(call)
        is_required = default is None and not (call is not None and argument(call, -1, "default_factory") is not None)
        if isinstance(default, ast.Constant) and default.value is ...:
            default, is_required = None, True
        first, *others = aliases or (name,)
        annotation = module.dotted(statement.annotation)
        if annotation.rpartition(".")[2] in self._models or (delimiter and "." in annotation):
            yield Open(f"{first}{delimiter or '__'}", module.place(statement))
            return
        shown = first.upper() if folds else first
        yield Read(
            shown,
            module.place(statement),
            literal_of(default),
            type_of(statement.annotation),
            is_required,
            tuple(others),
            folds,
        )

    @cached_property
    def _models(self) -> frozenset[str]:
        """The names of classes that are no plain values, so that a field of such a type is made of several variables."""
        return frozenset(each.node.name for each in self._classes.values() if each.bases and not self._is_plain(each))

    def _is_plain(self, each: _Class) -> bool:
        return any(base.rpartition(".")[2].endswith(("Enum", "str", "int")) for base in each.bases)

    def _lineage(self, name: str) -> list[_Class]:
        """The class and its known bases, the nearest first."""
        found: list[_Class] = []
        waiting = [name]
        while waiting:
            each = self._classes.get(self._resolved(waiting.pop(0)))
            if each is not None and each not in found:
                found.append(each)
                waiting.extend(each.bases)
        return found

    def _config(self, lineage: Sequence[_Class]) -> Mapping[str, ast.expr]:
        config: dict[str, ast.expr] = {}
        for each in reversed(lineage):
            config.update(_own_config(each.node))
        return config

    def _is_settings(self, name: str, above: tuple[str, ...]) -> bool:
        each = self._classes.get(name)
        if each is None or name in above:
            return name in BASES
        return any(base in BASES or self._is_settings(self._resolved(base), (*above, name)) for base in each.bases)

    def _is_unknown(self, base: str) -> bool:
        """Whether a base stands in no module that is known, so that its fields and its prefix aren't either."""
        return (
            base not in BASES and self._resolved(base) not in self._classes and base.partition(".")[0] not in _HARMLESS
        )

    def _resolved(self, name: str) -> str:
        """The name under which a class is defined, through modules that import it."""
        for _ in range(5):
            if name in self._classes:
                return name
            home, _, last = name.rpartition(".")
            if home not in self._modules or last not in self._modules[home].imports:
                return name
            name = self._modules[home].imports[last]
        return name


_HARMLESS = frozenset({"object", "abc", "typing", "Generic", "typing_extensions"})


def _class(module: Module, node: ast.ClassDef) -> _Class:
    bases = [module.dotted(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
    return _Class(
        module,
        node,
        tuple(base if "." in base or not base or base in _HARMLESS else f"{module.name}.{base}" for base in bases),
    )


def _field_name(statement: ast.stmt) -> str:
    """The name of the field that a statement declares; "" where it declares none."""
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        return ""
    name = statement.target.id
    is_class_variable = "ClassVar" in ast.dump(statement.annotation)
    return "" if name.startswith("_") or name == "model_config" or is_class_variable else name


def _field_call(module: Module, value: ast.AST | None) -> ast.Call | None:
    is_field = isinstance(value, ast.Call) and module.dotted(value.func).rpartition(".")[2] in {"Field", "FieldInfo"}
    return value if is_field and isinstance(value, ast.Call) else None


def _annotated_call(module: Module, annotation: ast.AST) -> ast.Call | None:
    """The `Field(…)` of `Annotated[str, Field(…)]`."""
    if isinstance(annotation, ast.Subscript) and module.dotted(annotation.value).rpartition(".")[2] == "Annotated":
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
        return next((call for part in parts if (call := _field_call(module, part)) is not None), None)
    return None


def _default_of(call: ast.Call | None) -> ast.expr | None:
    return argument(call, 0, "default") if call is not None else None


def _aliases(call: ast.Call | None) -> tuple[str, ...]:
    if call is None:
        return ()
    for keyword in ("validation_alias", "alias", "env"):
        given = argument(call, -1, keyword)
        if isinstance(given, ast.Call):
            choices = [argument(each, 0) if isinstance(each, ast.Call) else each for each in given.args]
            names = (
                choices if getattr(given.func, "attr", getattr(given.func, "id", "")) == "AliasChoices" else choices[:1]
            )
        else:
            names = list(given.elts) if isinstance(given, (ast.List, ast.Tuple)) else [given]
        found = tuple(text for each in names if (text := text_of(each)) is not None)
        if found:
            return found
    return ()


def _own_config(node: ast.ClassDef) -> dict[str, ast.expr]:
    """The configuration that a class itself gives, in any of its three forms."""
    config = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
    for statement in node.body:
        if isinstance(statement, ast.ClassDef) and statement.name == "Config":
            for inner in statement.body:
                if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
                    config[inner.targets[0].id] = inner.value
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        if isinstance(target, ast.Name) and target.id == "model_config":
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Call):
                config.update({keyword.arg: keyword.value for keyword in value.keywords if keyword.arg is not None})
            elif isinstance(value, ast.Dict):
                config.update({text_of(key) or "": item for key, item in zip(value.keys, value.values)})  # noqa: B905 - Python 3.9
    return config
