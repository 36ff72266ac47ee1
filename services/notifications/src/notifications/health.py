"""The ``notifications-health`` command, for whoever keeps the worker running."""

import sys

from celery import Celery
from kombu.exceptions import OperationalError

PING_TIMEOUT_S = 3


def worker_answers(worker: Celery) -> bool:
    """Tell whether the broker can be reached and at least one worker answers through it."""
    try:
        with worker.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1)
            return bool(worker.control.ping(timeout=PING_TIMEOUT_S, limit=1, connection=connection))
    except OperationalError:
        return False


def main() -> None:
    """Exit with 0 when a worker answers, else with 1."""
    from notifications.worker import app  # noqa: PLC0415 - needs the environment

    answers = worker_answers(app)
    sys.stdout.write("ok\n" if answers else "no worker answers\n")
    sys.exit(0 if answers else 1)
