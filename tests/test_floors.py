"""The house rule: imports only go down, what must start cheaply stays light, and each door has one keeper."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parent.parent / "integrity"
FLOORS = (  # from the top; parts of one floor may import each other, but not across a `|`
    "cli cli_check cli_plan cli_runs cli_start cli_watch console flags sessions __main__",
    "commands",
    "execute",
    "discover | envs | backing | report | cache | registry | generate",
    "planning | system",
    "model settings errors",
    "inside checks",
)
LIGHT = (
    "discover",
    "settings",
    "errors",
    "model.unit",
    "model.outcome",
    "planning.graph",
    "planning.choose",
    "sessions",
)
IN_ENVS = ("inside", "checks")
ADAPTERS = ("checks.adapters", "checks.sources.yaml")  # they meet what the unit's env has
KNOW_CHECKS = ("commands", "generate", "report", "settings", "cli_check")
ASYNC = ("execute", "envs", "backing", "system.process", "commands.run", "commands.services")
ENVIRONMENT = (
    "cli",
    "cli_check",
    "cli_plan",
    "cli_runs",
    "cli_start",
    "cli_watch",
    "console",
    "sessions",
    "inside.plugin",
    "checks",
)  # the last two run in units' processes
PRINTING = ("cli", "cli_check", "cli_plan", "cli_runs", "console")
HEAVY = ("docker", "psycopg", "pymysql", "rich", "jinja2", "ruamel", "watchfiles")

MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    # `__init__` is the door that units see, and imports `sessions` only when a noxfile asks; templates are never imported
    if path != PACKAGE / "__init__.py" and "templates" not in path.relative_to(PACKAGE).parts
}


class Import(NamedTuple):
    """One import: `own` is the module where it is ours, `top` the package's name where it is not."""

    own: str | None
    top: str
    place: str
    is_typing: bool
    is_at_start: bool


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> list[Import]:
    guarded = [
        node
        for node in ast.walk(tree(module))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    typing = {id(node) for guard in guarded for statement in guard.body for node in ast.walk(statement)}
    functions = [node for node in ast.walk(tree(module)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    later = {id(node) for function in functions for node in ast.walk(function)}
    found = []
    for node in ast.walk(tree(module)):
        for name in imported(node):
            own = name.removeprefix("integrity.") if name.startswith("integrity.") else None
            where = f"{module}:{getattr(node, 'lineno', 0)} imports {name}"
            found.append(Import(own, name.split(".")[0], where, id(node) in typing, id(node) not in later))
    return found


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    longer = [f"{node.module}.{alias.name}" for alias in node.names]
    return [name if name.removeprefix("integrity.") in MODULES else str(node.module) for name in longer]


def within(module: str | None, parts: tuple[str, ...]) -> bool:
    return module is not None and any(module == part or module.startswith(f"{part}.") for part in parts)


def goes_down(module: str, target: str) -> bool:
    parts = [name.split(".", maxsplit=1)[0] for name in (module, target)]
    own, other = (next(number for number, floor in enumerate(FLOORS) if part in floor.split()) for part in parts)
    if within(target, IN_ENVS) and not within(module, IN_ENVS):
        return target == "inside.wire" or (within(target, ("checks",)) and within(module, KNOW_CHECKS))
    return parts[0] == parts[1] or other > own or (other == own and "|" not in FLOORS[own])


def packages_behind(module: str) -> set[str]:
    """All packages that are imported with the module, at whatever distance."""
    seen, todo, found = {module}, [module], set()
    while todo:
        needed = [each for each in imports(todo.pop()) if not each.is_typing]
        found |= {each.top for each in needed}
        new = {each.own for each in needed if each.own in MODULES} - seen
        seen |= new
        todo += new
    return found


def test_imports_go_down():
    """A module imports from its own part and from floors below it; of what enters envs, others know only the wire, and some the checks."""
    assert [
        found.place
        for module in MODULES
        for found in imports(module)
        if found.own is not None and not goes_down(module, found.own)
    ] == []


def test_light_parts_need_nothing_installed():
    """`nox -l` works with nothing but nox, because discovery reaches only the standard library and packaging."""
    known = {*sys.stdlib_module_names, "integrity", "packaging"}

    assert {
        module: others for module in MODULES if within(module, LIGHT) and (others := packages_behind(module) - known)
    } == {}


def test_parts_that_enter_envs_bring_nothing_along():
    """What enters a unit's env imports the standard library, pytest and itself; adapters a framework, where it is used."""
    known = {*sys.stdlib_module_names, "pytest", "_pytest"}

    assert [
        found.place
        for module in MODULES
        if within(module, IN_ENVS)
        for found in imports(module)
        if found.top not in known and not within(found.own, IN_ENVS)
        if found.is_at_start or not within(module, ADAPTERS)
    ] == []


def test_asyncio_stays_where_processes_are_awaited():
    """Only what waits for processes and services knows asyncio."""
    assert [
        found.place
        for module in MODULES
        if not within(module, ASYNC)
        for found in imports(module)
        if found.top == "asyncio" and not found.is_typing
    ] == []


def test_heavy_libraries_load_where_they_are_used():
    """A run that needs no Docker, no HTML and no YAML does not pay for importing them."""
    assert [
        found.place
        for module in MODULES
        if not within(module, ("report",))
        for found in imports(module)
        if found.top in HEAVY and found.is_at_start and not found.is_typing
    ] == []


def test_environment_and_output_have_one_keeper():
    """Only the command line and the sessions read `os.environ`, and only the command line prints."""
    nodes = [(module, node) for module in MODULES for node in ast.walk(tree(module))]
    readers = {
        module for module, node in nodes if isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ"
    }
    calls = {(module, ast.unparse(node.func)) for module, node in nodes if isinstance(node, ast.Call)}
    printers = {module for module, function in calls if function in {"print", "click.echo"}}

    assert {module for module in readers if not within(module, ENVIRONMENT)} == set()
    assert {module for module in printers if not within(module, PRINTING)} == set()


def test_modules_stay_small():
    """No module has more than 300 lines."""
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in MODULES.items()}

    assert {module: length for module, length in lengths.items() if length > 300} == {}
