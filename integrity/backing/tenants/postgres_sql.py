"""Cuts a file of SQL for PostgreSQL into statements, as psql does: by semicolons outside of quotes, comments, brackets and bodies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.backing.tenants.sql import Statement, placed, read_sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TOKEN = re.compile(
    r"""(?P<comment> --[^\n]* | /\* )
    | (?P<text> [eE]'(?:[^'\\]|\\.|'')*' | '[^']*' | "[^"]*" | (?P<dollar>\$(?:[^\W\d]\w*)?\$).*?(?P=dollar) )
    | (?P<command> \\[^\n]* )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<other> \d[\w.]* | \S )""",
    re.DOTALL | re.VERBOSE,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_ROUTINE = re.compile(r"create\s+(?:or\s+replace\s+)?(?:function|procedure)\b", re.IGNORECASE)
_COPY_IN = re.compile(r"copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_PASSED_OVER = ("\\restrict", "\\unrestrict")  # what pg_dump writes around its output
_HINT = "Take it out, or write the file with `pg_dump --inserts --no-owner --no-privileges`."


def postgres_statements(path: Path) -> list[Statement]:
    """All statements of the file. Raises UnitFault for what only psql itself understands."""
    text = read_sql(path)
    found = []
    for statement in placed(path, text, _spans(text)):
        if statement.text.startswith("\\"):
            command = statement.text.split()[0]
            raise statement.fault(f"{command} is a command of psql, which isn't used here", hint=_HINT)
        if _COPY_IN.match(statement.text):
            raise statement.fault("COPY … FROM stdin needs psql, which isn't used here", hint=_HINT)
        found.append(statement)
    return found


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each statement starts and ends, its semicolon left out; a command of psql is one of its own."""
    state = _State()
    for token in _tokens(text):
        word = token.group()
        if token.lastgroup == "command":
            if not word.startswith(_PASSED_OVER):
                yield token.span()
        elif word == ";" and state.is_outside:
            if state.start is not None:
                yield state.start, token.start()
            state = _State()
        else:
            state.take(token, word)
    if state.start is not None:
        yield state.start, len(text.rstrip())


@dataclass(slots=True)
class _State:
    """Where the scan is within a statement; `blocks` are BEGIN ATOMIC … END and CASE … END within a routine's body."""

    start: int | None = None
    brackets: int = 0
    blocks: int = 0
    is_routine: bool = False

    @property
    def is_outside(self) -> bool:
        return self.brackets <= 0 and self.blocks <= 0

    def take(self, token: re.Match[str], word: str) -> None:
        if self.start is None:
            self.start = token.start()
            self.is_routine = _ROUTINE.match(token.string, token.start()) is not None
        self.brackets += (word == "(") - (word == ")")
        if self.is_routine and token.lastgroup == "word":
            self.blocks += self._step(word.lower())

    def _step(self, word: str) -> int:
        if word == "begin" or (word == "case" and self.blocks):
            return 1
        return -1 if word == "end" and self.blocks else 0


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """All that isn't a comment; comments may hold others."""
    position = 0
    while token := _TOKEN.search(text, position):
        if token.group() == "/*":
            position = _comment_end(text, token.end())
            continue
        position = token.end()
        if token.lastgroup != "comment":
            yield token


def _comment_end(text: str, position: int) -> int:
    depth = 1
    while depth:
        edge = _COMMENT_EDGE.search(text, position)
        if edge is None:
            return len(text)
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return position
