"""Checks of rates: what their library can't read or reads otherwise, what nothing uses, what has none."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.rates import judges, live, source

if TYPE_CHECKING:
    from integrity.checks.case import Unit

GRAMMAR = (
    Check("LIM101", judges.unreadable, judges.garbled),
    Check("LIM102", judges.misread, judges.mistaken),
    Check("LIM103", judges.empty, judges.emptied),
)
UNRATED = Check("LIM104", judges.unrated, judges.unlisted)
UNUSED = Check("LIM105", judges.unused, judges.unasked)
IDLE = Check("LIM106", judges.idle, judges.inverted)
MISLEADING = ("drf", "ratelimit")  # dialects that look at a period's first letter


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of rates (see `case`)."""

    @lru_cache(maxsize=None)
    def written() -> judges.Rates:
        return source.source_rates(unit.sources)

    for check in (*GRAMMAR, UNRATED, IDLE):
        yield Case("rates.sources", check, written, may_be_empty=True)
    if declared is None:
        return
    load = live.live_rates(unit, declared)
    for check in GRAMMAR:
        may_be_empty = check.code != "LIM101" and declared.get("dialect", "drf") not in MISLEADING
        yield Case("rates", check, load, is_static=False, may_be_empty=may_be_empty)
    if live.is_with_scopes(declared):
        may_be_unused = "targets" in declared and "scopes" not in declared
        yield Case("rates", UNRATED, load, is_static=False, may_be_empty=may_be_unused)
        yield Case("rates", UNUSED, load, is_static=False, may_be_empty=may_be_unused)
    yield Case("rates", IDLE, load, is_static=False, may_be_empty=True)
