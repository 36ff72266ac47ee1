"""Reads exceptions that stand as comments in files: `# integrity: ignore[REG101] both are meant until=2027-01-31`."""

from __future__ import annotations

import datetime as dt
import io
import re
import tokenize
from typing import Iterator

from integrity.checks.allowances import Allowance
from integrity.checks.codes import code_named
from integrity.checks.model import Place

MARK = b"integrity: ignore["
_COMMENT = re.compile(r"#\s*integrity: ignore\[(?P<codes>[^\]\n]*)\](?P<rest>[^\n]*)")
_UNTIL = re.compile(r"(?:^|\s)until(?:\s*=\s*(\S*)|[\s:]+(\d\S*))")


def allowances_in(path: str, content: bytes) -> tuple[Allowance, ...]:
    """The exceptions of a file, one for each code of each comment. A comment that stands alone holds for the next line of code."""
    if MARK not in content:
        return ()
    text = content.decode("utf-8", "replace")
    lines = text.splitlines()
    found: list[Allowance] = []
    for number, comment in _python_comments(text) if path.endswith(".py") else enumerate(lines, 1):
        match = _COMMENT.search(comment)
        if match is not None:
            found += _allowances(match, Place(path, number), frozenset(_lines_of(number, lines)))
    return tuple(found)


def _python_comments(text: str) -> Iterator[tuple[int, str]]:
    """Comments, and not what looks like one in a string."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        return  # nothing can be found in a file that doesn't parse


def _lines_of(number: int, lines: list[str]) -> Iterator[int]:
    yield number
    if lines[number - 1].lstrip().startswith("#"):
        following = number
        while following < len(lines) and lines[following].lstrip().startswith("#"):
            following += 1
        yield following + 1


def _allowances(match: re.Match[str], place: Place, lines: frozenset[int]) -> Iterator[Allowance]:
    rest = match["rest"]
    until = _UNTIL.search(rest)
    date = _date(until[1] or until[2] or "") if until is not None else None
    reason = " ".join(_UNTIL.sub(" ", rest).split()).strip(" -:—")
    for name in match["codes"].split(",") if match["codes"].strip() else [""]:
        row = code_named(name)
        code = row.code if row is not None else name.strip()
        yield Allowance(code, place, reason, until=date, date_is_wrong=until is not None and date is None, lines=lines)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
