"""Places that ask `os.environ` itself for a variable, and options of click and typer that do it for themselves."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Iterator

from integrity.checks.env.reads import Asked, Open, argument, text_of

if TYPE_CHECKING:
    from integrity.checks.sources import Module

MAPPINGS = frozenset({"os.environ", "os.environb"})
GETTERS = frozenset({"os.environ.get", "os.environb.get", "os.getenv", "os.getenvb", "os.environ.__getitem__"})
_MEMBERSHIP = re.compile(rb"\bin\s+(os\.)?\w*env\w*\b")
_OPTIONS = ("option", "argument", "Option", "Argument")


def asked(module: Module) -> Iterator[Asked]:
    """The places of a module."""
    if b"environ" in module.content or b"getenv" in module.content:
        aliases = _aliases(module)
        memberships = list(_memberships(module, aliases))
        yield from _subscripts(module, aliases, {ast.dump(each.left) for each in memberships})
        yield from _calls(module, aliases)
        yield from (Asked(module, each, each.left) for each in memberships if text_of(each.left) is not None)
    if b"envvar" in module.content:
        yield from _options(module)
    if b"dj_database_url" in module.content:
        for call in module.calls.get("config", ()):
            if module.dotted(call.func) == "dj_database_url.config":
                name = argument(call, 0, "env") or ast.copy_location(ast.Constant("DATABASE_URL"), call)
                yield Asked(module, call, name, argument(call, 1, "default"), "url")


def opened(module: Module) -> Iterator[Open]:
    """The places where a framework reads all variables that begin with a prefix."""
    if b"from_prefixed_env" in module.content:
        for call in module.calls.get("from_prefixed_env", ()):
            given = argument(call, 0, "prefix")
            yield Open(f"{text_of(given) or 'FLASK'}_", module.place(call))
    if b"auto_envvar_prefix" in module.content:
        for calls in module.calls.values():
            for call in calls:
                prefix = text_of(argument(call, -1, "auto_envvar_prefix"))
                if prefix:
                    yield Open(f"{prefix}_", module.place(call))


def written(module: Module) -> Iterator[str]:
    """The names that a module sets in the environment of its own process."""
    if b"environ" not in module.content:
        return
    aliases = _aliases(module)
    for node in module.subscripts:
        if isinstance(node.ctx, ast.Store) and _name(module, node.value, aliases) in MAPPINGS:
            yield from filter(None, [text_of(node.slice)])
    for call in module.calls.get("setdefault", ()):
        if _name(module, call.func, aliases) == "os.environ.setdefault":
            yield from filter(None, [text_of(argument(call, 0))])


def _aliases(module: Module) -> dict[str, str]:
    """Names that stand for the mapping or a getter: `get = os.environ.get`."""
    found = {}
    for assignment in module.assignments:
        if isinstance(assignment, ast.Assign) and isinstance(assignment.value, (ast.Attribute, ast.Name)):
            dotted = module.dotted(assignment.value)
            if dotted in MAPPINGS or dotted in GETTERS:
                found.update({target.id: dotted for target in assignment.targets if isinstance(target, ast.Name)})
    return found


def _name(module: Module, node: ast.AST, aliases: dict[str, str]) -> str:
    dotted = module.dotted(node)
    first, _, rest = dotted.partition(".")
    if first in aliases:
        return f"{aliases[first]}.{rest}" if rest else aliases[first]
    return dotted


def _subscripts(module: Module, aliases: dict[str, str], tested: set[str]) -> Iterator[Asked]:
    """Lookups; they demand the variable unless the code catches the error or tests for the name somewhere."""
    is_caught = b"KeyError" in module.content
    for node in module.subscripts:
        if isinstance(node.ctx, ast.Load) and _name(module, node.value, aliases) in MAPPINGS:
            yield Asked(module, node, node.slice, is_required=not is_caught and ast.dump(node.slice) not in tested)


def _calls(module: Module, aliases: dict[str, str]) -> Iterator[Asked]:
    imported = (local for local, origin in module.imports.items() if origin in GETTERS)
    for last in dict.fromkeys(("get", "getenv", "getenvb", "__getitem__", *aliases, *imported)):
        for call in module.calls.get(last, ()):
            if _name(module, call.func, aliases) in GETTERS and (name := argument(call, 0, "key")) is not None:
                yield Asked(module, call, name, argument(call, 1, "default"))


def _memberships(module: Module, aliases: dict[str, str]) -> Iterator[ast.Compare]:
    """`"X" in os.environ`: rare enough to walk only the modules whose text has it."""
    if _MEMBERSHIP.search(module.content) is None or module.tree is None:
        return
    for node in ast.walk(module.tree):
        is_test = isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn))
        if is_test and isinstance(node, ast.Compare) and _name(module, node.comparators[0], aliases) in MAPPINGS:
            yield node


def _options(module: Module) -> Iterator[Asked]:
    for last in _OPTIONS:
        for call in module.calls.get(last, ()):
            given = argument(call, -1, "envvar")
            for name in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
                if text_of(name) is not None and name is not None:
                    yield Asked(module, call, name, argument(call, -1, "default"))
