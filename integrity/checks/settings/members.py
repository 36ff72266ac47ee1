"""The lists of dotted names in Django's settings, as sources write them: what they hold twice, and what isn't there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterator, NamedTuple

from integrity.checks.model import Entry, Examined, Finding
from integrity.checks.sources.names import Names, targets_of

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources

LISTS = ("INSTALLED_APPS", "MIDDLEWARE", "AUTHENTICATION_BACKENDS")
ADDERS = ("append", "insert", "extend")


class Members(NamedTuple):
    """Members of lists: key is `LIST member`. Those of one file, list and branch stand together.

    `missing` tells of a member's dotted name why it can't be imported; `passed_over` are found by another check.
    """

    entries: tuple[Entry, ...]
    missing: dict[str, str]
    notes: tuple[str, ...] = ()
    passed_over: frozenset[str] = frozenset()


def written_members(sources: Sources, names: Names, *, is_declared: bool) -> Members:
    """What is written into the lists. What isn't there is only judged where the check is declared."""
    entries: list[Entry] = []
    missing: dict[str, str] = {}
    for module in sources.modules:
        if not module.is_test and any(name.encode() in module.content for name in LISTS):
            own = list(_members(module, names))
            entries += own
            if is_declared:
                told = (
                    (str(each.key).partition(" ")[2], each) for each in own if not str(each.key).startswith(LISTS[0])
                )
                missing.update({name: why for name, _ in told if (why := _missing(name, sources, names))})
    return Members(tuple(entries), missing)


def judge_members(material: Members) -> Examined:
    """APP102."""
    findings = []
    groups: dict[tuple[str, object], list[Entry]] = {}
    for entry in material.entries:
        groups.setdefault((str(entry.key), entry.value), []).append(entry)
    for (key, _), group in groups.items():
        name, _, member = key.partition(" ")
        places = tuple(entry.place for entry in group if entry.place is not None)
        if len(group) > 1 and key not in material.passed_over:
            message = f"{name} holds {member!r} {len(group)} times: {_consequence(name)}."
            others = (place._replace(role="duplicate") for place in places[1:])
            findings.append(Finding("APP102", key, message, "Keep one of them.", (*places[:1], *others)))
        if member in material.missing and f"{key} import" not in material.passed_over:
            message = f"{name} holds {member!r}, which can't be imported: {material.missing[member]}."
            findings.append(Finding("APP102", f"{key} import", message, "Mend the name, or remove it.", places[:1]))
    return Examined(len(material.entries), tuple(findings), material.notes)


def spoiled_members(material: Members) -> Iterator[Members]:
    """Each with one member of another list's name twice."""
    for entry in material.entries[:1]:
        twice = entry._replace(key=f"{entry.key}_spoiled")
        yield material._replace(entries=(*material.entries, twice, twice))


def _consequence(name: str) -> str:
    if name == "MIDDLEWARE":
        return "every request and response goes through it that often"
    if name == "INSTALLED_APPS":
        return "Django refuses to start"
    return "it is asked that often"


def _members(module: Module, names: Names) -> Iterator[Entry]:
    """Entries whose value names what belongs together: the statement that begins the list, with all that is surely added to it."""
    begun: dict[str, str] = {}
    for statement in module.tree.body if module.tree is not None else ():
        for name in LISTS:
            fresh, added = _written(statement, name)
            if fresh is not None:
                begun[name] = (
                    f"{module.path} {len(begun)} {getattr(statement, 'lineno', 0)}"
                    if not _reads(fresh, name)
                    else begun.get(name, "")
                )
            for each in _literals([fresh, *added]):
                member = names.constant(module, each)
                if isinstance(member, str):
                    yield Entry(f"{name} {member}", begun.get(name, module.path), module.place(each), "item")


def _written(statement: ast.stmt, name: str) -> tuple[ast.expr | None, list[ast.expr]]:
    """What a top-level statement binds to a list's name, and what it adds to the list."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and any(
        _is_name(each, name) for each in targets_of(statement)
    ):
        return statement.value, []
    if isinstance(statement, ast.AugAssign) and _is_name(statement.target, name):
        return None, [statement.value]
    call = statement.value if isinstance(statement, ast.Expr) else None
    if (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ADDERS
        and _is_name(call.func.value, name)
    ):
        return None, call.args[-1:] if call.func.attr == "extend" else [ast.List(call.args[-1:], ast.Load())]
    return None, []


def _literals(expressions: list[ast.expr | None]) -> Iterator[ast.expr]:
    """The items of lists and tuples, and of their sums."""
    for each in expressions:
        if isinstance(each, (ast.List, ast.Tuple)):
            yield from each.elts
        elif isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add):
            yield from _literals([each.left, each.right])


def _reads(expression: ast.expr, name: str) -> bool:
    return any(_is_name(each, name) for each in ast.walk(expression))


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _missing(member: str, sources: Sources, names: Names) -> str:
    """Why a dotted name of the unit's own can't be imported; "" where it can, or sources don't tell."""
    origin, _, last = member.rpartition(".")
    module = sources.module(origin)
    if (
        module is None
        or module.tree is None
        or "*" in module.imports
        or last in module.imports
        or b"__getattr__" in module.content
    ):
        return ""
    return "" if names.bound(module, last) or sources.module(member) is not None else f"{origin} has no {last!r}"
