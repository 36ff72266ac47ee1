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
            mailbox = app.control.mailbox(connection)  # a copy, which publishes through the app's pools
            mailbox.producer_pool = None  # through this connection alone, so that nothing stays open
            while deadline.allows(part):
                if mailbox._broadcast("ping", reply=True, timeout=part, limit=1):  # noqa: SLF001 - as Celery's own ping
                    return Answer()
    except Exception as error:  # noqa: BLE001 - each transport has errors of its own
        raise Trouble(f"the broker can't be reached: {type(error).__name__}", "absent") from None
    raise Trouble("no worker answers a ping", "silent")
