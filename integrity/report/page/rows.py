"""The tests of a unit as data in the page: a script makes a table of them when somebody looks. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from integrity.inside.wire import cut
from integrity.model.outcome import TestOutcome
from integrity.report.sanitise import for_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integrity.model.report import ReportedTest

NAME_LIMIT = 300
ORDER = (  # script.js knows outcomes by their place here
    TestOutcome.FAILED,
    TestOutcome.ERROR,
    TestOutcome.XPASSED,
    TestOutcome.PASSED,
    TestOutcome.SKIPPED,
    TestOutcome.XFAILED,
)
_SAID = (TestOutcome.SKIPPED, TestOutcome.XFAILED)  # what others said stands where failures are told
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def test_rows(tests: Sequence[ReportedTest], room: int) -> tuple[str, int]:
    """JSON for a script element, at most `room` bytes, and how many tests did not fit.

    Grouped so that nothing is repeated: `[[outcome, file, [name, …], [milliseconds, …], [message, …]?], …]`; the outcome is
    its place in ORDER, the file what stands in ids before the first `::`.
    """
    kept = sorted(tests, key=lambda test: ORDER.index(test.outcome))
    text = _encoded(kept)
    while kept and (size := len(text.encode())) > room:
        kept = kept[: min(len(kept) - 1, len(kept) * room // size)]
        text = _encoded(kept)
    return text, len(tests) - len(kept)


def _encoded(tests: Sequence[ReportedTest]) -> str:
    groups: dict[tuple[int, str], list[tuple[str, int, str]]] = {}
    for test in tests:
        file, separator, name = for_terminal(cut(test.id, NAME_LIMIT)).partition("::")
        said = for_terminal(cut(test.message, NAME_LIMIT)) if test.outcome in _SAID else ""
        key = (ORDER.index(test.outcome), file if separator else "")
        groups.setdefault(key, []).append((name if separator else file, round(test.duration_s * 1000), said))
    columns = [_columns(*key, rows) for key, rows in groups.items()]
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _columns(outcome: int, file: str, rows: list[tuple[str, int, str]]) -> list[object]:
    names, times, said = zip(*rows, strict=True)
    return [outcome, file, names, times, *([said] if any(said) else [])]
