"""Celery: pings the workers of an app."""

from __future__ import annotations

from typing import Any

from integrity.checks.services.answer import Answer, Deadline, Trouble

PART = 0.8  # of the time that is left; a ping waits for all of it, so that every worker can answer


def ping(app: Any, deadline: Deadline) -> Answer:
    """The answer of at least one worker. Raises Trouble where the broker can't be reached, or none answers."""
    try:
        with app.connection_for_write(connect_timeout=deadline.left()) as connection:
            connection.ensure_connection(max_retries=1, timeout=deadline.left())
            found = app.control.ping(timeout=deadline.left() * PART, connection=connection, limit=1)
    except Trouble:
        raise
    except Exception as error:  # noqa: BLE001 - each transport has errors of its own
        raise Trouble(f"the broker can't be reached: {type(error).__name__}", "absent") from None
    if not found:
        raise Trouble("no worker answers a ping", "silent")
    return Answer()
