"""Functions of the code that ask for a variable whose name they are given: found by what they do, or declared."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Collection, Iterator, Mapping, NamedTuple, Sequence, Union

from integrity.checks.env.reads import Asked, argument, text_of

if TYPE_CHECKING:
    from integrity.checks.sources import Module

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
GENERIC = frozenset(
    {"get", "pop", "read", "load", "value", "__getitem__", "__call__", "__init__", "__getattr__", "setdefault"}
)
_DEFAULTS = ("default", "fallback", "default_value", "otherwise")


class Reader(NamedTuple):
    """A function, and which of its parameters is the variable's name. `home` is its module's dotted name.

    `before` stands before the name that it is given. `is_required`: it fails where the variable is unset.
    """

    home: str
    name: str
    position: int
    parameter: str
    before: str = ""
    is_required: bool = False
    is_method: bool = False
    default: int = -1


def declared_reader(target: str, modules: Mapping[str, Module]) -> Reader:
    """The reader of `billing.environment:required`, whose first parameter is the name."""
    home, _, name = target.partition(":")
    function = next((each for each in modules[home].functions if each.name == name), None) if home in modules else None
    if function is None:
        return Reader(home, name, 0, "name")
    return _reader(home, function, _parameters(function)[0] if _parameters(function) else "name", "", is_required=True)


def reader_around(asked: Asked, functions: Sequence[Function]) -> Reader | None:
    """The function that gives its own parameter as the name; None where the name is made otherwise."""
    before, parameter = _parts(asked.name)
    line = getattr(asked.node, "lineno", 0)
    around = [each for each in functions if each.lineno <= line <= (each.end_lineno or 0)]
    if not parameter or not around:
        return None
    function = around[-1]
    if parameter not in _parameters(function) or _is_assigned(asked.module, function, parameter):
        return None
    return _reader(asked.module.name, function, parameter, asked.prefix + before, is_required=asked.is_required)


def calls_of(reader: Reader, modules: Sequence[Module]) -> Iterator[Asked]:
    """The places of all modules where the reader is called, also under another name or through a module that imports it."""
    candidates = [module for module in modules if reader.name.encode() in module.content]
    own = f"{reader.home}.{reader.name}"
    names = {
        own,
        *(
            f"{module.name}.{local}"
            for module in candidates
            for local, origin in module.imports.items()
            if origin == own
        ),
    }
    for module in candidates:
        for last in {reader.name, *(local for local, origin in module.imports.items() if origin in names)}:
            for call in module.calls.get(last, ()):
                name = argument(call, reader.position, reader.parameter)
                if name is not None and _is_called(call, name, reader, module, names):
                    default = argument(call, reader.default, *_DEFAULTS)
                    yield Asked(module, call, name, default, "", reader.is_required and default is None, reader.before)


def prefix_of(name: ast.expr) -> str:
    """What a name that is made as the code runs begins with."""
    if isinstance(name, ast.JoinedStr) and name.values:
        return text_of(name.values[0]) or ""
    if isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add):
        return text_of(name.left) or prefix_of(name.left)
    return ""


def _reader(home: str, function: Function, parameter: str, before: str, *, is_required: bool) -> Reader:
    parameters = _parameters(function)
    is_method = bool(function.args.args) and function.args.args[0].arg in {"self", "cls"}
    raises = is_required or any(_raises_where_missing(each) for each in ast.walk(function))
    defaults = [each for each in parameters if each in _DEFAULTS]
    falls_back = bool(defaults) and _has_own_default(function, defaults[0])
    return Reader(
        home,
        function.name,
        parameters.index(parameter) if parameter in parameters else -1,
        parameter,
        before,
        raises and not falls_back,
        is_method,
        parameters.index(defaults[0]) if defaults else -1,
    )


def _raises_where_missing(node: ast.AST) -> bool:
    """Whether a statement is `if not value: raise …` or `if value is None: raise …`."""
    if not isinstance(node, ast.If) or not any(isinstance(each, ast.Raise) for each in node.body):
        return False
    test = node.test
    is_none = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is) and isinstance(test.left, ast.Name)
    return is_none or (
        isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Name)
    )


def _parameters(function: Function) -> list[str]:
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names and names[0] in {"self", "cls"} else names


def _has_own_default(function: Function, parameter: str) -> bool:
    positional = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    given = positional[len(positional) - len(function.args.defaults) :] if function.args.defaults else []
    own = dict(zip(given, function.args.defaults))  # noqa: B905 - Python 3.9
    value = own.get(parameter)
    return value is not None and not (
        isinstance(value, ast.Name) or (isinstance(value, ast.Constant) and value.value in (None, ...))
    )


def _parts(name: ast.expr) -> tuple[str, str]:
    """What stands before a parameter, and the parameter: of `name`, `f"APP_{name}"`, `"APP_" + name`, `name.upper()`."""
    if isinstance(name, ast.Name):
        return "", name.id
    if isinstance(name, ast.Call) and isinstance(name.func, ast.Attribute) and name.func.attr in {"upper", "strip"}:
        return _parts(name.func.value)
    if isinstance(name, ast.JoinedStr) and isinstance(name.values[-1], ast.FormattedValue):
        before = "".join(text_of(part) or "\0" for part in name.values[:-1])
        inner = _parts(name.values[-1].value)
        return ("", "") if "\0" in before else (before + inner[0], inner[1])
    if isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add) and text_of(name.left) is not None:
        inner = _parts(name.right)
        return (text_of(name.left) or "") + inner[0], inner[1]
    return "", ""


def _is_assigned(module: Module, function: Function, parameter: str) -> bool:
    """Whether the function gives its parameter another value, so that the name is no more what it was given."""
    for assignment in module.assignments:
        if function.lineno <= assignment.lineno <= (function.end_lineno or 0):
            targets = assignment.targets if isinstance(assignment, ast.Assign) else [assignment.target]
            if any(isinstance(target, ast.Name) and target.id == parameter for target in targets):
                return True
    return False


def _is_called(call: ast.Call, name: ast.expr, reader: Reader, module: Module, names: Collection[str]) -> bool:
    dotted = module.dotted(call.func)
    if reader.is_method:
        text = text_of(name)
        owner = dotted.rpartition(".")[0]
        return isinstance(call.func, ast.Attribute) and (
            (owner in {"self", "cls"} and module.name == reader.home)
            or (reader.name not in GENERIC and text is not None and text.isupper())
        )
    if isinstance(call.func, ast.Name) and call.func.id not in module.imports:
        return module.name == reader.home
    home = dotted.rpartition(".")[0]
    is_alike = home.rpartition(".")[2] == reader.home.rpartition(".")[2] and reader.name not in GENERIC
    return dotted in names or is_alike
