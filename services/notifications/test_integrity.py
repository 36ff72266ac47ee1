"""Notifications' registries are complete and agree with each other and with contracts; its worker does what it is sent."""

import ast
import os
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import httpx
import notifications
import pytest
from celery import Celery
from contracts import EVENT_FIELDS, Event, EventType, QueueName, RemoteTask
from contracts.queues import TASK_QUEUES
from dotenv.parser import parse_stream
from notifications.assembly import QUEUE, SCHEDULE, create_worker
from notifications.channels import CHANNELS
from notifications.feed import events_after
from notifications.health import worker_answers
from notifications.mail import template_of
from notifications.memory import RedisMemory
from notifications.settings import ChannelName, NotificationSettings, current_settings
from redis import Redis
from settings_kit import variables

PACKAGE = Path(notifications.__file__).parent
UNIT = Path(__file__).parent
TEMPLATE_FILES = sorted((PACKAGE / "templates").iterdir())


def repeated(items: Iterable[object]) -> list[object]:
    """Return what occurs more than once; an empty collection proves nothing and fails."""
    counts = Counter(items)
    assert counts, "nothing was examined"
    return [item for item, count in counts.items() if count > 1]


def nodes() -> Iterator[ast.AST]:
    """Yield the syntax nodes of the package's modules."""
    for file in sorted(PACKAGE.rglob("*.py")):
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def worker() -> Celery:
    """Return the worker as its environment makes it, with its tasks."""
    worker = create_worker(current_settings())
    worker.loader.import_default_modules()
    worker.finalize()
    return worker


# --- templates


def test_each_event_type_has_a_template() -> None:
    """No event goes untold, and no template waits for an event that never comes."""
    assert TEMPLATE_FILES
    assert [f.name for f in TEMPLATE_FILES] == sorted(f"{event}.txt" for event in EventType)


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
    assert repeated(template_of(event)[0].template for event in EventType) == []


# --- channels


def test_each_channel_is_there_once() -> None:
    """Every channel that can be configured has a function of its own."""
    assert repeated(member.value for member in ChannelName.__members__.values()) == []
    assert set(CHANNELS) == set(ChannelName)
    assert repeated(CHANNELS.values()) == []


def test_no_key_is_overwritten() -> None:
    """Of two equal keys in a dict literal the last silently wins: only the source shows it."""
    literals = [node for node in nodes() if isinstance(node, ast.Dict) and node.keys]
    overwritten = [key for literal in literals for key in repeated(ast.unparse(k) for k in literal.keys if k)]

    assert literals
    assert overwritten == []


# --- tasks and queues


def written_task_names() -> list[str]:
    """Return the expressions that name the tasks, where they are declared."""
    calls = [node for node in nodes() if isinstance(node, ast.Call) and ast.unparse(node.func) == "shared_task"]
    return [ast.unparse(keyword.value) for call in calls for keyword in call.keywords if keyword.arg == "name"]


def test_task_name_is_written_once() -> None:
    """Two tasks of one name become one, and which one is a matter of chance."""
    assert repeated(written_task_names()) == []


def test_written_tasks_are_registered(worker: Celery) -> None:
    """The worker imports every module that declares a task."""
    registered = {name for name in worker.tasks if name.startswith("notifications.")}

    assert len(registered) == len(written_task_names()) > 0


def test_promised_tasks_are_registered(worker: Celery) -> None:
    """What other services send to this queue, this worker knows."""
    promised = {task for task, queue in TASK_QUEUES.items() if queue == QUEUE}

    assert promised
    assert {task for task in promised if task.value not in worker.tasks} == set()
    assert {task for task in RemoteTask if task in worker.tasks} == promised


def test_clock_sends_registered_tasks(worker: Celery) -> None:
    """Beat accepts any name; a wrong one would fail in the worker, once a minute."""
    scheduled = [entry["task"] for entry in SCHEDULE.values()]

    assert repeated(scheduled) == []
    assert [task for task in scheduled if task not in worker.tasks] == []


def test_worker_consumes_the_queue_that_contracts_names(worker: Celery) -> None:
    """One queue, and what has no queue of its own goes there too."""
    assert list(worker.amqp.queues) == [QueueName.NOTIFICATIONS.value]
    assert worker.conf.task_default_queue == QueueName.NOTIFICATIONS.value


# --- environment, entry points


def test_example_documents_what_is_read() -> None:
    """Each variable that the settings read stands once in ``.env.example``, and no other does."""
    with (UNIT / ".env.example").open(encoding="utf-8") as stream:
        documented = [binding.key for binding in parse_stream(stream) if binding.key]

    assert repeated(documented) == []
    assert set(documented) == {variable.name for variable in variables(NotificationSettings)}


def test_commands_can_be_started() -> None:
    """Each console script of the manifest points to something callable."""
    manifest = tomllib.loads((UNIT / "pyproject.toml").read_text(encoding="utf-8"))
    scripts = manifest["project"]["scripts"]

    assert scripts
    for name, target in scripts.items():
        assert callable(EntryPoint(name, target, "console_scripts").load()), name


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


def test_running_worker_is_healthy(worker: Celery) -> None:
    """It answers through the broker."""
    assert worker_answers(worker)


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
