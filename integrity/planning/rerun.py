"""The command that a person types to run one unit, or what failed in it, again. Pure."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from integrity.model.outcome import TestOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integrity.model.report import ReportedTest

NAMES_SHOWN = 5  # with more failures than this, the whole unit is the shorter thing to type
_WORDS_OF_K = frozenset({"and", "or", "not", "true", "false", "none"})


def rerun_command(selector: str, tests: Iterable[ReportedTest] = ()) -> str:
    """The command for the failed ones of `tests`, or for the whole unit where none failed or they can't be named."""
    ids = [test.id for test in tests if test.outcome in (TestOutcome.FAILED, TestOutcome.ERROR)]
    command = f"nox -s integrity -- {shlex.quote(selector)}"
    choice = _choice(ids)
    return f"{command} -- {choice}" if choice else command


def _choice(ids: list[str]) -> str:
    functions = list(dict.fromkeys(_function(test) for test in ids))
    if not 0 < len(functions) <= NAMES_SHOWN:
        return ""
    if all(name.isidentifier() and name.lower() not in _WORDS_OF_K for name in functions):
        return f"-k {shlex.quote(' or '.join(functions))}"
    if len(ids) == 1 and "::" in ids[0] and ids[0].isprintable():
        return shlex.quote(ids[0])
    return ""


def _function(test: str) -> str:
    """The function's name in a node id: without file, class and parameters (which may hold anything, `::` too)."""
    return re.split(r"\[", test, maxsplit=1)[0].rsplit("::", 1)[-1]
