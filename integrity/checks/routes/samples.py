"""Texts that a regular expression matches: what a parameter's concrete value is made from."""

from __future__ import annotations

import re
import sys
import warnings
from functools import lru_cache
from typing import Any, Callable

TRIED = (
    ("sample-x", "sample-x/7"),
    ("sample-x", "Sample.7"),
    ("sample-x", "sample_7"),
    ("samplex", "Sample7"),
    ("samplex", "others"),
    ("7.5", "90210"),
    ("abc", "7f"),
    ("7", "90210"),
    ("9f1c2d3e-4b5a-4678-9abc-def012345678", "00000000-0000-4000-8000-000000000001"),
)
"""Everyday values, from the most general kind to the most exact; both of a pair have to match."""
_ALPHABET = "xX7-_~ .,:;@/aZ0"
_MORE = 3


@lru_cache(maxsize=512)
def samples_of(pattern: str) -> tuple[str, ...]:
    """Up to four texts, unlike each other, that the whole pattern matches; none where no such text could be made."""
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError):
        return ()
    everyday = next((pair for pair in TRIED if all(compiled.fullmatch(text) for text in pair)), ())
    made = [text for text in (_made(pattern, 0), _made(pattern, -1)) if text is not None and compiled.fullmatch(text)]
    return tuple(dict.fromkeys((*everyday, *made)))


def _made(pattern: str, side: int) -> str | None:
    """A text from the tree of the pattern; `side` tells which alternative is taken, and how often what repeats."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return "".join(_text(operator, argument, side) for operator, argument in _parsed(pattern))
    except (LookupError, ValueError, TypeError, RecursionError):
        return None


def _parsed(pattern: str) -> Any:
    if sys.version_info >= (3, 11):
        from re import _parser as parser  # type: ignore[attr-defined] # noqa: PLC0415 - it has no public name
    else:
        import sre_parse as parser  # noqa: PLC0415 - it warns in later Pythons
    return parser.parse(pattern)


def _text(operator: Any, argument: Any, side: int) -> str:
    name = str(operator)
    makers: dict[str, Callable[[Any, int], str]] = {
        "LITERAL": lambda code, _: chr(code),
        "NOT_LITERAL": lambda code, _: next(letter for letter in _ALPHABET if ord(letter) != code),
        "ANY": lambda *_: "x",
        "IN": _member,
        "BRANCH": lambda branch, which: _sequence(branch[1][which], which),
        "SUBPATTERN": lambda group, which: _sequence(group[-1], which),
        "MAX_REPEAT": _repeated,
        "MIN_REPEAT": _repeated,
        "AT": lambda *_: "",
        "ASSERT": lambda *_: "",
        "ASSERT_NOT": lambda *_: "",
    }
    return makers[name](argument, side)


def _sequence(items: Any, side: int) -> str:
    return "".join(_text(operator, argument, side) for operator, argument in items)


def _repeated(repeat: Any, side: int) -> str:
    least, most, items = repeat
    times = max(least, 1) if side == 0 else min(least + _MORE, int(most))
    return _sequence(items, side) * int(min(times, most))


def _member(options: Any, side: int) -> str:
    texts = [letter for letter in _ALPHABET if re.fullmatch(_class(options), letter)]
    texts += [chr(argument[side]) for operator, argument in options if str(operator) == "RANGE"]
    texts += [chr(argument) for operator, argument in options if str(operator) == "LITERAL"]
    fitting = [text for text in texts if re.fullmatch(_class(options), text)]
    return str(fitting[side])


def _class(options: Any) -> str:
    categories = {
        "CATEGORY_DIGIT": r"\d",
        "CATEGORY_NOT_DIGIT": r"\D",
        "CATEGORY_WORD": r"\w",
        "CATEGORY_NOT_WORD": r"\W",
        "CATEGORY_SPACE": r"\s",
        "CATEGORY_NOT_SPACE": r"\S",
    }
    parts = []
    for operator, argument in options:
        kind = str(operator)
        if kind == "NEGATE":
            parts.append("^")
        elif kind == "LITERAL":
            parts.append(re.escape(chr(argument)))
        elif kind == "RANGE":
            parts.append(f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}")
        else:
            parts.append(categories[str(argument)])
    return f"[{''.join(parts)}]"
