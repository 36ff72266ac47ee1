"""One Python file: its syntax tree, and what checks ask of it, gathered in a single walk."""

from __future__ import annotations

import ast
from functools import cached_property

from integrity.checks.model import Place


class Module:
    """A parsed file. `tree` is None where it doesn't parse, and `problem` says why; all collections are then empty.

    `calls` holds every call by the last part of what is called (`os.environ.get(…)` under `get`). `classes`,
    `functions`, `assignments` (plain, annotated, augmented), `dicts` and `subscripts` hold all nodes of their kind, in
    the order of the file. `imports` maps a local name to what it stands for (`{"env": "os.environ"}`), from anywhere in the file.
    """

    def __init__(self, path: str, content: bytes, name: str) -> None:
        self.path = path
        self.name = name
        self.content = content
        self.problem = ""
        self.problem_line: int | None = None

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree; None where it doesn't parse."""
        try:
            return ast.parse(self.content)
        except SyntaxError as error:
            self.problem, self.problem_line = error.msg or "it doesn't parse", error.lineno
        except (ValueError, RecursionError, MemoryError) as error:
            self.problem = str(error) or "it is nested too deeply"
        return None

    @property
    def is_test(self) -> bool:
        """Whether it is a test's file: by its name, or by a folder `tests` or `test` above it."""
        folders, _, name = self.path.rpartition("/")
        is_named = name.startswith("test_") or name.endswith("_test.py") or name in {"conftest.py", "tests.py"}
        return is_named or not {"tests", "test", "testing"}.isdisjoint(folders.split("/"))

    @property
    def lines(self) -> list[str]:
        """The lines of the file, without their ends."""
        return self.content.decode("utf-8", "replace").splitlines()

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

    @cached_property
    def _gathered(self) -> _Gathered:
        return _Gathered(self.tree, self.name)


class _Gathered:
    def __init__(self, tree: ast.Module | None, name: str) -> None:
        self.calls: dict[str, list[ast.Call]] = {}
        self.dicts: list[ast.Dict] = []
        self.classes: list[ast.ClassDef] = []
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.assignments: list[ast.Assign | ast.AnnAssign | ast.AugAssign] = []
        self.subscripts: list[ast.Subscript] = []
        self.imports: dict[str, str] = {}
        self._package = name
        for node in ast.walk(tree) if tree is not None else ():
            self._take(node)

    def _take(self, node: ast.AST) -> None:
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            self.calls.setdefault(called, []).append(node)
        elif isinstance(node, ast.Dict):
            self.dicts.append(node)
        elif isinstance(node, ast.ClassDef):
            self.classes.append(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.functions.append(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            self.assignments.append(node)
        elif isinstance(node, ast.Subscript):
            self.subscripts.append(node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self.imports[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            for alias in node.names:
                self.imports[alias.asname or alias.name] = f"{origin}.{alias.name}".replace("..", ".", 1) if not node.level else f"{origin}.{alias.name}"
