"""What a unit declares is examined by a test that `declared_tests()` makes: whether pytest would find one."""

from __future__ import annotations

import ast
from typing import Callable, Iterator, Mapping, NamedTuple, Sequence

from integrity.checks.model import Examined, Finding, Place
from integrity.checks.sources.module import Module
from integrity.checks.sources.names import statements
from integrity.checks.tests.written import holds_tests, within

MAKER = "declared_tests"
TESTS, MAKES = "tests", "makes"  # what a name holds: the tests of what is declared, or a function that makes them
_SKIPS = {"pytest.mark.skip", "unittest.skip"}
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
_HINT = "Write `test_declared = integrity.declared_tests()` at the top level of {path}."


class Declaring(NamedTuple):
    """The files that pytest is given, and what the unit declares. `module_of` finds the unit's modules by dotted names."""

    files: Sequence[Module]
    declares: tuple[str, ...]
    module_of: Callable[[str], Module | None]
    in_unit: Callable[[str], str]


def judge_declaring(material: Declaring) -> Examined:
    """That some file runs what is declared. Files without any test are told of elsewhere, those that don't parse too."""
    files = [module for module in material.files if holds_tests(module)]
    is_known = all(module.tree is not None for module in material.files)
    if not files or not is_known or not material.declares:
        return Examined(0)
    running = [module for module in material.files if _runs(module, material)]
    if running:
        doubts = [] if any(_runs(each, material, is_sure=True) for each in running) else [_doubt(running[0], material)]
        return Examined(len(files), tuple(doubts))
    at, called = next(((each, call) for each in files for call in _calls(each)), (files[0], None))
    path = material.in_unit(at.path)
    place = at.place(called) if called is not None else Place(at.path)
    what = "is not bound to a test that pytest runs" if called is not None else "is called by no test file"
    message = f"{MAKER}() {what}, so nothing examines the {' and '.join(material.declares)} that the unit declares."
    return Examined(len(files), (Finding("VAC012", path, message, _HINT.format(path=path), (place,)),))


def declares_of(table: Mapping[str, object]) -> tuple[str, ...]:
    """What a unit's `[tool.integrity]` declares that its own tests have to examine; how tests are judged is nothing of that."""
    registries, checks = table.get("registries"), table.get("checks")
    families = [name for name in checks if name != "tests"] if isinstance(checks, dict) else []
    return (*(("registries",) if registries else ()), *families)


def spoiled_declaring(material: Declaring) -> Iterator[Declaring]:
    """Copies in which the only test file has such tests, and drops them."""
    for last in ("del test_declared", "def test_declared():\n    assert plans()"):
        text = f"import integrity\n\ntest_declared = integrity.declared_tests()\n{last}\n"
        module = Module("test_integrity_spoiled.py", text.encode(), "test_integrity_spoiled")
        declares = material.declares or ("registries",)
        yield Declaring((module,), declares, lambda name: None, lambda path: path)  # noqa: ARG005 - no other module


def _doubt(module: Module, material: Declaring) -> Finding:
    path = material.in_unit(module.path)
    calls = _calls(module)
    message = f"{MAKER}() makes its tests under a condition; where that doesn't hold, nothing examines the {' and '.join(material.declares)} that the unit declares."
    place = module.place(calls[0]) if calls else Place(module.path)
    return Finding("VAC012", path, message, _HINT.format(path=path), (place,), level="warning")


def _calls(module: Module) -> list[ast.Call]:
    found = [call for name in module.calls for call in module.calls[name] if _is_maker(module, call.func)]
    return sorted(found, key=lambda call: call.lineno)


def _runs(module: Module, material: Declaring, *, is_sure: bool = False) -> bool:
    """Whether pytest finds the tests under a name of this file. What only may be so counts, too, unless it has to be sure."""
    if any(_mentions(material.module_of, origin) for origin in _origins(module)):
        return True
    held = _held(module, is_sure=is_sure)
    is_off = held.pop("__test__", "") == "off"
    return not is_off and any(what == TESTS and name.startswith("test") for name, what in held.items())


def _origins(module: Module) -> Iterator[str]:
    """The dotted names of all modules that a file may import something from."""
    for origin in module.imports.values():
        yield from (origin, origin.rpartition(".")[0])
    for statement in statements(module.tree.body) if module.tree is not None else ():
        if isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module if not statement.level else f"{module.package}.{statement.module}".lstrip(".")


def _mentions(module_of: Callable[[str], Module | None], name: str) -> bool:
    """Whether a module of the unit has to do with declared tests: what a test file takes from it may be them."""
    found = module_of(name) if name and name.partition(".")[0] != "integrity" else None
    return found is not None and MAKER.encode() in found.content


def _held(module: Module, *, is_sure: bool) -> dict[str, str]:
    """What each name of the top level holds in the end. Only what surely runs takes something away."""
    held: dict[str, str] = {}
    body = module.tree.body if module.tree is not None else []
    certain = {id(statement) for statement in body}
    for statement in statements(_unconditional(body) if is_sure else body):
        bound = _bindings(module, statement, held)
        held.update([(name, what) for name, what in bound if what or id(statement) in certain])
    return held


def _unconditional(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements without each `if` that has no `else`, and doesn't ask for the version of Python or the system."""
    return [each for each in body if not isinstance(each, ast.If) or each.orelse or _is_given(each.test)]


def _is_given(condition: ast.expr) -> bool:
    names = {node.id for node in ast.walk(condition) if isinstance(node, ast.Name)}
    return bool(names & {"sys", "platform"}) or (isinstance(condition, ast.Constant) and bool(condition.value))


def _bindings(module: Module, statement: ast.stmt, held: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The names that a statement binds, and what they hold then; nothing is held under a name that is deleted."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        what = _defined(module, statement)
        yield (f"test of {statement.name}" if what == TESTS else statement.name), what
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name, "") for alias in statement.names)
    elif isinstance(statement, ast.Delete):
        yield from ((target.id, "") for target in statement.targets if isinstance(target, ast.Name))
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        what = _value(module, statement.value, held)
        yield from ((name, each) for target in targets for name, each in _bound(target, statement.value, what))
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.NamedExpr):
        yield statement.value.target.id, _value(module, statement.value.value, held)


def _bound(target: ast.expr, value: ast.expr, what: str) -> Iterator[tuple[str, str]]:
    """The names of a target. `x.__test__ = False` takes from `x`; `globals()["x"] = …` binds it."""
    is_false = isinstance(value, ast.Constant) and value.value is False
    if isinstance(target, ast.Name):
        is_kept = not isinstance(value, _DISPLAYS)
        yield target.id, "off" if target.id == "__test__" and is_false else what if is_kept else ""
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        if target.attr == "__test__" and is_false:
            yield target.value.id, ""
    elif isinstance(target, ast.Subscript):
        if getattr(getattr(target.value, "func", None), "id", "") == "globals" and what:
            yield "test", what
    elif isinstance(target, (ast.Tuple, ast.List)):
        yield from ((each.id, what) for each in target.elts if isinstance(each, ast.Name))


def _defined(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """A function may make the tests; a class that pytest collects may hold them, under a name that it collects."""
    if not isinstance(node, ast.ClassDef):
        return MAKES if _makes(module, node.body, {}) else ""
    values = [each.value for each in node.body if isinstance(each, ast.Assign) and "test" in ast.dump(each.targets[0])]
    return TESTS if node.name.startswith("Test") and _makes(module, values, {}) else ""


def _value(module: Module, value: ast.expr, held: Mapping[str, str]) -> str:
    if isinstance(value, (ast.Name, ast.Attribute)):
        known = held.get(value.id, "") if isinstance(value, ast.Name) else ""
        return known or (MAKES if _is_maker(module, value) else "")
    if isinstance(value, ast.Lambda):
        return MAKES if _makes(module, [value.body], held) else ""
    if _is_skip(module, value):
        return ""
    return TESTS if _makes(module, [value], held) else ""


def _makes(module: Module, nodes: Sequence[ast.AST], held: Mapping[str, str]) -> bool:
    """Whether the tests are made in some nodes, or named."""
    for node in within(*nodes):
        if isinstance(node, ast.Name) and held.get(node.id) == TESTS:
            return True
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            if held.get(called) == MAKES or _is_maker(module, node.func):
                return True
    return False


def _is_maker(module: Module, node: ast.AST) -> bool:
    return module.dotted(node).rpartition(".")[2] == MAKER


def _is_skip(module: Module, value: ast.expr) -> bool:
    """`pytest.mark.skip(…)(tests)`, also inside of another mark's call."""
    if not isinstance(value, ast.Call):
        return False
    mark = value.func.func if isinstance(value.func, ast.Call) else value.func
    return module.dotted(mark) in _SKIPS or any(_is_skip(module, each) for each in value.args)
