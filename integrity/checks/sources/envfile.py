"""`.env` files: every setting that is written, with its line, also those that a parser silently overwrites, and what is no setting.

Read as python-dotenv does; docker compose differs in details that matter to no check.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BLANK = re.compile(r"\s*")
_SPACE = re.compile(r"[^\S\r\n]*")
_EXPORT = re.compile(r"export[^\S\r\n]+")
_KEY = re.compile(r"'[^']+'|[^=#\s'][^=#\s]*")
_EQUALS = re.compile(r"=[^\S\r\n]*")
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_REST = re.compile(r"[^\r\n]*")
_END = re.compile(r"[^\S\r\n]*(#[^\r\n]*)?(?=[\r\n]|\Z)")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_INLINE_COMMENT = re.compile(r"\s+#.*")
_ESCAPED = re.compile(r"\\([\\'])")
_ESCAPED_IN_DOUBLE = re.compile(r"\\([\\'\"abfnrtv])")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_COMMENTED_OUT = re.compile(r"#+\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")


class Setting(NamedTuple):
    """A variable of the file. `value` is None where it has no `=`; `quote` is the value's, or "".

    `is_commented`: the line is a comment that shows the variable (`#PORT=80`). `has_comment`: a comment stands behind
    the unquoted value. `is_spaced`: a space stands around the `=`.
    """

    name: str
    value: str | None
    line: int
    quote: str = ""
    is_exported: bool = False
    is_commented: bool = False
    has_comment: bool = False
    is_spaced: bool = False


class EnvFile(NamedTuple):
    """The settings of a file in their order, and the lines that are none, each with what is wrong with it."""

    settings: tuple[Setting, ...]
    invalid: tuple[tuple[int, str], ...]

    @property
    def active(self) -> tuple[Setting, ...]:
        """The settings that are not commented out."""
        return tuple(setting for setting in self.settings if not setting.is_commented)


def envfile_of(text: str) -> EnvFile:
    """The file of a text."""
    reader = _Reader(text.removeprefix("\ufeff"))
    return reader.file()


class _Wrong(Exception):  # noqa: N818 - private; the text says what is wrong with the line
    pass


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.settings: list[Setting] = []
        self.invalid: list[tuple[int, str]] = []
        self._counted = (0, 1)

    def file(self) -> EnvFile:
        while self._taken(_BLANK) is not None and self.position < len(self.text):
            line = self._line()
            try:
                self._take_line(line)
            except _Wrong as wrong:
                self.invalid.append((line, str(wrong)))
                self._taken(_REST)
        return EnvFile(tuple(self.settings), tuple(self.invalid))

    def _take_line(self, line: int) -> None:
        exported = self._taken(_EXPORT)
        if self._is_at("#"):
            comment = self._taken(_REST) or ""
            if (shown := _COMMENTED_OUT.fullmatch(comment.strip())) is not None:
                self.settings.append(
                    Setting(shown["name"], shown["value"].strip().strip("\"'"), line, is_commented=True)
                )
            return
        key = self._taken(_KEY)
        if key is None:
            raise _Wrong("it has no name")
        space = self._taken(_SPACE)
        equals = self._taken(_EQUALS)
        value, quote, has_comment = (None, "", False) if equals is None else self._value(equals)
        if self._taken(_END) is None:
            raise _Wrong(
                "the name has a space in it" if equals is None else "something stands behind the closing quote"
            )
        is_spaced = equals is not None and bool(space or len(equals) > 1)
        name = key[1:-1] if key.startswith("'") else key
        self.settings.append(Setting(name, value, line, quote, exported is not None, False, has_comment, is_spaced))

    def _value(self, equals: str) -> tuple[str, str, bool]:
        quote = self.text[self.position : self.position + 1]
        if quote in {"'", '"'}:
            quoted = self._taken(_QUOTED)
            if quoted is None:
                raise _Wrong("its quote is never closed")
            return _unescaped(quoted[1:-1], quote), quote, False
        if quote == "#" and len(equals) > 1:
            return "", "", True
        written = self._taken(_REST) or ""
        value = _INLINE_COMMENT.sub("", written).rstrip()
        return value, "", len(value) < len(written.rstrip())

    def _is_at(self, text: str) -> bool:
        return self.text.startswith(text, self.position)

    def _taken(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return match[0]

    def _line(self) -> int:
        start, line = self._counted
        line += len(_NEWLINE.findall(self.text, start, self.position))
        self._counted = (self.position, line)
        return line


def _unescaped(text: str, quote: str) -> str:
    pattern = _ESCAPED_IN_DOUBLE if quote == '"' else _ESCAPED
    return pattern.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)
