"""Checks of models: that defaults, choices and widths fit, and that no table, constraint or index has a name twice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.models.model_field import Fields, judge_fields, spoiled_fields
from integrity.checks.models.schema import (
    Named,
    judge_names,
    judge_tables,
    spoiled_named,
    written_names,
    written_tables,
)
from integrity.checks.models.serializers import judge_accepted, spoiled_accepted, written_accepted
from integrity.checks.models.written import written_fields
from integrity.checks.sources.names import Names

if TYPE_CHECKING:
    from integrity.checks.case import Unit

SUBJECT = "models"
FIELDS = Check("MIG104", judge_fields, spoiled_fields)
TABLES = Check("MIG105", judge_tables, spoiled_named)
NAMED = Check("MIG106", judge_names, spoiled_named)
ACCEPTED = Check("MIG107", judge_accepted, spoiled_accepted)


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of models (see `case`)."""
    names = Names(unit.sources)
    yield Case(SUBJECT, FIELDS, lambda: Fields(written_fields(unit.sources, names)), may_be_empty=True)
    if declared is None:
        return
    yield Case(SUBJECT, TABLES, lambda: written_tables(unit.sources, names), may_be_empty=True)
    yield Case(SUBJECT, NAMED, lambda: written_names(unit.sources, names), may_be_empty=True)
    yield Case(SUBJECT, ACCEPTED, lambda: written_accepted(unit.sources, names), may_be_empty=True)
    if "base" in declared:
        live = _Live(unit, names, declared, is_django=False)
        yield from live.cases(f"{SUBJECT}:metadata")
    if "base" not in declared or declared.get("apps"):
        live = _Live(unit, names, declared, is_django=True)
        yield from live.cases(f"{SUBJECT}:apps")


@dataclass(frozen=True)
class _Live:
    """What the models are at runtime; what sources show already is not said twice."""

    unit: Unit
    names: Names
    declared: Mapping[str, Any]
    is_django: bool

    def cases(self, subject: str) -> Iterator[Case]:
        yield Case(subject, FIELDS, self.fields, is_static=False)
        yield Case(subject, TABLES, self.tables, is_static=False, may_be_empty=not self.is_django)
        yield Case(subject, NAMED, self.named, is_static=False, may_be_empty=True)

    def fields(self) -> Fields:
        written = judge_fields(Fields(written_fields(self.unit.sources, self.names)))
        fields, notes = self.found[0], self.found[3]
        return Fields(fields, notes, frozenset(finding.entry for finding in written.findings))

    def tables(self) -> Named:
        written = judge_tables(written_tables(self.unit.sources, self.names))
        return Named(self.found[1], frozenset(finding.entry for finding in written.findings))

    def named(self) -> Named:
        written = judge_names(written_names(self.unit.sources, self.names))
        return Named(self.found[2], frozenset(finding.entry for finding in written.findings))

    @cached_property
    def found(self) -> Any:
        """Fields, tables, names of constraints and indexes, notes."""
        if self.is_django:
            from integrity.checks.adapters.django_models import live_models  # noqa: PLC0415 - Django, only where it is asked for

            return live_models(self.unit, tuple(self.declared.get("apps", ())))
        from integrity.checks.adapters.sqlalchemy import live_metadata  # noqa: PLC0415 - likewise

        return live_metadata(self.declared["base"], self.unit)
