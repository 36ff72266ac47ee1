"""Entries of expressions: dicts with what they unpack and merge, lists of values, pairs and choices, the calls around them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrity.checks.model import Entry
from integrity.checks.registries.reading import Reader, Unread

if TYPE_CHECKING:
    from integrity.checks.registries.naming import Found
    from integrity.checks.sources import Module

_MAPPINGS = frozenset(
    ["dict", "OrderedDict", "MappingProxyType", "frozendict", "Map", "immutabledict", "CaseInsensitiveDict"]
)
_COLLECTIONS = frozenset(["list", "tuple", "set", "frozenset", "sorted", "deque"])
_PAIR = 2
_LONGEST = 60
_DEPTH = 12


@dataclass
class Written:
    """What was read so far: `kind` as of a view ("" while nothing tells it), layers of entries, and gaps."""

    kind: str = ""
    layers: list[list[Entry]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


class Displays:
    """Reads the entries of expressions. `key` names the field that is the key of a list's tables, "" for none."""

    def __init__(self, reader: Reader, key: str = "") -> None:
        self.reader = reader
        self._names = reader.names
        self._key = key

    def read(self, module: Module, node: ast.AST, into: Written, depth: int = 0) -> None:
        """Add the entries of an expression as further layers."""
        if depth > _DEPTH:
            self.gap(module, node, into)
        elif isinstance(node, ast.Dict):
            self._dict(module, node, into, depth)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            self._sequence(module, node, into, depth)
        elif isinstance(node, ast.Call):
            self._call(module, node, into, depth)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitOr, ast.Add)):
            self.read(module, node.left, into, depth + 1)
            self.read(module, node.right, into, depth + 1)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            self._named(module, node, into, depth)
        else:
            self.gap(module, node, into)

    def item(self, module: Module, node: ast.AST, into: Written) -> list[Entry]:
        """The entries of one item of a list: a value, a pair, a group of choices, or a table with the key in a field."""
        place = module.place(node)
        if self._key:
            value = self.reader.value(module, node)
            fields = dict(enumerate(value)) if isinstance(value, tuple) else value
            name: Any = int(self._key) if isinstance(value, tuple) and self._key.isdigit() else self._key
            if isinstance(fields, dict) and name in fields:
                return [Entry(fields[name], value, place, "item")]
            return [Entry(self.reader.text(module, node), value, place, "item")]
        if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == _PAIR:
            return self._pair(module, node, into)
        if not into.kind:
            into.kind = "items"
        return [Entry(self.reader.value(module, node), None, place, "item")]

    def gap(self, module: Module, node: ast.AST, into: Written) -> None:
        """Note that only running the code tells what an expression adds."""
        text = " ".join(ast.unparse(node).split())
        text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        into.gaps.append(f"{module.place(node)}: what {text} holds is only known when it runs")

    def _dict(self, module: Module, node: ast.Dict, into: Written, depth: int) -> None:
        into.kind = "mapping"
        own: list[Entry] = []
        later = Written("mapping")
        for key, value in zip(node.keys, node.values):  # noqa: B905 - Python 3.9
            if key is None:
                self.read(module, value, later if own else into, depth + 1)
            else:
                own.append(
                    Entry(self.reader.value(module, key), self.reader.value(module, value), module.place(key), "dict")
                )
        into.layers += [own, *later.layers] if own or not node.keys else later.layers
        into.gaps += later.gaps

    def _sequence(self, module: Module, node: ast.List | ast.Tuple | ast.Set, into: Written, depth: int) -> None:
        own: list[Entry] = []
        for each in node.elts:
            if isinstance(each, ast.Starred):
                inner = Written(into.kind)
                self.read(module, each.value, inner, depth + 1)
                own += [entry for layer in inner.layers for entry in layer]
                into.kind, into.gaps = into.kind or inner.kind, into.gaps + inner.gaps
            else:
                own += self.item(module, each, into)
        into.kind = into.kind or "items"
        into.layers.append(own)

    def _pair(self, module: Module, node: ast.Tuple | ast.List, into: Written) -> list[Entry]:
        first, second = node.elts
        into.kind = into.kind or "pairs"
        if isinstance(second, (ast.List, ast.Tuple)) and second.elts and all(_is_pair(each) for each in second.elts):
            return [entry for each in second.elts for entry in self.item(module, each, into)]
        return [Entry(self.reader.value(module, first), self.reader.value(module, second), module.place(node), "pair")]

    def _call(self, module: Module, node: ast.Call, into: Written, depth: int) -> None:
        called = self._names.canonical(module, node.func).rpartition(".")[2]
        if called in _MAPPINGS and len(node.args) <= 1:
            before = len(into.layers)
            for argument in node.args:
                self.read(module, argument, into, depth + 1)
            if node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
                into.layers[before:] = [
                    [entry._replace(origin="dict") for entry in layer] for layer in into.layers[before:]
                ]
            into.kind = "mapping"
            self._keywords(module, node, into, depth)
        elif called in _COLLECTIONS and len(node.args) == 1 and not node.keywords:
            self.read(module, node.args[0], into, depth + 1)
        elif called in _MAPPINGS | _COLLECTIONS and not node.args and not node.keywords:
            into.kind = "mapping" if called in _MAPPINGS else "items"
            into.layers.append([])
        else:
            self.gap(module, node, into)

    def _keywords(self, module: Module, node: ast.Call, into: Written, depth: int) -> None:
        own: list[Entry] = []
        for each in node.keywords:
            if each.arg is None:
                self.read(module, each.value, into, depth + 1)
            else:
                own.append(Entry(each.arg, self.reader.value(module, each.value), module.place(each.value), "dict"))
        if own or not (node.args or node.keywords):
            into.layers.append(own)

    def _named(self, module: Module, node: ast.Name | ast.Attribute, into: Written, depth: int) -> None:
        if isinstance(node, ast.Attribute) and node.attr == "choices":
            holder = self._names.meaning(module, node.value)
            if holder is not None and self.reader.is_enum(holder.module, holder.node):
                into.kind = into.kind or "pairs"
                into.layers.append(
                    [entry._replace(value=entry.value.get("label"), origin="pair") for entry in self.members(holder)]
                )
                return
        found = self._names.meaning(module, node)
        if found is None or found.node is node:
            self.gap(module, node, into)
        elif self.reader.is_enum(found.module, found.node):
            into.kind = into.kind or "items"
            into.layers.append(self.members(found))
        elif isinstance(found.node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            self.gap(module, node, into)
        else:
            self.read(found.module, found.node, into, depth + 1)

    def members(self, found: Found) -> list[Entry]:
        """The members of an enumeration: the key is a member's value, the value a table of its name and label."""
        assert isinstance(found.node, ast.ClassDef)
        entries = []
        for statement in found.node.body:
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                continue
            target = statement.targets[0]
            if not isinstance(target, ast.Name) or target.id.startswith("_"):
                continue
            value, label = self.reader.member(found.module, statement.value)
            if isinstance(value, Unread) and value.rpartition(".")[2] == "auto()":
                value = Unread(f"{found.node.name}.{target.id}")
            fields = {"name": target.id} if label is None else {"name": target.id, "label": label}
            entries.append(Entry(value, fields, found.module.place(statement), "enum"))
        return entries


def _is_pair(node: ast.AST) -> bool:
    return isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == _PAIR
