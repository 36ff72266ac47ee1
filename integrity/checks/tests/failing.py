"""VAC001: tests in which nothing could fail. When in doubt, something could."""

from __future__ import annotations

import ast
from typing import Iterator, Sequence

from integrity.checks.model import Finding
from integrity.checks.sources.names import targets_of
from integrity.checks.tests.skips import is_skipped
from integrity.checks.tests.unheard import catches_all, is_never, only_says, suppresses, unheard
from integrity.checks.tests.written import WrittenTest, called, is_assertion, within

HARMLESS_FIXTURES = frozenset(
    [
        "tmp_path",
        "tmp_path_factory",
        "tmpdir",
        "monkeypatch",
        "capsys",
        "capfd",
        "capsysbinary",
        "caplog",
        "request",
        "recwarn",
        "record_property",
        "pytestconfig",
    ]
)
_PLAIN = (ast.Constant, ast.Name)
_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def empty_tests(test: WrittenTest) -> Iterator[Finding]:
    """The finding for a test that cannot fail, or that ends before its assertions."""
    if is_skipped(test):
        return
    whole = [] if _may_run_more(test) else list(_of_whole(test))
    yield from whole or (_finding(test, message, hint, node) for node, message, hint in unheard(test))


def _of_whole(test: WrittenTest) -> Iterator[Finding]:
    run, rest = _until_return(test.body)
    has_more = any(is_assertion(node) for node in within(*rest))
    if not can_fail(run):
        if has_more:
            yield _finding(test, "returns before its first assertion, so it proves nothing.", "Take the return out.")
        elif any(is_never(node) for node in within(*run)):
            yield _finding(
                test, "asserts under a condition that never holds.", "Take the condition out, or remove the test."
            )
        elif any(is_assertion(node) for node in within(*run)):
            yield _finding(
                test, "catches its own assertions, so it cannot fail.", "Take the except out, or fail in it."
            )
        else:
            yield _finding(
                test,
                "has nothing in it that could fail.",
                "Assert something about the unit's code, or remove the test.",
            )
    elif has_more and not any(is_assertion(node) for node in within(*run)):
        yield _finding(test, "returns before its first assertion.", "Take the return out.")


def can_fail(body: Sequence[ast.stmt]) -> bool:
    """Whether one of the statements could raise something that leaves them."""
    return any(_can_fail(statement) for statement in body)


def _can_fail(statement: ast.stmt) -> bool:
    if isinstance(statement, _NESTED):
        return bool(statement.decorator_list)
    if isinstance(statement, (ast.Expr, ast.Return, ast.Assign, ast.AnnAssign)):
        return not _only_names(statement) or not _is_harmless(statement.value)
    if isinstance(statement, ast.If):
        body = [] if is_never(statement) else statement.body
        return not _is_harmless(statement.test) or can_fail([*body, *statement.orelse])
    if isinstance(statement, ast.Try):
        return _try_can_fail(statement)
    if isinstance(statement, (ast.With, ast.AsyncWith)) and suppresses(statement):
        return any(called(node) in {"fail", "exit"} for node in within(*statement.body))
    return not isinstance(statement, (ast.Pass, ast.Global, ast.Nonlocal, ast.Continue, ast.Break))


def _only_names(statement: ast.stmt) -> bool:
    """Whether a statement binds nothing but names."""
    return all(isinstance(target, ast.Name) for target in targets_of(statement))


def _try_can_fail(statement: ast.Try) -> bool:
    takes_all = any(catches_all(handler) for handler in statement.handlers)
    inside = (
        any(called(node) in {"fail", "exit", "skip"} for node in within(*statement.body))
        if takes_all
        else can_fail(statement.body)
    )
    return inside or any(
        can_fail(part) for part in (*(each.body for each in statement.handlers), statement.orelse, statement.finalbody)
    )


def _is_harmless(value: ast.expr | None) -> bool:
    """Whether an expression does nothing that could raise."""
    if value is None or isinstance(value, _PLAIN):
        return True
    if isinstance(value, ast.Call):
        return only_says(value) and all(
            _is_harmless(each) for each in (*value.args, *(each.value for each in value.keywords))
        )
    if isinstance(value, ast.JoinedStr):
        return all(_is_harmless(each.value if isinstance(each, ast.FormattedValue) else each) for each in value.values)
    if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        return all(_is_harmless(each) for each in value.elts)
    if isinstance(value, ast.Dict):
        return all(_is_harmless(each) for each in (*value.keys, *value.values))
    return False


def _until_return(body: Sequence[ast.stmt]) -> tuple[Sequence[ast.stmt], Sequence[ast.stmt]]:
    """The statements that run, and those behind a return that nothing goes around."""
    index = next((index for index, each in enumerate(body) if isinstance(each, ast.Return)), len(body))
    return body[: index + 1], body[index + 1 :]


def _may_run_more(test: WrittenTest) -> bool:
    """Whether decorators, fixtures or an inherited class could do what the test itself doesn't."""
    if test.owner is not None and not all(_is_known_base(base) for base in test.owner.bases):
        return True
    parametrized = {name for mark in test.marks for name in parametrized_names(mark)}
    if any(not _is_plain_mark(test, mark) for mark in test.marks):
        return True
    return any(_fixture_can_fail(test, name) for name in test.parameters if name not in parametrized)


def parametrized_names(mark: ast.expr) -> list[str]:
    """The parameters that a `parametrize` gives."""
    if called(mark) != "parametrize" or not isinstance(mark, ast.Call) or not mark.args:
        return []
    first = mark.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return [name.strip() for name in first.value.split(",")]
    return [str(each.value) for each in getattr(first, "elts", ()) if isinstance(each, ast.Constant)]


def _is_plain_mark(test: WrittenTest, mark: ast.expr) -> bool:
    name = test.module.dotted(mark.func if isinstance(mark, ast.Call) else mark)
    return name.startswith("pytest.mark.") and not name.endswith(("usefixtures", "django_db"))


def _is_known_base(base: ast.expr) -> bool:
    return getattr(base, "attr", getattr(base, "id", "")) in {"object", "TestCase", "SimpleTestCase"}


def _fixture_can_fail(test: WrittenTest, name: str) -> bool:
    fixture = test.fixtures.get(name)
    if fixture is None:
        return name not in HARMLESS_FIXTURES
    arguments = [each.arg for each in fixture.args.args if each.arg not in HARMLESS_FIXTURES]
    return bool(arguments) or can_fail([each for each in fixture.body if not _is_plain_yield(each)])


def _is_plain_yield(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Yield)
        and _is_harmless(statement.value.value)
    )


def _finding(test: WrittenTest, message: str, hint: str, node: ast.AST | None = None) -> Finding:
    place = test.module.place(test.node if node is None else node)
    return Finding("VAC001", test.entry, f"{test.node.name} {message}", hint, (place,))
