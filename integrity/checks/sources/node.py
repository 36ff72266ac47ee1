"""The nodes of a YAML or JSON document, with their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable, Iterator


@dataclass(eq=False)
class Node:
    """A `mapping` with its `pairs`, a `sequence` with its `items`, or a `scalar` with its `text`.

    `line` and `column` count from 1. `is_plain`: the scalar has no quotes and no tag, so that its type is guessed from
    its text. `tag` is a tag of the document's own (`!Ref`), else "". An alias is the very node that it stands for, so
    that nodes may contain themselves.
    """

    kind: str
    line: int
    column: int
    text: str = ""
    is_plain: bool = False
    tag: str = ""
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes and all below them, each once, however often it is referred to."""
    waiting = list(nodes)
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(part for pair in node.pairs for part in pair)
            waiting.extend(node.items)


def mappings(root: Node) -> Iterator[tuple[str, Node]]:
    """Every mapping below a root, once, with the keys and positions that lead to it: `services.web.ports[0]`."""
    waiting = [("", root)]
    seen: set[int] = set()
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.kind == "mapping":
            yield path, node
        below = [(f"{path}.{key.text}" if path else key.text, value) for key, value in node.pairs]
        below += [(f"{path}[{index}]", item) for index, item in enumerate(node.items)]
        waiting.extend(reversed(below))
