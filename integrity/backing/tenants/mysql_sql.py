"""Cuts a file of SQL for MySQL and MariaDB into statements, as their command lines do; `DELIMITER` is understood."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrity.backing.tenants.sql import Statement, placed, read_sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMENT = r"--(?=\s|$)[^\n]* | \#[^\n]* | /\*(?!M?!).*?\*/"  # a comment that starts with an exclamation mark is run
_QUOTED = r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `[^`]*`"""
_DELIMITER = re.compile(r"delimiter[ \t]+(\S+)[^\n]*", re.IGNORECASE)


def mysql_statements(path: Path) -> list[Statement]:
    """All statements of the file. Raises UnitFault where it can't be read."""
    text = read_sql(path)
    return list(placed(path, text, _spans(text)))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start, position = None, 0
    pattern = _pattern(";")
    while token := pattern.search(text, position):
        position = token.end()
        directive = _DELIMITER.match(text, token.start()) if start is None else None
        if directive:
            pattern, position = _pattern(directive.group(1)), directive.end()
        elif token.lastgroup == "end":
            if start is not None:
                yield start, token.start()
            start = None
        elif token.lastgroup != "comment" and start is None:
            start = token.start()
    if start is not None:
        yield start, len(text.rstrip())


def _pattern(delimiter: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<comment>{_COMMENT}) | (?P<text>{_QUOTED}) | (?P<end>{re.escape(delimiter)}) | (?P<other>\w+|\S)",
        re.DOTALL | re.VERBOSE,
    )
