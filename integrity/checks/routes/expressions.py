"""What can be told of single expressions: their names, and the texts that they stand for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Mapping

if TYPE_CHECKING:
    from integrity.checks.sources import Module


def constant_text(node: ast.AST | None, constants: Mapping[str, str] | None = None) -> str | None:
    """The text of a literal, or of a name among the constants; None for all that is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name) and constants:
        return constants.get(node.id)
    return None


def constants_of(module: Module) -> dict[str, str]:
    """Names that are assigned one text in the module, and nothing else."""
    found: dict[str, list[str | None]] = {}
    for node in module.assignments:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        text = None if isinstance(node, ast.AugAssign) else constant_text(node.value)
        for target in targets:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(text)
    return {name: texts[0] for name, texts in found.items() if len(texts) == 1 and texts[0] is not None}


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first keyword argument of these names."""
    return next((each.value for each in call.keywords if each.arg in names), None)


def positional(call: ast.Call, position: int | None) -> ast.expr | None:
    """The argument at a position; None where there is none."""
    return call.args[position] if position is not None and len(call.args) > position else None


def last_name(node: ast.AST | None) -> str:
    """The last part of the name of an expression, or of what it calls."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def written_name(node: ast.expr) -> str:
    """The dotted name as it is written; "" for what is no name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
