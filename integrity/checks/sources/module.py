"""One Python file: its syntax tree, and what checks ask of it, gathered in a single walk."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import Any, Callable, Iterable, Iterator, TypeVar

from integrity.checks.model import Place
from integrity.checks.sources.gathered import Gathered
from integrity.checks.sources.parsing import parsed

Found = TypeVar("Found")
LARGEST_BYTES = 4 * 1024 * 1024  # what is larger was written by a program, and would cost seconds and a gigabyte


class Module:
    """A parsed file. `tree` is None where it doesn't parse, and `problem` says why; all collections are then empty.

    `calls` holds every call by the last part of what is called (`os.environ.get(…)` under `get`). `classes`,
    `functions`, `assignments` (plain, annotated, augmented), `dicts` and `subscripts` hold all nodes of their kind, in
    the order of the file. `imports` maps a local name to what it stands for (`{"env": "os.environ"}`), from anywhere in
    the file; relative imports are written out as far as the file's own name leads.
    """

    def __init__(self, path: str, content: bytes, name: str, problem: str = "") -> None:
        self.path = path
        self.name = name
        self.content = content
        self.problem = problem
        self.problem_line: int | None = None
        self._facts: Gathered | None = None
        self._parses: bool | None = None
        self._kept: dict[Callable[[Module], Any], Any] = {}

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree; None where it doesn't parse."""
        found = self._parsed()
        self._parses = found is not None
        tree, nodes = found or (None, [])
        self._facts = Gathered(nodes, self.package)  # at once, while the processor's caches still hold the nodes
        return tree

    @property
    def is_parsed(self) -> bool:
        """Whether somebody has asked for what is in it, and it is still kept."""
        return self._facts is not None

    @property
    def parses(self) -> bool:
        """Whether it has a tree; this is known of a forgotten one too."""
        if self._parses is None:
            _ = self.tree
        return bool(self._parses)

    def forget(self) -> None:
        """Let go of the tree; who asks for it again gets another one, of other nodes."""
        self.__dict__.pop("tree", None)
        self._facts = None
        self._kept.clear()

    def kept(self, find: Callable[[Module], Found]) -> Found:
        """What a function finds in it, found once for all checks that ask."""
        if find not in self._kept:
            self._kept[find] = find(self)
        found: Found = self._kept[find]
        return found

    @cached_property
    def is_test(self) -> bool:
        """Whether it is a test's file: by its name, or by a folder `tests` or `test` above it."""
        folders, _, name = self.path.rpartition("/")
        is_named = name.startswith("test_") or name.endswith("_test.py") or name in {"conftest.py", "tests.py"}
        return is_named or not {"tests", "test", "testing"}.isdisjoint(folders.split("/"))

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, without their ends."""
        return re.split(r"\r\n|\r|\n", self.content.decode("utf-8", "replace"))

    def place(self, node: ast.AST, role: str = "declared") -> Place:
        """Where a node stands."""
        return Place(self.path, getattr(node, "lineno", None), getattr(node, "col_offset", -1) + 1 or None, role)

    def dotted(self, node: ast.AST) -> str:
        """The dotted name that an expression stands for, through this file's imports; "" for what is no name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imports.get(node.id, node.id), *reversed(parts)])

    @property
    def calls(self) -> dict[str, list[ast.Call]]:
        """Every call, by the last part of what is called."""
        return self._gathered.calls

    @property
    def dicts(self) -> list[ast.Dict]:
        """Every dict display."""
        return self._gathered.dicts

    @property
    def classes(self) -> list[ast.ClassDef]:
        """Every class, nested ones too."""
        return self._gathered.classes

    @property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        return self._gathered.functions

    @property
    def assignments(self) -> list[ast.Assign | ast.AnnAssign | ast.AugAssign]:
        """Every assignment."""
        return self._gathered.assignments

    @property
    def subscripts(self) -> list[ast.Subscript]:
        """Every subscript."""
        return self._gathered.subscripts

    @property
    def imports(self) -> dict[str, str]:
        """What each imported name stands for."""
        return self._gathered.imports

    @property
    def package(self) -> str:
        """The dotted name of the package that it stands in; its own where it is a package's `__init__`."""
        return self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]

    @property
    def _gathered(self) -> Gathered:
        if self._facts is None:
            _ = self.tree
        assert self._facts is not None
        return self._facts

    def _parsed(self) -> tuple[ast.Module, list[Any]] | None:
        if self.problem:
            return None
        if len(self.content) > LARGEST_BYTES:
            self.problem = f"it is larger than {LARGEST_BYTES >> 20} MiB"
            return None
        try:
            return parsed(self.content)
        except SyntaxError as error:
            self.problem, self.problem_line = error.msg or "it doesn't parse", error.lineno
        except (ValueError, RecursionError, MemoryError) as error:
            self.problem = str(error) or "it is nested too deeply"
        return None


def in_passing(modules: Iterable[Module]) -> Iterator[Module]:
    """Each module in turn, for a check that looks at all of them once.

    A test's tree is let go of after its turn, unless somebody had asked for it before: tests are half of all code, hardly
    any other check looks into them, and what is kept of them would be half of the memory.
    """
    for module in modules:
        was_parsed = module.is_parsed
        yield module
        if module.is_test and not was_parsed:
            module.forget()
