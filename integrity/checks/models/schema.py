"""What a database knows by name: tables, constraints, indexes. Two of one name are one too many."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING, Iterator, NamedTuple

from integrity.checks.model import Entry, Examined, Finding
from integrity.checks.sources.names import Names, keyword, targets_of, value_of

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources

NAMED = ("Index", "UniqueConstraint", "CheckConstraint", "ExclusionConstraint")
UNIQUE_IN_SCHEMA = ("sqlalchemy.Index", "sqlalchemy.UniqueConstraint")


class Named(NamedTuple):
    """What has a name in the database: key is the name, value who has it. `passed_over` are found by another check."""

    entries: tuple[Entry, ...]
    passed_over: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def judge_tables(material: Named) -> Examined:
    """MIG105."""
    return _judged(
        material, "MIG105", "{owners} have the same table {name!r}: each reads and writes the rows of the other."
    )


def judge_names(material: Named) -> Examined:
    """MIG106."""
    return _judged(
        material,
        "MIG106",
        "{owners} have a constraint or index of the same name {name!r}: a database refuses the second.",
    )


def spoiled_named(material: Named) -> Iterator[Named]:
    """Each with one name twice."""
    times = Counter(entry.key for entry in material.entries)
    single = [entry for entry in material.entries if times[entry.key] == 1 and entry.key not in material.passed_over]
    for entry in single[:3]:
        yield material._replace(entries=(*material.entries, entry._replace(value=f"{entry.value}_spoiled")))


def written_tables(sources: Sources, names: Names) -> Named:
    """Every table that a model's source names."""
    found = []
    for module in sources.modules:
        if not module.is_test and (b"db_table" in module.content or b"__tablename__" in module.content):
            found += [entry for owner in module.classes for entry in _tables(owner, module, names)]
    return Named(tuple(found))


def written_names(sources: Sources, names: Names) -> Named:
    """Every constraint and index that a model's source names."""
    found = []
    for module in sources.modules:
        if not module.is_test and any(each.encode() in module.content for each in NAMED):
            found += [entry for owner in module.classes for entry in _constraints(owner, module, names)]
    return Named(tuple(found))


def _judged(material: Named, code: str, text: str) -> Examined:
    groups: dict[str, list[Entry]] = {}
    for entry in material.entries:
        groups.setdefault(str(entry.key), []).append(entry)
    findings = []
    for name, group in groups.items():
        distinct = sorted(
            {str(entry.value) for entry in group}
        )  # one of them: the same module, copied into another folder
        if len(group) > 1 and (len(distinct) > 1 or code == "MIG106") and name not in material.passed_over:
            owners = " and ".join(distinct)
            places = [entry.place for entry in group if entry.place is not None]
            others = (place._replace(role="duplicate") for place in places[1:])
            message = text.format(owners=owners, name=name.rpartition(" ")[2])
            findings.append(Finding(code, name, message, "Give one of them another name.", (*places[:1], *others)))
    return Examined(len(material.entries), tuple(findings), material.notes)


def _tables(owner: ast.ClassDef, module: Module, names: Names) -> Iterator[Entry]:
    label = f"{module.name}.{owner.name}"
    options = _options(owner)
    value = options.get("db_table")
    table = names.constant(module, value) if value is not None and _is_table(options) else None
    if isinstance(table, str) and value is not None:
        yield Entry(table, label, module.place(value), "assignment")
    own = _assigned(owner.body)
    table = names.constant(module, own["__tablename__"]) if "__tablename__" in own else None
    if isinstance(table, str) and "__table_args__" not in own:
        bases = ",".join(names.absolute(module, base) for base in owner.bases)
        yield Entry(f"{bases} {table}", label, module.place(own["__tablename__"]), "assignment")


def _constraints(owner: ast.ClassDef, module: Module, names: Names) -> Iterator[Entry]:
    options = _options(owner)
    own = _assigned(owner.body)
    lists = [options.get("indexes"), options.get("constraints")] if _is_table(options) else []
    for each in [*lists, own.get("__table_args__")]:
        for call in getattr(each, "elts", ()):
            name = _name_of(call, module, names) if isinstance(call, ast.Call) else None
            if isinstance(name, str) and "%" not in name:
                yield Entry(name, f"{module.name}.{owner.name}", module.place(call), "call")


def _name_of(call: ast.Call, module: Module, names: Names) -> object:
    dotted = module.dotted(call.func)
    if dotted.startswith("django.") and dotted.endswith(NAMED):
        return names.constant(module, keyword(call, "name"))
    if dotted in UNIQUE_IN_SCHEMA:
        first = call.args[0] if call.args and dotted.endswith("Index") else None
        return names.constant(module, keyword(call, "name") or first)
    return None


def _is_table(options: dict[str, ast.expr]) -> bool:
    """Whether a model with these options has a table of its own, which its migrations make."""
    flags = {name: getattr(options.get(name), "value", None) for name in ("abstract", "proxy", "managed")}
    return not flags["abstract"] and not flags["proxy"] and flags["managed"] is not False


def _options(owner: ast.ClassDef) -> dict[str, ast.expr]:
    """What the Meta of a model says."""
    inner = next((each for each in owner.body if isinstance(each, ast.ClassDef) and each.name == "Meta"), None)
    return _assigned(inner.body) if inner is not None else {}


def _assigned(body: list[ast.stmt]) -> dict[str, ast.expr]:
    return {
        target.id: value
        for statement in body
        for target in targets_of(statement)
        if isinstance(target, ast.Name) and (value := value_of(statement)) is not None
    }
