"""Places that ask for a variable through an object of a library: `env = environ.Env()` and then `env.str("X")`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterator, Mapping, NamedTuple, Sequence

from integrity.checks.env.reads import Asked, Open, argument, text_of, type_of, written_name

if TYPE_CHECKING:
    from integrity.checks.adapters.library import Library
    from integrity.checks.sources import Module


_NAMES = ("var", "option", "key", "name")
_TAKES_CAST = frozenset(
    {"get", "get_value", "list", "tuple", "dict"}
)  # methods with the arguments of the object itself


class _Object(NamedTuple):
    library: Library
    scheme: Mapping[str, ast.expr]
    prefix: str


def asked(modules: Sequence[Module], libraries: Sequence[Library]) -> Iterator[Asked | Open]:
    """The places of all modules; objects that one module makes and another imports are followed."""
    objects = _objects(modules, libraries)
    if not objects:
        return
    for module in modules:
        for local, found in _local_objects(module, objects).items():
            yield from _asked_of(module, local, found)


def _objects(modules: Sequence[Module], libraries: Sequence[Library]) -> dict[str, _Object]:
    """The objects by the dotted name under which other modules know them."""
    found = {name: _Object(library, {}, "") for library in libraries for name in library.objects}
    used = False
    for library in libraries:
        for module in modules:
            if library.mark in module.content:
                used = True
                found.update(_made_in(module, library))
    return found if used else {}


def _made_in(module: Module, library: Library) -> Iterator[tuple[str, _Object]]:
    for assignment in module.assignments:
        made = assignment.value
        if not isinstance(made, ast.Call) or module.dotted(made.func) not in library.constructors:
            continue
        targets = assignment.targets if isinstance(assignment, ast.Assign) else [assignment.target]
        scheme = {keyword.arg: keyword.value for keyword in made.keywords if keyword.arg is not None}
        prefix = text_of(scheme.get(library.prefix)) or ""
        for target in targets:
            if isinstance(target, ast.Name):
                yield f"{module.name}.{target.id}", _Object(library, scheme, prefix or _later_prefix(module, target.id))


def _later_prefix(module: Module, local: str) -> str:
    """The prefix of `env.prefix = "APP_"`."""
    for assignment in module.assignments:
        for target in assignment.targets if isinstance(assignment, ast.Assign) else []:
            if (
                isinstance(target, ast.Attribute)
                and target.attr == "prefix"
                and getattr(target.value, "id", "") == local
            ):
                return text_of(assignment.value) or ""
    return ""


def _local_objects(module: Module, objects: Mapping[str, _Object]) -> dict[str, _Object]:
    """The objects that a module uses, by how it writes them: `env`, `config.env`."""
    found = {}
    for dotted, each in objects.items():
        home, _, name = dotted.rpartition(".")
        last = home.rpartition(".")[2]
        if home == module.name:
            found[name] = each
        elif name.encode() in module.content and last.encode() in module.content:
            found.update({local: each for local, origin in module.imports.items() if origin == dotted})
            found.update({f"{local}.{name}": each for local, origin in module.imports.items() if origin == home})
    return found


def _asked_of(module: Module, local: str, found: _Object) -> Iterator[Asked | Open]:
    library = found.library
    if b"prefixed(" in module.content and library.methods:
        for call in module.calls.get("prefixed", ()):
            if (prefix := text_of(argument(call, 0))) is not None:
                yield Open(found.prefix + prefix, module.place(call))
        return
    yield from _asked_by_calling(module, local, found)
    for method, type_name in library.methods.items():
        yield from _asked_by_method(module, local, found, (method, type_name))


def _asked_by_calling(module: Module, local: str, found: _Object) -> Iterator[Asked]:
    for call in module.calls.get(local.rpartition(".")[2], ()):
        if written_name(call.func) == local and (name := argument(call, 0, *_NAMES)) is not None:
            cast = argument(call, found.library.cast, "cast", "subcast")
            yield _one(module, call, name, found, type_of(cast))


def _asked_by_method(module: Module, local: str, found: _Object, method: tuple[str, str]) -> Iterator[Asked]:
    for call in module.calls.get(method[0], ()):
        if isinstance(call.func, ast.Attribute) and written_name(call.func.value) == local:
            name = argument(call, 0, *_NAMES)
            if name is None and method[0] in found.library.usual:
                name = ast.copy_location(ast.Constant(found.library.usual[method[0]]), call)
            if name is not None:
                yield _one(module, call, name, found, method[1])


def _one(module: Module, call: ast.Call, name: ast.expr, found: _Object, type_name: str) -> Asked:
    library = found.library
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr in library.methods
    takes_cast = not is_method or (isinstance(call.func, ast.Attribute) and call.func.attr in _TAKES_CAST)
    default = argument(call, library.default if takes_cast else 1, "default")
    scheme = found.scheme.get(found.prefix + (text_of(name) or ""))
    if isinstance(scheme, ast.Tuple) and len(scheme.elts) > 1:
        default = default or scheme.elts[1]
    type_name = type_name or type_of(scheme.elts[0] if isinstance(scheme, ast.Tuple) and scheme.elts else scheme)
    return Asked(module, call, name, default, type_name, default is None, found.prefix)
