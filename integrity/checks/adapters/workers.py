"""Celery: pings the workers of an app."""

from __future__ import annotations

from typing import Any

from integrity.checks.services.answer import Answer, Deadline, Trouble

TRIES = 4  # a worker that has just been started may not listen yet


def ping(app: Any, deadline: Deadline) -> Answer:
    """The answer of at least one worker. Raises Trouble where the broker can't be reached, or none answers."""
    part = deadline.left() / (TRIES + 1)
    try:
        with app.connection_for_write(connect_timeout=deadline.left()) as connection:
            connection.ensure_connection(max_retries=1, timeout=deadline.left())
            while deadline.allows(part):
                if app.control.ping(timeout=part, connection=connection, limit=1):
                    return Answer()
    except Exception as error:  # noqa: BLE001 - each transport has errors of its own
        raise Trouble(f"the broker can't be reached: {type(error).__name__}", "absent") from None
    raise Trouble("no worker answers a ping", "silent")
