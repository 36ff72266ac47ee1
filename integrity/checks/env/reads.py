"""What code reads from the environment, as values: where a variable is asked for, and what is known of it there."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from integrity.checks.model import Place
    from integrity.checks.sources import Module


@dataclass(frozen=True)
class Asked:
    """A place where code asks for a variable, before its name is known.

    `name` is the expression of the name, `default` that of the default; `type` is a word of `values.TYPES` or "".
    """

    module: Module
    node: ast.AST
    name: ast.expr
    default: ast.expr | None = None
    type: str = ""
    is_required: bool = False
    prefix: str = ""


class Read(NamedTuple):
    """A variable that code reads. `default` is the source of its literal default, "" where there is none.

    `others` are names that do as well; `folds`: the case of the name doesn't matter. `is_field`: it was not asked for
    by its name, but follows from a field of a class.
    """

    name: str
    place: Place
    default: str = ""
    type: str = ""
    is_required: bool = False
    others: tuple[str, ...] = ()
    folds: bool = False

    def is_called(self, name: str) -> bool:
        """Whether a variable of this name is what is read."""
        return name in (self.name, *self.others) or (
            self.folds and name.upper() in {self.name.upper(), *map(str.upper, self.others)}
        )


class Open(NamedTuple):
    """A place that reads variables whose names are made as it runs; all that is known is how they begin."""

    prefix: str
    place: Place


class Reads(NamedTuple):
    """All that a set of modules reads. `written` are names that the code itself sets."""

    reads: tuple[Read, ...] = ()
    opens: tuple[Open, ...] = ()
    written: frozenset[str] = frozenset()

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be followed."""
        return tuple(
            f"{each.place}: the names of the variables{f' after {each.prefix}' if each.prefix else ''} are made as it runs"
            for each in self.opens
        )

    def may_read(self, name: str) -> bool:
        """Whether some place reads the variable, or may do so as it runs."""
        return any(read.is_called(name) for read in self.reads) or any(
            each.prefix and name.upper().startswith(each.prefix.upper()) for each in self.opens
        )

    @property
    def is_whole(self) -> bool:
        """Whether no place reads names of which nothing is known."""
        return all(each.prefix for each in self.opens)


def text_of(node: ast.AST | None) -> str | None:
    """The text of a string literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def literal_of(node: ast.AST | None) -> str:
    """The source of a plain literal that is a default; "" for None, an empty string, and what is no literal."""
    if node is None or (isinstance(node, ast.Constant) and node.value in (None, "")):
        return ""
    try:
        return (
            repr(ast.literal_eval(node))
            if isinstance(node, (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.UnaryOp))
            else ""
        )
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ""


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """The argument that is given at a position or by one of the names."""
    if 0 <= position < len(call.args) and not any(isinstance(each, ast.Starred) for each in call.args[: position + 1]):
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def written_name(node: ast.AST) -> str:
    """A name as it is written, such as `config.env`; "" for what is none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def type_of(node: ast.AST | None) -> str:
    """The type that a cast or an annotation names; "" where it is another."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return {"int": "integer", "float": "number", "bool": "boolean"}.get(name, "")
