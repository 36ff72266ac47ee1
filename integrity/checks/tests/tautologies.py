"""VAC003: assertions that are true whatever the code says, first of all the uniqueness of what can't repeat."""

from __future__ import annotations

import ast
from typing import Iterator, Sequence

from integrity.checks.model import Finding, Place
from integrity.checks.sources.names import value_of
from integrity.checks.tests.nature import Nature, definition_of, nature_of, unwrapped
from integrity.checks.tests.written import WrittenTest, called, local_value, within

_SAME = (ast.Eq, ast.LtE, ast.GtE)
_COUNTS = frozenset({"len", "sorted", "list", "tuple"})
_SETS = frozenset({"set", "frozenset"})
_MADE_UP = frozenset(f"{verb}{how}" for verb in ("called", "awaited") for how in ("_with", "_once_with", "_once")) | {
    "not_called",
    "not_awaited",
}  # what a mock has no method for, though one with `assert_` before it
_DECLARE = "Declare it in [tool.integrity.registries], where its source is read, or compare what the source has."


def tautologies(test: WrittenTest) -> Iterator[Finding]:
    """The findings for comparisons and counts of a test that can have one answer only."""
    nodes = test.nodes
    for node in nodes:
        if isinstance(node, ast.Compare):
            yield from _of_comparison(test, node)
        elif isinstance(node, ast.Call):
            yield from _of_call(test, node, nodes)
        elif isinstance(node, ast.Assert):
            yield from _of_assertion(test, node)
            yield from _of_mock(test, node.test)
        elif isinstance(node, ast.Expr):
            yield from _of_mock(test, node.value)
        elif isinstance(node, ast.For):
            yield from _of_loop(test, node)


def _of_comparison(test: WrittenTest, node: ast.Compare) -> Iterator[Finding]:
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:]):  # noqa: B905 - Python 3.9
        if not isinstance(operator, (*_SAME, ast.NotEq, ast.Lt, ast.Gt)):
            continue
        counted = _counted(test, left, right) or _counted(test, right, left)
        if counted is not None:
            yield from _of_uniqueness(test, node, counted)


def _of_uniqueness(test: WrittenTest, node: ast.AST, counted: ast.AST) -> Iterator[Finding]:
    nature = nature_of(test, counted)
    if nature is not None:
        yield _repeating(test, node, counted, nature)
        return
    pairs = _place_of_pairs(test, counted)
    if pairs is not None:
        message = f"{test.node.name} compares whole pairs of {ast.unparse(counted)}: a value that stands twice with two labels passes."
        yield _finding(test, node, message, "Compare the values alone.", pairs)


def _of_call(test: WrittenTest, node: ast.Call, nodes: Sequence[ast.AST]) -> Iterator[Finding]:
    """`assertEqual(len(X), len(set(X)))`, and counters over what can't repeat of which the repeated are asked for."""
    name = called(node)
    if name in {"assertEqual", "assertEquals", "assertCountEqual"} and len(node.args) > 1:
        counted = _counted(test, node.args[0], node.args[1]) or _counted(test, node.args[1], node.args[0])
        if counted is not None:
            yield from _of_uniqueness(test, node, counted)
    elif name == "Counter" and len(node.args) == 1 and any(_asks_for_more_than_one(each) for each in nodes):
        nature = nature_of(test, node.args[0])
        if nature is not None:
            yield _repeating(test, node, node.args[0], nature)


def _of_assertion(test: WrittenTest, node: ast.Assert) -> Iterator[Finding]:
    condition = node.test
    if isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.Or):
        if any(isinstance(each, ast.Constant) and each.value for each in condition.values):
            yield _finding(
                test,
                node,
                f"{test.node.name} asserts something `or` a constant that is true.",
                "Take the constant out.",
            )
    elif isinstance(condition, ast.Compare) and len(condition.ops) == 1:
        words = _sameness(condition)
        if words:
            yield _finding(test, node, f"{test.node.name} {words}.", "Compare it with something else.")
    elif called(condition) == "all" and isinstance(condition, ast.Call) and condition.args:
        yield from _of_all(test, node, condition.args[0])


def _of_mock(test: WrittenTest, call: ast.expr) -> Iterator[Finding]:
    """`load.called_once_with(1)`, in a file that makes mocks and no spies of another library."""
    if called(call) == "assertTrue" and isinstance(call, ast.Call) and call.args:
        call = call.args[0]
    name = called(call)
    if name not in _MADE_UP or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return
    content = test.module.content
    if b"mock" in content and b"kgb" not in content:
        message = f"{test.node.name} calls {name}() of a mock, which makes up what it is asked for and asserts nothing."
        yield _finding(test, call, message, f"Write assert_{name}().")


def _of_all(test: WrittenTest, node: ast.Assert, items: ast.expr) -> Iterator[Finding]:
    if not isinstance(items, (ast.GeneratorExp, ast.ListComp)) or len(items.generators) != 1:
        return
    loop = items.generators[0]
    if _is_own_member(items.elt, loop.target, loop.iter):
        yield _finding(
            test, node, f"{test.node.name} asks whether each item of a collection is in it.", "Ask another collection."
        )
    elif _has_constant_default(test, items.elt, loop.target):
        message = f"{test.node.name} is true for every item as long as the other side of its `or` is, which is the same for all."
        yield _finding(test, node, message, "Ask for each item alone, and for the default apart.")


def _of_loop(test: WrittenTest, loop: ast.For) -> Iterator[Finding]:
    nature: Nature | None = None
    for node in within(*loop.body):
        if not isinstance(node, ast.Assert):
            continue
        if _is_own_member(node.test, loop.target, loop.iter):
            yield _finding(
                test,
                node,
                f"{test.node.name} asks whether each item of a collection is in it.",
                "Ask another collection.",
            )
        elif _has_constant_default(test, node.test, loop.target):
            message = f"{test.node.name} is true for every item as long as the other side of its `or` is, which is the same for all."
            yield _finding(test, node, message, "Ask for each item alone, and for the default apart.")
        elif _is_unseen(node.test, loop):
            nature = nature or nature_of(test, loop.iter)
            if nature is not None:
                yield _repeating(test, node, loop.iter, nature)


def _counted(test: WrittenTest, whole: ast.AST, unique: ast.AST) -> ast.AST | None:
    """X, where the two sides are such as len(X) and len(set(X))."""
    whole, unique = _followed(test, whole), _followed(test, unique)
    if called(whole) != called(unique) or called(whole) not in _COUNTS:
        return None
    items, inner = _argument(whole), _followed(test, _argument(unique))
    if items is None or called(inner) not in _SETS:
        return None
    within_set = _argument(inner)
    if within_set is not None and _spelled(items) == _spelled(within_set):
        return (
            items
            if called(unwrapped(items)) in {"keys", "items"} or called(unwrapped(within_set)) != "keys"
            else within_set
        )
    return None


def _followed(test: WrittenTest, value: ast.AST | None) -> ast.AST:
    """A local name's value, where it is one of those counts and sets."""
    if isinstance(value, ast.Name):
        found = local_value(test, value.id)
        if called(found) in _COUNTS | _SETS if found is not None else False:
            return found  # type: ignore[return-value] # it is a call
    return value if value is not None else ast.Pass()


def _argument(call: ast.AST) -> ast.AST | None:
    return (
        call.args[0] if isinstance(call, ast.Call) and len(call.args) == 1 and isinstance(call.func, ast.Name) else None
    )


def _spelled(value: ast.AST) -> str:
    """An expression as text, without wrappers and `.keys()`."""
    value = unwrapped(value)
    while called(value) == "keys" and isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = unwrapped(value.func.value)
    return ast.dump(value)


def _sameness(node: ast.Compare) -> str:
    left, operator, right = node.left, node.ops[0], node.comparators[0]
    if isinstance(operator, ast.GtE) and called(left) == "len" and getattr(right, "value", None) == 0:
        return "asserts that a length is not negative"
    if not isinstance(operator, _SAME) or not _is_pure(left) or not _is_pure(right):
        return ""
    return "compares a value with itself" if ast.dump(_bare(left)) == ast.dump(_bare(right)) else ""


def _bare(value: ast.expr) -> ast.expr:
    """The expression, where each `X.keys()` in a set, list or sorted is X."""

    class Bare(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            return node.func.value if called(node) == "keys" and isinstance(node.func, ast.Attribute) else node

    copy = ast.parse(ast.unparse(value), mode="eval").body
    bare: ast.expr = Bare().visit(copy) if isinstance(copy, ast.Call) and called(copy) != "keys" else copy
    return bare


def _is_pure(value: ast.expr) -> bool:
    known = _COUNTS | _SETS | {"keys"}
    nodes = list(ast.walk(value))
    items = {id(node.slice) for node in nodes if isinstance(node, ast.Subscript)}
    return not isinstance(value, ast.Constant) and all(
        isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.expr_context))
        or called(node) in known
        or (isinstance(node, ast.Constant) and id(node) in items)
        for node in nodes
    )


def _is_own_member(condition: ast.expr, target: ast.expr, items: ast.expr) -> bool:
    """`x in D`, for x in D."""
    if not isinstance(condition, ast.Compare) or len(condition.ops) != 1 or not isinstance(condition.ops[0], ast.In):
        return False
    is_same = isinstance(condition.left, ast.Name) and isinstance(target, ast.Name) and condition.left.id == target.id
    return is_same and _spelled(condition.comparators[0]) == _spelled(items)


def _has_constant_default(test: WrittenTest, condition: ast.expr, target: ast.expr) -> bool:
    """`"default" in D or x in D`, where the code's D has that key: no x can be missing any more."""
    if not isinstance(condition, ast.BoolOp) or not isinstance(condition.op, ast.Or):
        return False
    own = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    for each in condition.values:
        is_member = (
            isinstance(each, ast.Compare)
            and len(each.ops) == 1
            and isinstance(each.ops[0], ast.In)
            and isinstance(each.left, ast.Constant)
        )
        if (
            is_member
            and not own & {node.id for node in ast.walk(each) if isinstance(node, ast.Name)}
            and _has_key(test, each)
        ):
            return True
    return False


def _has_key(test: WrittenTest, member: ast.expr) -> bool:
    assert isinstance(member, ast.Compare)
    assert isinstance(member.left, ast.Constant)
    found = definition_of(test, member.comparators[0])
    value = value_of(found.bound[0]) if found is not None and not found.rest and len(found.bound) == 1 else None
    keys = value.keys if isinstance(value, ast.Dict) else getattr(value, "elts", [])
    return any(isinstance(key, ast.Constant) and key.value == member.left.value for key in keys)


def _is_unseen(condition: ast.expr, loop: ast.For) -> bool:
    """`x not in seen`, in a loop over x that adds it to `seen`."""
    if not isinstance(condition, ast.Compare) or len(condition.ops) != 1 or not isinstance(condition.ops[0], ast.NotIn):
        return False
    seen = getattr(condition.comparators[0], "id", None)
    name = getattr(condition.left, "id", None)
    if seen is None or name is None or name != getattr(loop.target, "id", ""):
        return False
    return any(
        called(node) in {"add", "append"} and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == seen and [getattr(each, "id", "") for each in node.args] == [name]
        for node in within(*loop.body)
    )  # fmt: skip


def _asks_for_more_than_one(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], (ast.Gt, ast.GtE, ast.NotEq))
        and getattr(node.comparators[0], "value", None) in (1, 2)
    )


def _place_of_pairs(test: WrittenTest, value: ast.AST) -> Place | None:
    """Where choices of constant pairs are defined."""
    value = unwrapped(value)
    found = definition_of(test, value)
    if found is None or found.rest or len(found.bound) != 1 or "choice" not in found.name.lower():
        return None
    items = getattr(value_of(found.bound[0]), "elts", [])
    is_paired = items and all(isinstance(item, ast.Tuple) and len(item.elts) == 2 for item in items)  # noqa: PLR2004 - a pair
    return found.module.place(found.bound[0], "reference") if is_paired else None


def _repeating(test: WrittenTest, node: ast.AST, counted: ast.AST, nature: Nature) -> Finding:
    text = ast.unparse(counted)
    message = (
        f"{test.node.name} asks whether something stands twice in {text}: it is {nature.words}, where nothing can."
    )
    hint = "Go over its `__members__`, or declare it in [tool.integrity.registries]." if nature.is_enum else _DECLARE
    return _finding(test, node, message, hint, nature.place)


def _finding(test: WrittenTest, node: ast.AST, message: str, hint: str, other: Place | None = None) -> Finding:
    places = (test.module.place(node), *([other] if other is not None else []))
    return Finding("VAC003", test.entry, message, hint, places)
