"""What the tests share: a caller with a token, a subscription, and the broker's queue."""

from collections.abc import Callable, Iterator
from datetime import date
from queue import Empty

import pytest
from billing.celery import app
from billing.models import Subscription
from contracts import Event, QueueName
from django.conf import settings
from django.core.cache import cache
from rest_framework.test import APIClient


@pytest.fixture(autouse=True)
def _fresh_throttle_counters() -> None:
    cache.clear()


@pytest.fixture
def client() -> APIClient:
    """Return a caller who knows the token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {settings.SERVICE_TOKEN}")
    return client


@pytest.fixture
def subscription(db: None) -> Subscription:  # noqa: ARG001 - opens the database
    """Return a subscription that costs something."""
    return Subscription.objects.create(
        email="ada@example.org", plan="team", currency="EUR", started_on=date(2025, 1, 10)
    )


@pytest.fixture
def published() -> Iterator[Callable[[], list[Event]]]:
    """Return a function that takes from Celery's in-memory broker what was sent."""
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(QueueName.NOTIFICATIONS.value)
        queue.clear()

        def take() -> list[Event]:
            events = []
            try:
                while True:
                    message = queue.get_nowait()
                    message.ack()
                    events.append(Event.from_document(message.payload[0][0]))
            except Empty:
                return events

        yield take
        queue.close()
