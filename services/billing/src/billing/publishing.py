"""Telling the other services what happened."""

from functools import partial

from celery import current_app
from contracts import Event, RemoteTask
from django.db import transaction


def publish_on_commit(event: Event) -> None:
    """Send ``event`` to be delivered when the transaction commits, and never if it does not."""
    transaction.on_commit(partial(_send, event))


def _send(event: Event) -> None:
    current_app.send_task(RemoteTask.DELIVER_EVENT.value, args=[event.to_document()])
