"""TOML: whether a file parses. The parser itself refuses keys that stand twice."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, NamedTuple

_LINE = re.compile(r"\(at line (\d+)")


class Problem(NamedTuple):
    """Why a text is no TOML; `line` counts from 1 and may be unknown."""

    message: str
    line: int | None


def problem_of(content: bytes) -> Problem | None:
    """What is wrong with the content of a file; None where it parses."""
    try:
        _parser().loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Problem("it is not UTF-8", content.count(b"\n", 0, error.start) + 1)
    except (ValueError, RecursionError) as error:
        found = _LINE.search(str(error))
        return Problem(_LINE.split(str(error))[0].strip() or "it doesn't parse", int(found[1]) if found else None)
    return None


def _parser() -> Any:
    try:
        return import_module("tomllib")
    except ImportError:
        return import_module("tomli")  # pytest brings it to Pythons before 3.11
