"""Notifications' registries agree with each other and with contracts; its worker does what it is sent.

What holds for each registry, and for tasks, environment and services, is declared in pyproject.toml.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import notifications
import pytest
from celery import Celery
from contracts import EVENT_FIELDS, Event, EventType, QueueName, RemoteTask
from contracts.queues import TASK_QUEUES
from notifications.assembly import QUEUE
from notifications.feed import events_after
from notifications.mail import template_of
from notifications.memory import RedisMemory
from notifications.settings import current_settings
from notifications.worker import app
from redis import Redis

import integrity

TEMPLATES = Path(notifications.__file__).parent / "templates"

test_declared = integrity.declared_tests()


# --- templates


def test_each_event_type_has_a_template() -> None:
    """No event goes untold, and no template waits for an event that never comes."""
    files = [file.stem for file in TEMPLATES.glob("*.txt")]

    integrity.assert_covers(files, EventType, relation="equals", names=("templates", "event types"))


@pytest.mark.parametrize("event_type", EventType)
def test_template_uses_fields_that_its_event_has(event_type: EventType) -> None:
    """Subject and text are there, well formed, and ask only for what every payload holds."""
    subject, text = template_of(event_type)

    assert subject.template
    assert text.template.strip()
    assert subject.is_valid()
    assert text.is_valid()
    assert {*subject.get_identifiers(), *text.get_identifiers()} <= EVENT_FIELDS[event_type]


def test_subject_tells_events_apart() -> None:
    """Two events with one subject would look like one mail sent twice."""
    integrity.assert_unique([template_of(event)[0].template for event in EventType], name="subjects")


# --- tasks and queues


def test_promised_tasks_are_registered() -> None:
    """What other services send to this queue, this worker knows."""
    promised = {task for task, queue in TASK_QUEUES.items() if queue == QUEUE}

    assert promised
    assert {task for task in RemoteTask if task in app.tasks} == promised


def test_worker_consumes_the_queue_that_contracts_names() -> None:
    """One queue, and what has no queue of its own goes there too."""
    assert list(app.amqp.queues) == [QueueName.NOTIFICATIONS.value]
    assert app.conf.task_default_queue == QueueName.NOTIFICATIONS.value


# --- running, beside a running catalog


@pytest.fixture
def sender() -> Iterator[Celery]:
    """Return another service, which knows of the worker nothing but the broker, the queue, and the tasks' names."""
    with Celery(broker=os.environ["REDIS_URL"], set_as_current=False) as sender:
        yield sender


@pytest.fixture
def memory() -> Iterator[RedisMemory]:
    """Return what the running worker remembers."""
    with Redis.from_url(os.environ["REDIS_URL"]) as redis:
        yield RedisMemory(redis)


def wait_until(claim: Callable[[], bool], seconds: float = 20) -> None:
    """Return as soon as the claim holds; fail when that takes too long."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "the worker did not do it"
        time.sleep(0.05)


def test_events_travel_through_the_worker(sender: Celery, memory: RedisMemory) -> None:
    """Sent by name as billing sends them, events of every type are told by the running worker."""
    events = [Event(type=each, payload=dict.fromkeys(EVENT_FIELDS[each], "ada@example.org")) for each in EventType]
    before = [memory.is_delivered(event.event_id) for event in events]

    for event in events:
        sender.send_task(RemoteTask.DELIVER_EVENT.value, [event.to_document()], queue=QUEUE.value)

    assert before == [False] * len(EventType)
    wait_until(lambda: all(memory.is_delivered(event.event_id) for event in events))


def test_feed_of_running_catalog_is_read(sender: Celery, memory: RedisMemory) -> None:
    """What happened to a product in catalog is told, and the place in the feed is kept."""
    settings = current_settings()
    headers = {"Authorization": f"Bearer {settings.service_token.get_secret_value()}"}
    product = {"sku": "b-1", "name": "Notes", "email": "ada@example.org", "category": "book"}
    with httpx.Client(base_url=str(settings.catalog_url), headers=headers) as catalog:
        added = catalog.post("/products", json=product)
        published = catalog.post("/products/b-1/publish")

    sender.send_task("notifications.read_catalog", queue=QUEUE.value)
    ((position, event),) = events_after(0, settings)

    assert (added.status_code, published.status_code) == (201, 200)
    assert event.type == EventType.PRODUCT_PUBLISHED
    wait_until(lambda: memory.is_delivered(event.event_id) and memory.position() == position)
