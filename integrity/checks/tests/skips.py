"""VAC006: tests that are always skipped, and hooks that keep tests from running."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterator

from integrity.checks.model import Finding
from integrity.checks.tests.written import WrittenTest, called, within

if TYPE_CHECKING:
    from integrity.checks.sources.module import Module

_CONDITIONS = {"pytest.mark.skipif": True, "unittest.skipIf": True, "unittest.skipUnless": False}  # when they skip
_WORDS = {"True": True, "1": True, "False": False, "0": False}
_MARKS = ("pytest.mark.skip", "pytest.mark.xfail", "unittest.skip")


def skipped_tests(test: WrittenTest) -> Iterator[Finding]:
    """The finding for a test that never runs, or whose failure never counts."""
    if test.replaced_by is not None:
        message = f"{test.node.name} never runs: its name is taken again in the same scope."
        places = (test.module.place(test.node), test.module.place(test.replaced_by, "duplicate"))
        yield Finding("VAC006", test.entry, message, "Give one of the two another name.", places)
        return
    mark = next((each for each in test.marks if _is_bare(test.module, each)), None)
    always = next((each for each in test.marks if _always_skips(test.module, each)), None)
    if always is not None:
        message = f"{test.node.name} is always skipped: its condition says the same each time."
        hint = "Say skip with a reason, or mend the test."
        yield Finding("VAC006", test.entry, message, hint, (test.module.place(always),))
    elif mark is not None:
        name = test.module.dotted(mark.func if isinstance(mark, ast.Call) else mark)
        what = "may fail without being red" if name.endswith("xfail") else "is always skipped"
        message = f"{test.node.name} {what}, and nothing says why."
        yield Finding("VAC006", test.entry, message, "Give a reason, or mend the test.", (test.module.place(mark),))
    elif (call := _first_skip(test)) is not None:
        message = f"{test.node.name} skips itself before it looks at anything."
        yield Finding(
            "VAC006", test.entry, message, "Skip under a condition, or mend the test.", (test.module.place(call),)
        )


def skipped_files(module: Module, path: str) -> Iterator[Finding]:
    """The findings for a file all of whose tests are skipped: `pytestmark = pytest.mark.skip`, `pytest.skip(…)` at its top."""
    for statement in module.tree.body if module.tree is not None else ():
        value = getattr(statement, "value", None)
        is_mark = isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "pytestmark"
        marks = value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value] if value is not None else []
        is_call = isinstance(statement, ast.Expr) and called(statement.value) == "skip"
        if is_call or (is_mark and any(_is_bare(module, each) or _always_skips(module, each) for each in marks)):
            message = f"All tests of {path} are always skipped."
            yield Finding(
                "VAC006", path, message, "Skip under a condition, or give a reason.", (module.place(statement),)
            )


def disarming_hooks(module: Module, path: str) -> Iterator[Finding]:
    """The findings for hooks of a conftest after which no test of the unit runs."""
    for function in module.functions:
        nodes = list(within(*function.body))
        if function.name in {"pytest_pyfunc_call", "pytest_runtest_protocol"} and _answers_without_running(nodes):
            message = f"{function.name} of {path} says that it ran each test, and runs none."
        elif function.name == "pytest_collection_modifyitems" and _drops_all(nodes, function):
            message = f"{function.name} of {path} drops every test that was collected."
        else:
            continue
        yield Finding("VAC006", f"{path}::{function.name}", message, "Remove the hook.", (module.place(function),))


def is_skipped(test: WrittenTest) -> bool:
    """Whether the test is one that `skipped_tests` tells of, or is marked as skipped with a reason."""
    names = [test.module.dotted(mark.func if isinstance(mark, ast.Call) else mark) for mark in test.marks]
    if test.replaced_by is not None or any(_always_skips(test.module, mark) for mark in test.marks):
        return True
    return _first_skip(test) is not None or any(name.startswith(_MARKS) and not name.endswith("if") for name in names)


def _is_bare(module: Module, mark: ast.expr) -> bool:
    """Whether a mark skips without a condition and without a reason."""
    call = mark if isinstance(mark, ast.Call) else None
    if module.dotted(call.func if call else mark) not in _MARKS:
        return False
    if call is None:
        return True
    has_condition = bool(call.args) and module.dotted(call.func).endswith("xfail")
    reasons = [each.value for each in call.keywords if each.arg == "reason"] + list(call.args)
    is_told = any(not isinstance(reason, ast.Constant) or reason.value for reason in reasons)
    is_strict = any(each.arg == "strict" and getattr(each.value, "value", None) is True for each in call.keywords)
    return not (has_condition or is_told or is_strict)


def _always_skips(module: Module, mark: ast.expr) -> bool:
    """Whether the condition of a mark is a constant under which it skips."""
    if not isinstance(mark, ast.Call):
        return False
    skipping = _CONDITIONS.get(module.dotted(mark.func))
    given = [*mark.args[:1], *(each.value for each in mark.keywords if each.arg == "condition")]
    if skipping is None or not given or not isinstance(given[0], ast.Constant):
        return False
    value = given[0].value
    return bool(_WORDS.get(value, not skipping) if isinstance(value, str) else value) is skipping


def _first_skip(test: WrittenTest) -> ast.Call | None:
    first = test.body[0] if test.body else None
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Call):
        return None
    return first.value if test.module.dotted(first.value.func) in {"pytest.skip", "self.skipTest"} else None


def _answers_without_running(nodes: list[ast.AST]) -> bool:
    answers = [
        node
        for node in nodes
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and node.value.value
    ]
    runs = any(
        isinstance(node, (ast.Yield, ast.Await))
        or (isinstance(node, ast.Attribute) and node.attr in {"obj", "runtest"})
        for node in nodes
    )
    return (
        bool(answers) and not runs and not any(isinstance(node, ast.If) or "runtest" in called(node) for node in nodes)
    )


def _drops_all(nodes: list[ast.AST], function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    top = {id(node) for statement in function.body for node in [statement, *ast.iter_child_nodes(statement)]}
    for node in nodes:
        if id(node) not in top:
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clear":
            return getattr(node.func.value, "id", "") == "items"
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Subscript)
            and getattr(node.targets[0].value, "id", "") == "items"
        ):
            return isinstance(node.value, ast.List) and not node.value.elts
    return False
