"""Lines that are wider than the terminal, broken between words. What is copied from there, a command or a path, stays whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrity.report.line import Style, cells, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.report.line import Line

INDENT = 2  # the least by which the rest of a line is set off
_HEAD = re.compile(r" *(│ |→ |\S )?")
_GUTTER = "│ "
_TOKEN = re.compile(r" +|(?:\d[\d.]* min )?\d[\d.]* s(?=[ ,)]|$)|[^ ]+")  # a number stays with its unit


def wrapped(shown: Line, width: int) -> Iterator[Line]:
    """The line as lines of at most `width` columns, but for words that are longer; the rest stands below the first word.

    The gutter of a quoted text goes on in each. A line with a command is not broken: the terminal does that, and knows it is one.
    """
    if cells(plain(shown)) <= width or any(style is Style.COMMAND for _, style in shown):
        yield shown
        return
    match = _HEAD.match(plain(shown))
    head = match[0] if match else ""
    rest = (head if head.endswith(_GUTTER) else " " * max(INDENT, len(head)), Style.DIM)
    row: list[tuple[str, Style]] = []
    used, has_word = 0, False
    for space, word in _words(shown):
        needed = sum(cells(text) for text, _ in word)
        if has_word and used + len(space) + needed > width:
            yield tuple(row)
            row, used = [rest], cells(rest[0])
        else:
            row.append((space, Style.PLAIN))
            used += len(space)
        row += word
        used += needed
        has_word = used > len(head)
    yield tuple(row)


def _words(shown: Line) -> Iterator[tuple[str, list[tuple[str, Style]]]]:
    """Each word, of one piece or several, with the space before it."""
    space, word = "", []
    for text, style in shown:
        for token in _TOKEN.findall(text):
            if not token.isspace():
                word.append((token, style))
            elif word:
                yield space, word
                space, word = token, []
            else:
                space += token
    if word:
        yield space, word
