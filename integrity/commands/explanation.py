"""What `integrity explain` has to say of one unit, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrity.model.change import SHORT
from integrity.planning.shown import readable
from integrity.report.words import duration, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from integrity.model.outcome import UnitError
    from integrity.model.unit import Unit

SCHEMA = "integrity.explain/1"
_WIDEST = 60  # a value that is longer than this moves no column


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: what it is, its value, and by way of what it came to be there."""

    what: str
    value: Any
    via: str = ""

    def cells(self) -> tuple[str, str, str]:
        """As text without control characters."""
        value = self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)
        return readable(self.what), readable(value), readable(self.via)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`reason` is why it is affected by what changed since `base`, None where it isn't; `everything` why all units are.

    `problem` is why it can't run; then there are no settings. `passes` is how many passes `expected_s` is made from.
    """

    unit: Unit
    problem: UnitError | None
    base: str | None
    everything: str | None
    reason: str | None
    inputs: tuple[Row, ...]
    dependents: tuple[Row, ...]
    needs: tuple[Row, ...]
    settings: tuple[Row, ...]
    expected_s: float | None
    passes: int

    def text(self) -> str:
        """For people: sections with aligned rows."""
        return "\n".join(self._lines())

    def as_json(self) -> dict[str, Any]:
        """For programs: schema `integrity.explain/1`."""
        unit, problem = self.unit, self.problem
        return {
            "schema": SCHEMA,
            "unit": {"path": unit.path, "name": unit.name, "kind": unit.kind.value, "manifest": unit.manifest_path},
            "problem": None if problem is None else {"message": problem.message, "hint": problem.hint},
            "base": self.base,
            "everything": self.everything,
            "affected": self.reason is not None,
            "reason": self.reason,
            "inputs": [_json(row, "kind") for row in self.inputs],
            "dependents": [_json(row, "kind") for row in self.dependents],
            "needs": [_json(row, "name") for row in self.needs],
            "settings": [_json(row, "name") for row in self.settings],
            "expected_s": self.expected_s,
            "passes": self.passes,
        }

    def _lines(self) -> Iterator[str]:
        unit = self.unit
        yield f"{readable(unit.name)} ({unit.kind}, {readable(unit.path)})"
        if self.problem is not None:
            yield f"  ! {readable(self.problem.message)}"
        yield from _section("Runs", [Row(what="always", value="without --changed"), self._since(), self._time()])
        yield from _section("Inputs: what it is affected by", self.inputs)
        yield from _section("Dependents: what it affects", self.dependents)
        yield from _section("Needs", self.needs)
        yield from _section("Settings", self.settings)

    def _since(self) -> Row:
        since = "" if self.base is None else f", since {self.base[:SHORT]}"
        return Row(what="--changed", value=f"no{since}" if self.reason is None else f"yes{since}: {self.reason}")

    def _time(self) -> Row:
        if self.expected_s is None:
            return Row(what="time", value="not known, it never passed here")
        return Row(what="time", value=f"about {duration(self.expected_s)}, by {plural(self.passes, 'run')} that passed")


def _section(title: str, rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield title
    cells = [row.cells() for row in rows]
    first = max(len(what) for what, _, _ in cells)
    second = max((len(value) for _, value, via in cells if via and len(value) <= _WIDEST), default=0)
    for what, value, via in cells:
        yield f"  {what:<{first}}  {value:<{second if via else 0}}  {via}".rstrip()


def _json(row: Row, key: str) -> dict[str, Any]:
    return {key: row.what, "value": row.value, "origin": row.via or None}
