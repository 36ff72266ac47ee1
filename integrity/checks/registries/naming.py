"""What names stand for in a unit's sources: definitions, imports, re-exports. Nothing is imported."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Iterable, Iterator, NamedTuple, Sequence, Union

if TYPE_CHECKING:
    from integrity.checks.sources import Module, Sources

Definition = Union[ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef]
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_DEPTH = 20  # re-exports that go round in a circle end here


class Found(NamedTuple):
    """What a name stands for: an expression, a class or a function, and the module in which it stands."""

    module: Module
    node: ast.AST
    owner: ast.ClassDef | None = None


class Binding(NamedTuple):
    """One place where a name gets its value. `node` is None where it is not one expression (`a, b = c`, a loop).

    `origin` is what an import stands for. `is_conditional`: it may not happen, or is one of several.
    """

    name: str
    line: int
    node: ast.AST | None = None
    origin: str = ""
    is_conditional: bool = False


class Names:
    """The names of one unit's sources."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._bindings: dict[int, dict[str, list[Binding]]] = {}

    def find(self, dotted: str, depth: int = 0) -> Found | None:
        """The definition of `package.module.NAME.attribute`; None where the sources don't tell it for sure."""
        parts = dotted.split(".")
        for count in range(len(parts), 0, -1):
            module = self.sources.module(".".join(parts[:count]))
            if module is not None:
                return self._inside(module, parts[count:], depth)
        return None

    def meaning(self, module: Module, node: ast.AST) -> Found | None:
        """What a name or an attribute stands for where it is written."""
        parts = _parts(node)
        if not parts:
            return None
        return self._inside(module, parts, 0, before=getattr(node, "lineno", None))

    def canonical(self, module: Module, node: ast.AST) -> str:
        """The full dotted name of what a name or an attribute stands for; "" for what is no name."""
        parts = _parts(node)
        if not parts:
            return ""
        for binding in self.bindings(module, _body(module)).get(parts[0], []):
            if binding.origin:
                return self.definite(".".join([binding.origin, *parts[1:]]))
            return ".".join([module.name, *parts])
        if parts[0] in module.imports:
            return self.definite(".".join([absolute(module, module.imports[parts[0]]), *parts[1:]]))
        return ".".join(parts)

    def definite(self, dotted: str, depth: int = 0) -> str:
        """The name where a re-exported object is defined, as far as the unit's sources tell."""
        parts = dotted.split(".")
        for count in range(len(parts) - 1, 0, -1):
            module = self.sources.module(".".join(parts[:count]))
            if module is None:
                continue
            bindings = self.bindings(module, _body(module)).get(parts[count], [])
            stars = self.bindings(module, _body(module)).get("*", []) if not bindings else []
            origins = [
                star.origin for star in stars if self.find(f"{star.origin}.{parts[count]}", depth + 1) is not None
            ]
            origin = f"{origins[0]}.{parts[count]}" if origins else bindings[-1].origin if bindings else ""
            if origin and depth < _DEPTH and origin != dotted:
                return self.definite(".".join([origin, *parts[count + 1 :]]), depth + 1)
            return dotted
        return dotted

    def bindings(self, module: Module, body: Sequence[ast.stmt]) -> dict[str, list[Binding]]:
        """All bindings of a module's or class's body, by name, in the order of the file; `*` for star imports."""
        known = self._bindings.get(id(body))
        if known is None:
            known = self._bindings[id(body)] = {}
            for binding in _bindings(module, body, is_conditional=False):
                known.setdefault(binding.name, []).append(binding)
        return known

    def _inside(self, module: Module, parts: Sequence[str], depth: int, before: int | None = None) -> Found | None:
        if module.tree is None or depth > _DEPTH:
            return None
        if not parts:
            return Found(module, module.tree)
        names = self.bindings(module, module.tree.body)
        bindings = [each for each in names.get(parts[0], []) if before is None or each.line < before] or names.get(
            parts[0], []
        )
        if not bindings:
            return self._through_stars(names.get("*", []), parts, depth)
        return self._bound(module, bindings[-1], parts[1:], depth)

    def _bound(self, module: Module, binding: Binding, rest: Sequence[str], depth: int) -> Found | None:
        if binding.is_conditional:
            return None
        if binding.origin:
            return self.find(".".join([binding.origin, *rest]), depth + 1)
        if binding.node is None:
            return None
        if not rest:
            return Found(module, binding.node)
        return self.attribute(Found(module, binding.node), rest, depth)

    def attribute(self, found: Found, path: Sequence[str], depth: int = 0) -> Found | None:
        """What an attribute path of a class stands for, also where a base class in the unit gives it."""
        if not path:
            return found
        if not isinstance(found.node, ast.ClassDef) or depth > _DEPTH:
            return None
        bindings = self.bindings(found.module, found.node.body).get(path[0])
        if bindings:
            last = bindings[-1]
            if last.is_conditional or last.node is None:
                return None
            return self.attribute(Found(found.module, last.node, found.node), path[1:], depth + 1)
        for base in found.node.bases:
            parent = self.meaning(found.module, base)
            inherited = self.attribute(parent, path, depth + 1) if parent is not None else None
            if inherited is not None:
                return inherited
        return None

    def _through_stars(self, stars: Iterable[Binding], parts: Sequence[str], depth: int) -> Found | None:
        for star in stars:
            found = self.find(".".join([star.origin, *parts]), depth + 1)
            if found is not None:
                return found
        return None


def absolute(module: Module, name: str) -> str:
    """The absolute form of what an import names (`..plans.PLANS`)."""
    rest = name.lstrip(".")
    level = len(name) - len(rest)
    if not level:
        return name
    parts = module.name.split(".")
    drop = level - 1 if module.path.endswith("__init__.py") else level
    return ".".join([*parts[: len(parts) - drop], *([rest] if rest else [])])


def _body(module: Module) -> Sequence[ast.stmt]:
    return module.tree.body if module.tree is not None else ()


def _parts(node: ast.AST) -> list[str]:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


def _bindings(module: Module, body: Sequence[ast.stmt], *, is_conditional: bool) -> Iterator[Binding]:
    for statement in body:
        if isinstance(statement, DEFINITIONS):
            yield Binding(statement.name, statement.lineno, statement, is_conditional=is_conditional)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from _imported(module, statement, is_conditional=is_conditional)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            yield from _assigned(statement, is_conditional=is_conditional)
        else:
            yield from _nested(module, statement, is_conditional=is_conditional)


def _imported(module: Module, statement: ast.Import | ast.ImportFrom, *, is_conditional: bool) -> Iterator[Binding]:
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            name = alias.asname or alias.name.partition(".")[0]
            origin = alias.name if alias.asname else name
        else:
            name = alias.asname or alias.name
            origin = absolute(module, "." * statement.level + (statement.module or ""))
            origin = origin if name == "*" else f"{origin}.{alias.name}"
        yield Binding(name, statement.lineno, None, origin, is_conditional)


def _assigned(statement: ast.Assign | ast.AnnAssign, *, is_conditional: bool) -> Iterator[Binding]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        if isinstance(target, ast.Name):
            if statement.value is not None:
                yield Binding(target.id, statement.lineno, statement.value, "", is_conditional)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for each in ast.walk(target):
                if isinstance(each, ast.Name):
                    yield Binding(each.id, statement.lineno, None, "", is_conditional)


def _nested(module: Module, statement: ast.stmt, *, is_conditional: bool) -> Iterator[Binding]:
    if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.dump(statement.test):
        return
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        for each in ast.walk(statement.target):
            if isinstance(each, ast.Name):
                yield Binding(each.id, statement.lineno, None, "", is_conditional=True)
    inside = is_conditional or not isinstance(statement, (ast.With, ast.AsyncWith))
    for body in ("body", "orelse", "finalbody"):
        yield from _bindings(module, getattr(statement, body, []), is_conditional=inside)
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield from _bindings(module, part.body, is_conditional=True)
