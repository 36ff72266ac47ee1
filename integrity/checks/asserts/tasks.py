"""`assert_tasks`: what a Celery app registers, schedules, routes and calls by name fits together."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from integrity.checks.asserts.family import demand_family
from integrity.checks.asserts.refusing import refuse_text


def assert_tasks(
    app: Any, *, external: Iterable[str] = (), queues: Iterable[str] | None = None, routed: bool = False
) -> None:
    """Assert that no two tasks have one name, and that beat entries, routes, queues and calls by name lead to tasks and workers.

    `app` is the Celery app, or its place such as "billing.celery:app"; given its place, it is imported here, so that Celery's own
    warnings are seen. `external` are globs of tasks that other services own, `queues` those that workers consume, `routed`
    demands a queue for every task. Raises IntegrityError with all findings, TypeError for `app.tasks`, which cannot show
    a name twice.
    """
    refuse_text(external, "external")
    refuse_text(queues, "queues")
    _refuse(app)
    table: dict[str, Any] = {"app": app, "external": list(external), "routed": routed}
    if queues is not None:
        table["queues"] = list(queues)
    demand_family("tasks", table, "assert_tasks")


def _refuse(app: Any) -> None:
    from integrity.checks.adapters.celery import is_app  # noqa: PLC0415 - Celery, only where it is asked for

    if isinstance(app, Mapping):
        raise TypeError(
            "assert_tasks takes the Celery app, not its tasks: a mapping holds each name once, so it cannot show two tasks of one name."
            " Pass the app itself."
        )
    if not isinstance(app, str) and not is_app(app):
        raise TypeError(
            f'assert_tasks takes a Celery app or its place, such as "billing.celery:app", not {type(app).__name__}.'
        )
