"""`run.json`: what is known of a run beside its units (schema `integrity.run/1`)."""

from __future__ import annotations

import msgspec

from integrity.model.report import Totals

SCHEMA = "integrity.run/1"


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a plan a run is: shard `index` (from 1) of `total`, and the CI system's attempt at it."""

    index: int
    total: int
    attempt: int = 1

    def __str__(self) -> str:
        return f"{self.index}/{self.total}"


class RunDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Written when the run starts, replaced when it ends. `state` is `running` or `ended`.

    A run that was killed leaves `running`. Times are ISO 8601 in UTC; `plan` is the plan's digest. `problems` are those that a merge
    found.
    """

    schema: str = SCHEMA
    state: str
    run_id: str
    plan: str
    commit: str | None = None
    dirty: bool = False
    shard: Shard | None = None
    started: str
    ended: str | None = None
    versions: dict[str, str] = {}
    exit_code: int | None = None
    totals: Totals | None = None
    problems: list[str] = []
    peak_memory_kib: int | None = None
