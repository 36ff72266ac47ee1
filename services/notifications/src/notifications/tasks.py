"""What the worker does. Every task may run twice without telling anybody twice."""

import logging
from typing import Any

import httpx
from celery import shared_task
from contracts import Event, RemoteTask

from notifications.channels import CHANNELS
from notifications.feed import events_after
from notifications.mail import mail_about
from notifications.memory import Memory, current_memory
from notifications.settings import NotificationSettings, current_settings

logger = logging.getLogger(__name__)


@shared_task(
    name=RemoteTask.DELIVER_EVENT.value,
    autoretry_for=(OSError,),
    retry_backoff=True,
    max_retries=8,
    acks_late=True,
)
def deliver(document: dict[str, Any]) -> None:
    """Tell whom an event concerns. ``document`` is what ``Event.to_document`` wrote."""
    deliver_once(Event.from_document(document), current_settings(), current_memory())


@shared_task(name="notifications.read_catalog", autoretry_for=(httpx.HTTPError,), max_retries=2)
def read_catalog() -> int:
    """Send the new events of catalog's feed to be delivered, and return how many."""
    memory = current_memory()
    count = 0
    for position, event in events_after(memory.position(), current_settings()):
        deliver.delay(event.to_document())
        memory.remember_position(position)
        count += 1
    return count


def deliver_once(event: Event, settings: NotificationSettings, memory: Memory) -> None:
    """Send the mail, unless it was sent before; raise OSError when it could not be."""
    if memory.is_delivered(event.event_id):
        logger.info("event %s was delivered before", event.event_id)
        return
    CHANNELS[settings.channel](mail_about(event, settings.sender), settings)
    memory.remember_delivered(event.event_id)
