"""JSON as nodes with lines, every key that is written among them. Comments and commas at the end are tolerated, as editors do."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Iterator, Sequence, Tuple

from integrity.checks.sources.node import Node

_TOKEN = re.compile(
    r'"(?P<string>(?:[^"\\]|\\.)*)"|(?P<mark>[{}\[\]:,])|(?P<plain>[-+.\w]+)|(?P<blank>[\s\ufeff]+|//[^\n]*|/\*.*?\*/)',
    re.DOTALL,
)


_Piece = Tuple[int, int, str]  # line and column from 1, text


class NotJson(Exception):  # noqa: N818 - it says what the text is not
    """A text that doesn't parse; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def has_repeated_keys(text: str) -> bool | None:
    """Whether any object of a strict JSON text has a key twice; None where it doesn't parse. Faster than `node_of`."""
    repeated: list[int] = []

    def count(pairs: list[tuple[str, object]]) -> None:
        if len(dict(pairs)) != len(pairs):
            repeated.append(len(pairs))

    try:
        json.loads(text.lstrip("\ufeff"), object_pairs_hook=count)
    except (ValueError, RecursionError):
        return None
    return bool(repeated)


def node_of(text: str) -> Node:
    """The root of a text. Keys and strings are scalars that are not plain. Raises NotJson."""
    pieces = list(_tokens(text))
    _refuse_wrong_grammar(text, pieces)
    builder = _Builder()
    for line, column, piece in pieces:
        if piece in {"}", "]"}:
            builder.close(piece, line)
        elif piece not in {",", ":"}:
            builder.add(_piece_node(piece, line, column), line)
    if builder.root is None or builder.open:
        raise NotJson("it ends too early", text.count("\n") + 1)
    return builder.root


def _refuse_wrong_grammar(text: str, pieces: Sequence[_Piece]) -> None:
    """Let Python's own parser judge the text without its comments and without commas at the end, each line where it was."""
    lines: list[list[str]] = [[] for _ in range(text.count("\n") + 1)]
    for index, (line, _, piece) in enumerate(pieces):
        before = pieces[index - 1][2] if index else ","
        after = pieces[index + 1][2] if index + 1 < len(pieces) else ""
        if piece != "," or after not in {"}", "]"} or before in {",", ":", "{", "["}:
            lines[line - 1].append(piece)
    try:
        json.loads("\n".join(map(" ".join, lines)), strict=False)
    except json.JSONDecodeError as error:
        raise NotJson(error.msg, min(error.lineno, len(lines))) from None
    except RecursionError:
        return  # deeper than any reader goes; brackets are judged all the same


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        self._keys: list[Node | None] = []

    def add(self, node: Node, line: int) -> None:
        if not self.open:
            if self.root is not None:
                raise NotJson("it has more than one value", line)
            self.root = node
        elif self.open[-1].kind == "sequence":
            self.open[-1].items.append(node)
        elif (key := self._keys[-1]) is None:
            if node.kind != "scalar" or node.is_plain:
                raise NotJson("a key has to be a string", line)
            self._keys[-1] = node
        else:
            self.open[-1].pairs.append((key, node))
            self._keys[-1] = None
        if node.kind != "scalar":
            self.open.append(node)
            self._keys.append(None)

    def close(self, piece: str, line: int) -> None:
        if (
            not self.open
            or self.open[-1].kind != {"}": "mapping", "]": "sequence"}[piece]
            or self._keys[-1] is not None
        ):
            raise NotJson(f"'{piece}' closes nothing", line)
        self.open.pop()
        self._keys.pop()


def _piece_node(piece: str, line: int, column: int) -> Node:
    if piece in {"{", "["}:
        return Node("mapping" if piece == "{" else "sequence", line, column)
    if not piece.startswith('"'):
        return Node("scalar", line, column, piece, is_plain=True)
    try:
        return Node("scalar", line, column, str(json.loads(piece, strict=False)))
    except ValueError as error:
        raise NotJson(str(error), line) from None


def _tokens(text: str) -> Iterator[_Piece]:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        line = bisect_right(starts, position)
        if match is None:
            raise NotJson(f"{text[position]!r} is no JSON", line)
        if match["blank"] is None:
            yield line, position - starts[line - 1] + 1, match[0]
        position = match.end()
