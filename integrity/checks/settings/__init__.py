"""Checks of Django's settings: that they set Django up, hold no misspelt or doubled name, and pass Django's own checks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.settings import judges
from integrity.checks.settings.members import Members, judge_members, spoiled_members, written_members
from integrity.checks.sources.names import Names

if TYPE_CHECKING:
    from integrity.checks.case import Unit

SUBJECT = "settings"
SET_UP = Check("APP104", judges.judge_apps, None)
MESSAGES = Check("APP101", judges.judge_messages, judges.spoiled_messages)
MEMBERS = Check("APP102", judge_members, spoiled_members)
SPELLING = Check("APP103", judges.judge_spelling, judges.spoiled_spelling)


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of settings (see `case`)."""

    @lru_cache(maxsize=None)
    def written() -> Members:
        return written_members(unit.sources, Names(unit.sources), is_declared=declared is not None)

    yield Case(SUBJECT, MEMBERS, written, may_be_empty=True)
    if declared is not None:
        deploy = bool(declared.get("deploy"))
        subject = f"{SUBJECT}:django"
        yield Case(subject, SET_UP, lambda: _adapter().app_names(unit), is_static=False)
        yield Case(subject, MESSAGES, lambda: _adapter().messages(unit, deploy=deploy), is_static=False)
        yield Case(
            subject, MEMBERS, lambda: _adapter().live_members(unit, written()), is_static=False, may_be_empty=True
        )
        yield Case(subject, SPELLING, lambda: _adapter().spellings(unit), is_static=False)


def _adapter() -> Any:
    from integrity.checks.adapters import django_settings  # noqa: PLC0415 - Django, only where it is asked for

    return django_settings
