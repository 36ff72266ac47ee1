"""Where the keys of a TOML document stand; `tomllib` gives values without lines.

The scanner relies on the text being valid TOML (tomllib judged it before); on other text its answer is worthless, never an error.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''(?P<string>"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:'{0,2})|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"""|(?P<comment>\#[^\n]*)|(?P<newline>\n)|(?P<space>[^\S\n]+)|(?P<mark>[\[\]{}=,.])|(?P<bare>[^\s"'#\[\]{}=,.]+|.)""",
    re.DOTALL,
)
_END = ("", "", 0)


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """The 1-based line of each key and of each item of a list, by its path: `("tool", "integrity", "exclude", 0)`."""
    return _Scanner(text).lines()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._position = 0
        self._lines: dict[KeyPath, int] = {}

    def lines(self) -> Mapping[KeyPath, int]:
        table: KeyPath = ()
        while self._kind():
            if self._kind() == "newline":
                self._advance()
            elif self._text() == "[":
                table = self._header()
            else:
                self._pair(table)
                self._skip_to_newline()
        return self._lines

    def _header(self) -> KeyPath:
        while self._text() == "[":
            self._advance()
        path = self._key(())
        self._skip_to_newline()
        return path

    def _pair(self, table: KeyPath) -> None:
        path = self._key(table)
        if self._text() == "=":
            self._advance()
            self._value(path)

    def _key(self, table: KeyPath) -> KeyPath:
        """Read a dotted key up to what follows it; each of its parts gets a line."""
        path = table
        while self._kind() in {"bare", "string"} or self._text() == ".":
            kind, text, line = self._advance()
            if kind != "mark":
                path = (*path, _unquoted(text) if kind == "string" else text)
                self._lines.setdefault(path, line)
        return path

    def _value(self, path: KeyPath) -> None:
        match self._text():
            case "{":
                self._inline_table(path)
            case "[":
                self._list(path)
            case _:
                while self._kind() in {"bare", "string"} or self._text() == ".":
                    self._advance()

    def _inline_table(self, path: KeyPath) -> None:
        self._advance()
        while self._kind() and self._text() != "}":
            if self._kind() in {"bare", "string"}:
                self._pair(path)
            else:
                self._advance()
        self._advance()

    def _list(self, path: KeyPath) -> None:
        self._advance()
        index = 0
        while self._kind() and self._text() != "]":
            if self._text() == "," or self._kind() == "newline":
                index += self._text() == ","
                self._advance()
                continue
            self._lines.setdefault((*path, index), self._tokens[self._position][2])
            before = self._position
            self._value((*path, index))
            self._position += self._position == before
        self._advance()

    def _skip_to_newline(self) -> None:
        while self._kind() not in {"", "newline"}:
            self._advance()

    def _advance(self) -> tuple[str, str, int]:
        token = self._tokens[self._position] if self._position < len(self._tokens) else _END
        self._position += 1
        return token

    def _kind(self) -> str:
        return self._tokens[self._position][0] if self._position < len(self._tokens) else ""

    def _text(self) -> str:
        """The mark at hand; a string that looks like one is no mark."""
        return self._tokens[self._position][1] if self._kind() == "mark" else ""


def _tokens(text: str) -> list[tuple[str, str, int]]:
    line = 1
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind not in {"comment", "space"}:
            tokens.append((kind, match[0], line))
        line += match[0].count("\n")
    return tokens


def _unquoted(text: str) -> str:
    try:
        return next(iter(tomllib.loads(f"{text} = 0")))
    except tomllib.TOMLDecodeError:
        return text
