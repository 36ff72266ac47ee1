"""Checks of Celery's tasks: that names are unique, that what is called, scheduled and routed exists, and that somebody consumes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Mapping

from integrity.checks.case import Case, Check
from integrity.checks.tasks import judges, routing
from integrity.checks.tasks.running import Live
from integrity.checks.tasks.written import Written

if TYPE_CHECKING:
    from integrity.checks.case import Unit

SUBJECT = "tasks"
DUPLICATES = Check("TSK101", judges.judge_duplicates, judges.spoiled_duplicates)
BEAT = Check("TSK102", judges.judge_beat, judges.spoiled_references)
ROUTES = Check("TSK103", routing.judge_routes, routing.spoiled_routes)
ROUTED = Check("TSK104", routing.judge_routed, routing.spoiled_routed)
QUEUES = Check("TSK105", routing.judge_queues, routing.spoiled_queues)
CALLS = Check("TSK106", judges.judge_calls, judges.spoiled_references)
CRONTABS = Check("TSK107", judges.judge_crontabs, judges.spoiled_crontabs)
APPS = Check("TSK108", judges.judge_apps, judges.spoiled_apps)


def cases(unit: Unit, declared: Mapping[str, Any] | None) -> Iterator[Case]:
    """The cases of tasks (see `case`)."""
    written = Written(unit, declared)
    has_app = declared is not None and "app" in declared
    yield Case(SUBJECT, DUPLICATES, written.registrations, may_be_empty=has_app)
    yield Case(SUBJECT, BEAT, written.beat, may_be_empty=True)
    yield Case(SUBJECT, CALLS, written.calls, may_be_empty=True)
    yield Case(SUBJECT, CRONTABS, written.crontabs, may_be_empty=True)
    if declared is None:
        return
    yield Case(SUBJECT, APPS, written.apps, may_be_empty=True)
    if has_app:
        yield from _live_cases(unit, declared, written)
        return
    yield Case(SUBJECT, ROUTES, written.routing, may_be_empty=True)
    yield Case(
        SUBJECT, QUEUES, written.routing, is_static=written.has_plain_queues, may_be_empty="queues" not in declared
    )
    if declared.get("routed"):
        yield Case(SUBJECT, ROUTED, written.routing)


def _live_cases(unit: Unit, declared: Mapping[str, Any], written: Written) -> Iterator[Case]:
    live = Live(unit, declared, written)
    subject = f"{SUBJECT}:app"
    yield Case(subject, DUPLICATES, live.registrations, is_static=False)
    yield Case(subject, BEAT, live.beat, is_static=False, may_be_empty=True)
    yield Case(subject, CALLS, live.calls, is_static=False, may_be_empty=True)
    yield Case(subject, ROUTES, live.routing, is_static=False, may_be_empty=True)
    yield Case(subject, QUEUES, live.routing, is_static=False, may_be_empty="queues" not in declared)
    if declared.get("routed"):
        yield Case(subject, ROUTED, live.routing, is_static=False)
