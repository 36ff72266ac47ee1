"""Checks of migrations: that their histories are whole and end in one, and that they make what the models are."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.migrations import judges
from integrity.checks.migrations.histories import alembic_histories, django_histories
from integrity.checks.sources.names import Names

if TYPE_CHECKING:
    from integrity.checks.case import Unit
    from integrity.checks.migrations.histories import History
    from integrity.checks.model import Examined

SUBJECT = "migrations"
LEAVES = Check("MIG102", judges.judge_leaves, judges.spoiled_leaves)
NUMBERS = Check("MIG103", judges.judge_numbers, judges.spoiled_numbers)
PARENTS = Check("MIG108", judges.judge_parents, judges.spoiled_parents)
ALEMBIC = "alembic.ini"


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of migrations (see `case`)."""

    @lru_cache(maxsize=None)
    def histories() -> tuple[History, ...]:
        names = Names(unit.sources)
        return (*django_histories(unit.sources, names), *alembic_histories(unit.sources, names))

    yield Case(SUBJECT, LEAVES, histories)
    yield Case(SUBJECT, PARENTS, histories)
    if declared is None:
        return
    if declared.get("numbered"):
        yield Case(SUBJECT, NUMBERS, histories)
    alembic = declared.get("alembic") or (ALEMBIC if os.path.exists(os.path.join(unit.folder, ALEMBIC)) else "")
    if alembic:
        yield Case(
            f"{SUBJECT}:{alembic}",
            Check("MIG101", _judge_alembic, None),
            lambda: _compared(unit, declared, alembic),
            is_static=False,
        )
    if not alembic or declared.get("apps"):
        yield Case(
            f"{SUBJECT}:apps",
            Check("MIG101", _judge_django, _spoiled_django),
            lambda: _states(unit, declared),
            is_static=False,
        )


def _states(unit: Unit, declared: Mapping[str, Any]) -> Any:
    from integrity.checks.adapters.django_migrations import states  # noqa: PLC0415 - Django, only where it is asked for

    return states(unit, tuple(declared.get("apps", ())))


def _judge_django(material: Any) -> Examined:
    from integrity.checks.adapters.django_migrations import judge_states  # noqa: PLC0415 - likewise

    return judge_states(material)


def _spoiled_django(material: Any) -> Iterator[Any]:
    from integrity.checks.adapters.django_migrations import spoiled_states  # noqa: PLC0415 - likewise

    return spoiled_states(material)


def _compared(unit: Unit, declared: Mapping[str, Any], path: str) -> Examined:
    from integrity.checks.adapters.alembic import compared  # noqa: PLC0415 - Alembic, only where it is asked for

    return compared(unit, path, declared.get("url-env", "DATABASE_URL"), apply=bool(declared.get("apply")))


def _judge_alembic(material: Examined) -> Examined:
    return material
