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
_MEMBERSHIP = re.compile(rb"in(?<=\bin)\s+(os\.)?(\w*env\w*)")  # begins with a literal, so that it is searched fast
_OPTIONS = ("option", "argument", "Option", "Argument")


def asked(module: Module) -> tuple[Asked, ...]:
    """The places of a module."""
    return tuple(_asked(module))


def opened(module: Module) -> tuple[Open, ...]:
    """The places where a framework reads all variables that begin with a prefix."""
    return tuple(_opened(module)) if b"_prefix" in module.content else ()


def written(module: Module) -> frozenset[str]:
    """The names that a module sets in the environment of its own process."""
    return frozenset(_written(module)) if b"environ" in module.content else frozenset()


def _asked(module: Module) -> Iterator[Asked]:
    if b"environ" in module.content or b"getenv" in module.content:
        aliases = module.kept(_aliases)
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


def _opened(module: Module) -> Iterator[Open]:
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


def _written(module: Module) -> Iterator[str]:
    aliases = module.kept(_aliases)
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
    if module.tree is None or not any(
        _is_mapping(module, each, aliases) for each in _MEMBERSHIP.finditer(module.content)
    ):
        return
    for node in ast.walk(module.tree):
        is_test = isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn))
        if is_test and isinstance(node, ast.Compare) and _name(module, node.comparators[0], aliases) in MAPPINGS:
            yield node


def _is_mapping(module: Module, match: re.Match[bytes], aliases: dict[str, str]) -> bool:
    """Whether a text that looks like a membership test may be one of the environment; most are prose."""
    if match[1]:
        return match[2] in {b"environ", b"environb"}
    name = match[2].decode("utf-8", "replace")
    return bool(MAPPINGS & {aliases.get(name), module.imports.get(name)})


def _options(module: Module) -> Iterator[Asked]:
    for last in _OPTIONS:
        for call in module.calls.get(last, ()):
            given = argument(call, -1, "envvar")
            for name in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
                if text_of(name) is not None and name is not None:
                    yield Asked(module, call, name, argument(call, -1, "default"))
