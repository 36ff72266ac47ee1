"""REG101 without any declaration: keys that stand twice in one dict display, one list of choices, one list of pairs for a dict."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Hashable, Iterable, Iterator, NamedTuple, Sequence

from integrity.checks.case import Case, Check, Unit
from integrity.checks.model import Examined, Finding
from integrity.checks.sources import in_passing

if TYPE_CHECKING:
    from integrity.checks.sources import Module

_PAIR = 2


class Key(NamedTuple):
    """One key of a display: what it is equal to, its node, and the node of its value."""

    identity: Hashable
    node: ast.AST
    value: ast.AST


class Display(NamedTuple):
    """The keys between two unpackings of one display. `kind` is `dict` or `choices`."""

    module: Module
    kind: str
    keys: tuple[Key, ...]


class Displays(NamedTuple):
    """Those displays in which two keys are equal, of the `number` that were read, and one in which none are."""

    number: int
    doubtful: tuple[Display, ...]
    example: Display | None


def literal_cases(unit: Unit) -> Iterator[Case]:
    """One case over all modules."""
    yield Case("literals", Check("REG101", judge_displays, _spoiled), lambda: displays_of(unit.sources.modules))


def displays_of(modules: Iterable[Module]) -> Displays:
    """All displays of some modules."""
    number, doubtful, example = 0, [], None
    for module in in_passing(modules):
        for display in _displays(module) if module.tree is not None else ():
            number += 1
            if len({key.identity for key in display.keys}) < len(display.keys):
                doubtful.append(display)
            elif display.keys:
                example = display
    return Displays(number, tuple(doubtful), example)


def judge_displays(displays: Displays) -> Examined:
    """All keys that stand more than once in one display."""
    return Examined(displays.number, tuple(finding for display in displays.doubtful for finding in _doubled(display)))


def _spoiled(displays: Displays) -> Iterator[Displays]:
    if displays.example is not None:
        keys = displays.example.keys
        yield displays._replace(doubtful=(*displays.doubtful, displays.example._replace(keys=(*keys, keys[0]))))


def _displays(module: Module) -> Iterator[Display]:
    for node in module.dicts:
        if len(node.keys) > 1:
            yield from _of_dict(module, node)
    for called in ("dict", "OrderedDict") if b"dict" in module.content or b"OrderedDict" in module.content else ():
        for call in module.calls.get(called, ()):
            if len(call.args) == 1 and isinstance(call.args[0], (ast.List, ast.Tuple)):
                yield Display(module, "dict", tuple(_pairs(module, call.args[0].elts)))
    if b"CHOICES" in module.content or b"choices" in module.content:
        for value in _choices(module):
            yield Display(module, "choices", tuple(_pairs(module, value.elts)))


def _of_dict(module: Module, node: ast.Dict) -> Iterator[Display]:
    keys: list[Key] = []
    for key, value in zip(node.keys, node.values):  # noqa: B905 - Python 3.9
        if key is None:  # what is unpacked between may replace the first, and be replaced by the second: that is meant
            yield Display(module, "dict", tuple(keys))
            keys = []
        else:
            same = key.value if key.__class__ is ast.Constant else _identity(module, key)
            if same is not _UNSURE:
                keys.append(Key(same, key, value))
    yield Display(module, "dict", tuple(keys))


def _choices(module: Module) -> Iterator[ast.List | ast.Tuple]:
    for statement in module.assignments:
        if isinstance(statement.value, (ast.List, ast.Tuple)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(each, ast.Name) and each.id.upper().endswith("CHOICES") for each in targets):
                yield statement.value
    if b"choices" in module.content:
        yield from _passed_choices(module)


def _passed_choices(module: Module) -> Iterator[ast.List | ast.Tuple]:
    for calls in module.calls.values():
        for call in calls:
            for keyword in call.keywords:
                if keyword.arg == "choices" and isinstance(keyword.value, (ast.List, ast.Tuple)):
                    yield keyword.value


def _pairs(module: Module, nodes: Sequence[ast.expr]) -> Iterator[Key]:
    for node in nodes:
        if not _is_pair(node):
            continue
        first, second = node.elts  # type: ignore[attr-defined]
        if isinstance(second, (ast.List, ast.Tuple)) and second.elts and all(_is_pair(each) for each in second.elts):
            yield from _pairs(module, second.elts)
            continue
        same = _identity(module, first)
        if same is not _UNSURE:
            yield Key(same, node, second)


def _is_pair(node: ast.AST) -> bool:
    return isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == _PAIR


_UNSURE: Any = object()


def _identity(module: Module, node: ast.AST) -> Any:
    """What is equal for two keys that surely are; _UNSURE for what only running the code tells."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.Name, ast.Attribute)):
        dotted = module.dotted(node)
        return ("\0name", dotted) if dotted else _UNSURE
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if isinstance(node.operand.value, (int, float)) else _UNSURE
    if isinstance(node, ast.Tuple):
        parts = tuple(_identity(module, each) for each in node.elts)
        return _UNSURE if any(part is _UNSURE for part in parts) else parts
    return _UNSURE


def _doubled(display: Display) -> Iterator[Finding]:
    found: dict[Hashable, list[Key]] = {}
    for key in display.keys:
        found.setdefault(key.identity, []).append(key)
    for group in found.values():
        if len(group) > 1:
            yield _finding(display, group)


def _finding(display: Display, group: Sequence[Key]) -> Finding:
    first, *others = group
    written = ast.unparse(
        first.node.elts[0]
        if display.kind == "choices" and isinstance(first.node, (ast.Tuple, ast.List))
        else first.node
    )
    is_same = all(ast.dump(key.value) == ast.dump(first.value) for key in others)
    times = "twice" if len(group) == _PAIR else f"{len(group)} times"
    if display.kind == "choices":
        message = f"The choice {written} is listed {times}, so the same value is offered more than once."
    elif is_same:
        message = f"The key {written} stands {times} in one dict, each time with the same value."
    else:
        message = f"The key {written} stands {times} in one dict; Python keeps the last value and drops the others."
    hint = "Delete all but one." if is_same else "Keep the one that is meant; rename or delete the other."
    level = "warning" if is_same and display.kind == "dict" else "error"
    places = [display.module.place(key.node, "duplicate" if index else "declared") for index, key in enumerate(group)]
    return Finding("REG101", f"{display.module.path} {written}", message, hint, tuple(places), level=level)
