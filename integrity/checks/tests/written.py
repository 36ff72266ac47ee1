"""The tests that stand in a file, and what can be said of each by its source."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Iterator, Mapping, Union

from integrity.checks.sources.names import Names, statements

if TYPE_CHECKING:
    from integrity.checks.sources.module import Module

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
_PLAIN_DECORATORS = frozenset(
    ["mark", "patch", "skip", "skipIf", "skipUnless", "expectedFailure", "override_settings", "freeze_time", "given"]
)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, eq=False)
class WrittenTest:
    """One test function or method. `fixtures` are those that its file and the conftests of the unit define, by name."""

    module: Module
    node: Function
    owner: ast.ClassDef | None
    fixtures: Mapping[str, Function]
    names: Names
    entry: str
    replaced_by: Union[ast.stmt, None] = None  # what takes its name, or that of its class, in the same scope

    @property
    def body(self) -> list[ast.stmt]:
        """Its statements, without the docstring."""
        first = self.node.body[0]
        has_docstring = (
            isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
        )
        return self.node.body[1:] if has_docstring else self.node.body

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of its body, but not those of functions and classes that are defined in it."""
        return tuple(within(*self.body))

    @cached_property
    def bound(self) -> dict[str, list[ast.Name]]:
        """Where its body binds each name."""
        found: dict[str, list[ast.Name]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.setdefault(node.id, []).append(node)
        return found

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what it is given, without `self`."""
        arguments = [
            each.arg for each in (*self.node.args.posonlyargs, *self.node.args.args, *self.node.args.kwonlyargs)
        ]
        return tuple(arguments[1:] if self.owner is not None and arguments else arguments)

    @property
    def marks(self) -> list[ast.expr]:
        """The decorators of the test and of its class."""
        return [*self.node.decorator_list, *(self.owner.decorator_list if self.owner is not None else [])]


def tests_of(module: Module, fixtures: Mapping[str, Function], names: Names, path: str) -> Iterator[WrittenTest]:
    """The tests of a file, as pytest finds them by default; `path` is what their entries begin with."""
    body = module.tree.body if module.tree is not None else []
    last = _last_definitions(body)
    for statement in statements(body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name.startswith("test"):
            other = _replacement(statement, body, last)
            yield WrittenTest(module, statement, None, fixtures, names, f"{path}::{statement.name}", other)
        elif isinstance(statement, ast.ClassDef) and (statement.name.startswith("Test") or _is_case(statement)):
            own, other = _last_definitions(statement.body), _replacement(statement, body, last)
            for each in statement.body:
                if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and each.name.startswith("test"):
                    entry = f"{path}::{statement.name}::{each.name}"
                    taken = other or _replacement(each, statement.body, own)
                    yield WrittenTest(module, each, statement, fixtures, names, entry, taken)


def holds_tests(module: Module) -> bool:
    """Whether pytest would find a test in a file: a function, a class, or a name that stands for one."""
    for statement in statements(module.tree.body) if module.tree is not None else ():
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name.startswith("test"):
            return True
        if isinstance(statement, ast.ClassDef) and (statement.name.startswith("Test") or statement.bases):
            return True
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)) and _binds_test(statement):
            return True
    return False


def fixtures_of(module: Module) -> dict[str, Function]:
    """The fixtures that a file defines, by the names under which tests ask for them."""
    found: dict[str, Function] = {}
    for function in module.functions:
        for decorator in function.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            if module.dotted(call.func if call else decorator).rpartition(".")[2] == "fixture":
                found[_name_in(call) or function.name] = function
    return found


def within(*roots: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a few small trees, but not those of functions and classes that are defined in them."""
    pending = list(roots)
    while pending:
        node = pending.pop()
        yield node
        for value in node.__dict__.values():  # the fields in their order; `ast.iter_child_nodes` takes twice the time
            children = value if value.__class__ is list else (value,)
            pending += [each for each in children if isinstance(each, ast.AST) and each.__class__ not in SCOPES]


def local_value(test: WrittenTest, name: str) -> ast.expr | None:
    """What a local name is bound to, where the test binds it exactly once, by a plain assignment."""
    found = test.bound.get(name, [])
    if len(found) != 1:
        return None
    for node in test.nodes:
        if isinstance(node, ast.Assign) and node.targets == [found[0]]:
            return node.value
        if isinstance(node, ast.AnnAssign) and node.target is found[0]:
            return node.value
    return None


def is_local(test: WrittenTest, name: str) -> bool:
    """Whether a name is the test's own: a parameter, or bound in it."""
    return name in test.parameters or name in test.bound


def root_of(value: ast.AST) -> str:
    """The first part of a dotted name; "" for what is none."""
    while isinstance(value, ast.Attribute):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


def is_assertion(node: ast.AST) -> bool:
    """Whether a node can make a test fail on purpose: `assert`, `raise`, `self.assertEqual`, `assert_unique`, `pytest.fail`."""
    if isinstance(node, (ast.Assert, ast.Raise)):
        return True
    name = called(node)
    return name.lower().startswith(("assert", "expect", "check", "verify")) or name in {
        "fail",
        "raises",
        "warns",
        "exit",
    }


def called(node: ast.AST) -> str:
    """The last part of what a call calls; "" for another node."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _last_definitions(body: list[ast.stmt]) -> dict[str, Union[Function, ast.ClassDef]]:
    return {each.name: each for each in body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}


def _replacement(
    node: Union[Function, ast.ClassDef], body: list[ast.stmt], last: Mapping[str, Union[Function, ast.ClassDef]]
) -> Union[ast.stmt, None]:
    """The later definition of the same name that surely takes its place, where nobody keeps the first one before."""
    other = last.get(node.name)
    if other is None or other is node or other.lineno < node.lineno:
        return None
    if any(_registers(each) for each in node.decorator_list):
        return None
    between = [each for each in body if node.lineno < each.lineno < other.lineno]
    kept = (*between, *(other.bases if isinstance(other, ast.ClassDef) else ()), *other.decorator_list)
    used = (each for one in kept for each in ast.walk(one) if isinstance(each, ast.Name))
    return None if any(each.id == node.name for each in used) else other


def _registers(decorator: ast.expr) -> bool:
    """Whether a decorator may keep what it decorates, so that its name doesn't matter: any but marks, patches and settings."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    parts = {part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "") for part in ast.walk(function)}
    return parts.isdisjoint(_PLAIN_DECORATORS)


def _is_case(node: ast.ClassDef) -> bool:
    return any(getattr(base, "attr", getattr(base, "id", "")).endswith("TestCase") for base in node.bases)


def _binds_test(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return any(
            (alias.asname or alias.name).lower().startswith("test") or alias.name == "*" for alias in statement.names
        )
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return any(isinstance(target, ast.Name) and target.id.lower().startswith("test") for target in targets)


def _name_in(call: ast.Call | None) -> str:
    for each in call.keywords if call is not None else ():
        if each.arg == "name" and isinstance(each.value, ast.Constant):
            return str(each.value.value)
    return ""
