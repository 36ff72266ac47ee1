"""Plain values of expressions, as far as a unit's sources tell them. Nothing is run."""

from __future__ import annotations

import ast
from datetime import date
from typing import TYPE_CHECKING, Any, Callable, Sequence

if TYPE_CHECKING:
    from integrity.checks.registries.naming import Found, Names
    from integrity.checks.sources import Module

_DATE = 3  # year, month, day
_DEPTH = 12  # names that stand for names, and values inside values
_ENUMS = frozenset(
    ["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "TextChoices", "IntegerChoices", "Choices", "ReprEnum"]
)
_TRANSLATIONS = frozenset(
    [
        "_",
        "__",
        "_l",
        "gettext",
        "gettext_lazy",
        "gettext_noop",
        "ugettext",
        "ugettext_lazy",
        "lazy_gettext",
        "pgettext",
        "pgettext_lazy",
        "npgettext",
        "trans",
    ]
)


class Unread(str):
    """The source text of a value that only running the code can tell; of a name, its full dotted name."""

    __slots__ = ()


class Arguments(dict):  # type: ignore[type-arg]
    """The arguments of a call by name: what is not among them may still have a default."""


class Reader:
    """Reads expressions of one unit."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._readers: dict[type, Callable[[Module, Any, int], Any]] = {
            ast.Constant: lambda _module, node, _depth: node.value,
            ast.UnaryOp: self._signed,
            ast.BinOp: self._computed,
            ast.JoinedStr: self._joined,
            ast.Tuple: lambda module, node, depth: tuple(self._items(module, node.elts, depth)),
            ast.List: lambda module, node, depth: self._items(module, node.elts, depth),
            ast.Set: lambda module, node, depth: self._items(module, node.elts, depth),
            ast.Dict: self._mapping,
            ast.Call: self._called,
            ast.Name: self._named,
            ast.Attribute: self._named,
        }

    def value(self, module: Module, node: ast.AST, depth: int = 0) -> Any:
        """The value; Unread where it can't be told."""
        read = self._readers.get(type(node))
        return self.text(module, node) if read is None or depth > _DEPTH else read(module, node, depth + 1)

    def text(self, module: Module, node: ast.AST) -> Unread:
        """What stands in for a value that can't be told."""
        return Unread(self.names.canonical(module, node) or ast.unparse(node))

    def is_enum(self, module: Module, node: ast.AST, depth: int = 0) -> bool:
        """Whether a class is an enumeration, as far as its bases tell."""
        if not isinstance(node, ast.ClassDef) or depth > _DEPTH:
            return False
        for base in node.bases:
            if self.names.canonical(module, base).rpartition(".")[2] in _ENUMS:
                return True
            found = self.names.meaning(module, base)
            if found is not None and found.node is not node and self.is_enum(found.module, found.node, depth + 1):
                return True
        return False

    def member(self, module: Module, node: ast.AST, depth: int = 0) -> tuple[Any, Any]:
        """The value and the label of an enumeration's member, by the expression that it is assigned."""
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:  # noqa: PLR2004 - value and label, as Django writes it
            label = self.value(module, node.elts[1], depth)
            if isinstance(label, str):
                return self.value(module, node.elts[0], depth), label
        return self.value(module, node, depth), None

    def _signed(self, module: Module, node: ast.UnaryOp, depth: int) -> Any:
        value = self.value(module, node.operand, depth)
        if isinstance(node.op, (ast.USub, ast.UAdd)) and isinstance(value, (int, float)):
            return -value if isinstance(node.op, ast.USub) else value
        return self.text(module, node)

    def _computed(self, module: Module, node: ast.BinOp, depth: int) -> Any:
        left, right = self.value(module, node.left, depth), self.value(module, node.right, depth)
        if isinstance(left, Unread) or isinstance(right, Unread):
            return self.text(module, node)
        if (
            isinstance(node.op, ast.Add)
            and type(left) is type(right)
            and isinstance(left, (str, list, tuple, int, float))
        ):
            return left + right
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            if isinstance(node.op, ast.Mult):
                return left * right
            if isinstance(node.op, ast.Sub):
                return left - right
        return self.text(module, node)

    def _joined(self, module: Module, node: ast.JoinedStr, _depth: int) -> Any:
        if all(isinstance(part, ast.Constant) for part in node.values):
            return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        return self.text(module, node)

    def _items(self, module: Module, nodes: Sequence[ast.expr], depth: int) -> list[Any]:
        return [self.value(module, node, depth) for node in nodes]

    def _mapping(self, module: Module, node: ast.Dict, depth: int) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values):  # noqa: B905 - Python 3.9
            if key is None:
                base = self.value(module, value, depth)
                if not isinstance(base, dict):
                    return self.text(module, node)
                found.update(base)
                continue
            name = self.value(module, key, depth)
            if isinstance(name, (list, dict)):
                return self.text(module, node)
            found[name] = self.value(module, value, depth)
        return found

    def _called(self, module: Module, node: ast.Call, depth: int) -> Any:
        called = self.names.canonical(module, node.func)
        name = called.rpartition(".")[2]
        if name in _TRANSLATIONS and node.args and isinstance(node.args[-1], ast.Constant):
            return node.args[-1].value
        if called in {"datetime.date", "datetime.datetime"}:
            return self._dated(module, node, depth)
        if called in {"frozenset", "set", "tuple", "list", "types.MappingProxyType"} and len(node.args) == 1:
            return self.value(module, node.args[0], depth)
        fields = self._fields(module, node.func)
        is_spread = any(isinstance(each, ast.Starred) for each in node.args) or any(
            not each.arg for each in node.keywords
        )
        if is_spread or len(node.args) > len(fields) or not (node.args or node.keywords):
            return self.text(module, node)
        positional = {field: self.value(module, each, depth) for field, each in zip(fields, node.args)}  # noqa: B905 - Python 3.9
        named = {str(each.arg): self.value(module, each.value, depth) for each in node.keywords}
        return {**positional, **named} if called == "dict" else Arguments({**positional, **named})

    def _dated(self, module: Module, node: ast.Call, depth: int) -> Any:
        numbers = self._items(module, node.args, depth)
        if not node.keywords and len(numbers) >= _DATE and all(isinstance(each, int) for each in numbers[:_DATE]):
            try:
                return date(*numbers[:_DATE])
            except ValueError:
                pass
        return self.text(module, node)

    def _fields(self, module: Module, node: ast.expr) -> list[str]:
        """The fields of a class of the unit, in their order: what positional arguments of a dataclass stand for."""
        found = self.names.meaning(module, node)
        if found is None or not isinstance(found.node, ast.ClassDef):
            return []
        own = [each for each in found.node.body if isinstance(each, ast.AnnAssign)]
        if any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in found.node.body):
            return []
        is_plain = bool(found.node.decorator_list) or any(
            self.names.canonical(found.module, base).endswith("NamedTuple") for base in found.node.bases
        )
        return [each.target.id for each in own if isinstance(each.target, ast.Name)] if is_plain else []

    def _named(self, module: Module, node: ast.Name | ast.Attribute, depth: int) -> Any:
        if isinstance(node, ast.Attribute) and node.attr in {"value", "label", "name"}:
            of_member = self._of_member(module, node, depth)
            if of_member is not None:
                return of_member
        found = self.names.meaning(module, node)
        if found is None or isinstance(found.node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            return self.text(module, node)
        if found.node is node:
            return self.text(module, node)
        if self._is_member(found):
            value = self.member(found.module, found.node, depth)[0]
        else:
            value = self.value(found.module, found.node, depth)
        return self.text(module, node) if isinstance(value, Unread) else value

    def _of_member(self, module: Module, node: ast.Attribute, depth: int) -> Any:
        found = self.names.meaning(module, node.value)
        if found is None or not self._is_member(found):
            return None
        if node.attr == "name":
            return node.value.attr if isinstance(node.value, ast.Attribute) else None
        value, label = self.member(found.module, found.node, depth)
        return value if node.attr == "value" else label

    def _is_member(self, found: Found) -> bool:
        return found.owner is not None and self.is_enum(found.module, found.owner)
