"""One run as `history.jsonl` keeps it (schema `integrity.history/1`): how each unit ended, and how long it took."""

from __future__ import annotations

import msgspec

from integrity.model.outcome import Outcome

SCHEMA = "integrity.history/1"


class PastUnit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`seconds` is the time at work in all phases."""

    outcome: Outcome
    seconds: float
    flaky: bool = False


class PastRun(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `started` is ISO 8601 in UTC; `units` are by path, with `@3.13` where a unit ran under several Pythons.

    `commit` is absent where the files differed from it: two such runs are not of the same files.
    """

    schema: str = SCHEMA
    id: str
    commit: str | None
    started: str
    units: dict[str, PastUnit]
