"""Lines of the terminal as values: pieces of safe text with a style each. Only `painted` knows of escape sequences.

Every piece passes the sanitiser when its line is made, so nothing that a test or a manifest says is shown raw.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from integrity.report import sanitise


class Style(StrEnum):
    """What a piece of text is, by the SGR parameters that show it."""

    PLAIN = ""
    DIM = "2"
    BOLD = "1"
    GOOD = "32"
    BAD = "31"
    DOUBTFUL = "33"
    COMMAND = "36"


Piece = tuple[str, Style]
Line = tuple[Piece, ...]
EMPTY: Line = ()


def line(*pieces: str | Piece) -> Line:
    """A line of these pieces; a string alone is plain. Line feeds in them become visible signs."""
    pairs = ((piece, Style.PLAIN) if isinstance(piece, str) else piece for piece in pieces)
    return tuple((sanitise.for_terminal(text), style) for text, style in pairs)


def plain(shown: Line) -> str:
    """The text of a line."""
    return "".join(text for text, _ in shown).rstrip()


def painted(shown: Line) -> str:
    """The text of a line, with colours."""
    return "".join(f"\x1b[{style}m{text}\x1b[0m" if style and text else text for text, style in shown)


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def fitted(text: str, width: int) -> str:
    """`text` made safe, and cut to at most `width` columns, with an ellipsis where something is missing."""
    text = sanitise.for_terminal(text)
    if cells(text) <= width:
        return text
    kept, used = "", 1
    for character in text:
        used += _cells(character)
        if used > width:
            break
        kept += character
    return f"{kept}…" if width > 0 else ""


def padded(text: str, width: int) -> str:
    """`text`, fitted and filled up with spaces to exactly `width` columns."""
    text = fitted(text, width)
    return text + " " * (width - cells(text))


def _cells(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200c\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
