"""The histories that migration files write: Django's by app, Alembic's by folder. Only literals are read; nothing is imported."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple

from integrity.checks.sources.names import Names, targets_of, value_of

if TYPE_CHECKING:
    from integrity.checks.model import Place
    from integrity.checks.sources import Module, Sources

NUMBER = re.compile(r"\d+")
NODE = 2  # parts of (app, migration)


class Migration(NamedTuple):
    """One migration. `parents` are the names it comes after, in its own history; `replaces` those it stands for."""

    name: str
    place: Place
    parents: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


class History(NamedTuple):
    """The migrations of one app or folder. `elsewhere` are names of other histories that these may come after too.

    `unsure` tells why the order is not known from literals alone; such a history is not judged.
    """

    label: str
    migrations: tuple[Migration, ...]
    kind: str = "django"
    elsewhere: frozenset[str] = frozenset()
    unsure: str = ""


def django_histories(sources: Sources, names: Names) -> tuple[History, ...]:
    """One history for each folder with Django migrations."""
    folders: dict[str, list[Module]] = {}
    for module in sources.modules:
        if b"Migration" in module.content and b"migrations" in module.content and not module.is_test:
            folder, _, file = module.path.rpartition("/")
            if folder.rpartition("/")[2].endswith("migrations") and file != "__init__.py":
                folders.setdefault(folder, []).append(module)
    return tuple(_django_history(folder, modules, names) for folder, modules in sorted(folders.items()))


def alembic_histories(sources: Sources, names: Names) -> tuple[History, ...]:
    """One history for each folder with Alembic revisions."""
    folders: dict[str, list[tuple[Module, dict[str, Any]]]] = {}
    for module in sources.modules:
        if b"down_revision" in module.content and b"revision" in module.content and not module.is_test:
            values = _revision(module, names) if module.tree is not None else {}
            if values is not None:
                folders.setdefault(module.path.rpartition("/")[0], []).append((module, values))
    everywhere = {
        values["revision"]
        for found in folders.values()
        for _, values in found
        if isinstance(values.get("revision"), str)
    }
    return tuple(_alembic_history(folder, found, frozenset(everywhere)) for folder, found in sorted(folders.items()))


def _django_history(folder: str, modules: list[Module], names: Names) -> History:
    read = [(module, _migration_class(module)) for module in modules]
    found = {module.name.rpartition(".")[2]: (module, _assigned(owner)) for module, owner in read if owner is not None}
    own = {name: _nodes(values.get("dependencies"), module, names) for name, (module, values) in found.items()}
    replaced = {name: _nodes(values.get("replaces"), module, names) for name, (module, values) in found.items()}
    label = _label(folder, found, own)
    notes = [f"{module.path} doesn't parse here." for module in modules if module.tree is None]
    notes += [
        f"{found[name][0].path}: its dependencies are computed."
        for name in found
        if own[name] is None or replaced[name] is None
    ]
    migrations = tuple(
        Migration(
            name,
            module.place(values.get("dependencies") or module.tree),  # type: ignore[arg-type]
            tuple(target for app, target in own[name] or () if app == label),
            tuple(target for app, target in replaced[name] or () if app == label),
        )
        for name, (module, values) in found.items()
    )
    return History(folder, migrations, unsure="".join(notes[:1]))


def _label(folder: str, found: dict[str, Any], dependencies: dict[str, Any]) -> str:
    """The app's label: that of its folder, else the one under which its own migrations are named."""
    parent = folder.split("/")[-2] if "/" in folder else folder
    labels = Counter(app for nodes in dependencies.values() for app, target in nodes or () if target in found)
    return parent if parent in labels or not labels else labels.most_common(1)[0][0]


def _migration_class(module: Module) -> ast.ClassDef | None:
    return next((each for each in module.classes if each.name == "Migration"), None)


def _nodes(expression: ast.expr | None, module: Module, names: Names) -> list[tuple[str, str]] | None:
    """The pairs of a list that are written out; None where one may be hidden. Swappable ones are of other apps."""
    if expression is None:
        return []
    if not isinstance(expression, (ast.List, ast.Tuple)):
        return None
    nodes = []
    for each in expression.elts:
        if isinstance(each, ast.Tuple) and len(each.elts) == NODE:
            app, target = (names.constant(module, part) for part in each.elts)
            if not isinstance(app, str) or not isinstance(target, str):
                return None
            nodes.append((app, target))
        elif not (isinstance(each, ast.Call) and module.dotted(each.func).endswith("swappable_dependency")):
            return None
    return nodes


def _alembic_history(folder: str, found: list[tuple[Module, dict[str, Any]]], everywhere: frozenset[str]) -> History:
    unsure = ""
    migrations = []
    for module, values in found:
        revision, down = values.get("revision"), values.get("down_revision")
        parents = (down,) if isinstance(down, str) else () if down is None else down
        if not isinstance(revision, str) or not isinstance(parents, tuple) or values.get("branch_labels"):
            unsure = unsure or f"{module.path}: its revisions can't be read here, or it begins a branch."
        elif len(revision) and all(isinstance(each, str) for each in parents):
            migrations.append(
                Migration(revision, module.place(values["node"]), tuple(_whole(each, everywhere) for each in parents))
            )
    return History(folder, tuple(migrations), "alembic", everywhere, unsure)


def _whole(revision: str, everywhere: frozenset[str]) -> str:
    """A revision whose name may be cut short."""
    longer = [each for each in everywhere if each.startswith(revision)] if revision not in everywhere else []
    return longer[0] if len(longer) == 1 else revision


def _revision(module: Module, names: Names) -> dict[str, Any] | None:
    """What a revision's file says of itself; None for other files."""
    values = {target.id: (statement, value) for statement, target, value in _top(module)}
    if "revision" not in values or "down_revision" not in values:
        return None
    return {
        "node": values["down_revision"][0],
        **{
            name: _literal(values[name][1], module, names)
            for name in ("revision", "down_revision", "branch_labels")
            if name in values
        },
    }


def _literal(value: ast.expr, module: Module, names: Names) -> Any:
    if isinstance(value, (ast.Tuple, ast.List)):
        return tuple(names.constant(module, each) for each in value.elts)
    return names.constant(module, value)


def _top(module: Module) -> Iterator[tuple[ast.stmt, ast.Name, ast.expr]]:
    for statement in module.tree.body if module.tree is not None else ():
        value = value_of(statement)
        for target in targets_of(statement) if value is not None else ():
            if isinstance(target, ast.Name) and value is not None:
                yield statement, target, value


def _assigned(owner: ast.ClassDef) -> dict[str, ast.expr]:
    return {
        target.id: value
        for statement in owner.body
        for target in targets_of(statement)
        if isinstance(target, ast.Name) and (value := value_of(statement)) is not None
    }
