"""Billing's registries are complete and agree with each other and with contracts; the service works on real servers."""

import ast
import os
import re
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.metadata import EntryPoint
from pathlib import Path

import billing
import httpx
import pytest
from billing import settings
from billing.celery import app
from billing.choices import CURRENCIES, DECIMAL_PLACES, MONTHLY_PRICES, PLANS, InvoiceState
from billing.models import Invoice, Subscription
from billing.transitions import INITIAL, STATE_EVENTS, TRANSITIONS
from contracts import ENDPOINTS, Event, EventType, QueueName, ServiceName
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.urls import URLPattern, URLResolver, get_resolver
from dotenv.parser import parse_stream
from ratelimits import parse_rate
from rest_framework.throttling import SimpleRateThrottle

PACKAGE = Path(billing.__file__).parent
UNIT = Path(__file__).parent
FLAT_CHOICES = {"PLANS": PLANS, "CURRENCIES": CURRENCIES, "InvoiceState": InvoiceState.choices}


def repeated(items: Iterable[object]) -> list[object]:
    """Return what occurs more than once; an empty collection proves nothing and fails."""
    counts = Counter(items)
    assert counts, "nothing was examined"
    return [item for item, count in counts.items() if count > 1]


def nodes() -> Iterator[ast.AST]:
    """Yield the syntax nodes of the package's modules."""
    for file in sorted(PACKAGE.rglob("*.py")):
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


# --- choices


@pytest.mark.parametrize("name", FLAT_CHOICES)
def test_choice_has_one_value_and_one_label(name: str) -> None:
    """Two entries with one value, or with one label, could not be told apart."""
    assert repeated(value for value, _ in FLAT_CHOICES[name]) == []
    assert repeated(label for _, label in FLAT_CHOICES[name]) == []


def test_no_key_is_overwritten() -> None:
    """Of two equal keys in a dict literal the last silently wins: only the source shows it."""
    literals = [node for node in nodes() if isinstance(node, ast.Dict) and node.keys]
    overwritten = [key for literal in literals for key in repeated(ast.unparse(k) for k in literal.keys if k)]

    assert literals
    assert overwritten == []


def test_every_plan_has_a_price_in_every_currency() -> None:
    """Nobody can subscribe to something that cannot be invoiced."""
    priced = {(plan, currency) for plan in MONTHLY_PRICES for currency in MONTHLY_PRICES[plan]}

    assert priced == {(plan, currency) for plan, _ in PLANS for currency, _ in CURRENCIES}
    assert set(DECIMAL_PLACES) == {currency for currency, _ in CURRENCIES}


# --- invoice states


def test_every_state_is_reached_and_told_of() -> None:
    """Each state has its transitions, each but the first can be arrived at and has an event."""
    reached = set().union(*TRANSITIONS.values())

    assert set(TRANSITIONS) == set(InvoiceState)
    assert reached == set(STATE_EVENTS) == set(InvoiceState) - {INITIAL}
    assert repeated(STATE_EVENTS.values()) == []


# --- endpoints and throttling


def patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Yield each route with its whole path, written as contracts writes it."""
    for pattern in resolver.url_patterns:
        path = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, path)
        else:
            yield path, pattern


def test_endpoints_are_those_that_were_promised() -> None:
    """Each promised endpoint is served, and each served one is promised; none twice."""
    served = [
        (method.upper(), path)
        for path, pattern in patterns(get_resolver())
        for method in getattr(pattern.callback, "actions", ["get"])
    ]

    assert repeated(served) == []
    assert set(served) == {(e.method, e.path) for e in ENDPOINTS if e.service == ServiceName.BILLING}


def test_throttle_scopes_have_rates_that_django_reads_alike() -> None:
    """Every scope of a view has a rate, every rate a view; none is misread."""
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    views = [pattern.callback.cls for _, pattern in patterns(get_resolver()) if hasattr(pattern.callback, "cls")]
    used = {scope for view in views for scope in (view.read_scope, view.write_scope)}

    assert used == set(rates) != set()
    for rate in map(parse_rate, rates.values()):
        assert SimpleRateThrottle.parse_rate(None, str(rate)) == (rate.count, rate.period_s)


# --- tasks


def test_task_names_are_unique_and_registered() -> None:
    """Two tasks of one name become one: the names are counted where they are written."""
    written = [
        keyword.value.value
        for node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "shared_task"
        for keyword in node.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    ]
    app.loader.import_default_modules()

    assert repeated(written) == []
    assert set(written) == {name for name in app.tasks if name.startswith("billing.")}


def test_clock_and_routes_name_what_exists() -> None:
    """Beat sends only registered tasks, and every queue is one that contracts knows."""
    app.loader.import_default_modules()
    scheduled = [entry["task"] for entry in app.conf.beat_schedule.values()]
    queues = [route["queue"] for route in app.conf.task_routes.values()]

    assert repeated(scheduled) == []
    assert set(scheduled) <= set(app.tasks)
    assert {app.conf.task_default_queue, *queues} == set(QueueName)


# --- migrations, environment, entry points


def test_migrations_say_what_the_models_say() -> None:
    """Nobody forgot makemigrations, and no two migrations claim to be the last."""
    loader = MigrationLoader(connection=None)
    detector = MigrationAutodetector(
        loader.project_state(),
        ProjectState.from_apps(apps),
        NonInteractiveMigrationQuestioner(specified_apps={"billing"}),
    )

    assert len(loader.graph.leaf_nodes("billing")) == 1
    assert detector.changes(graph=loader.graph) == {}


def test_example_documents_what_is_read() -> None:
    """Each variable that the code reads stands once in ``.env.example``, and nothing else does."""
    read = {
        ast.literal_eval(node.args[0])
        for node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"required", "optional"}
    }
    with (UNIT / ".env.example").open(encoding="utf-8") as stream:
        documented = [binding.key for binding in parse_stream(stream) if binding.key]

    assert repeated(documented) == []
    assert set(documented) == read


def test_environment_is_read_in_one_place() -> None:
    """A variable read anywhere else would escape the test above."""
    readers = {
        file.name
        for file in PACKAGE.rglob("*.py")
        if re.search(r"\benviron(?!\.setdefault)\b|\bgetenv\b", file.read_text(encoding="utf-8"))
    }

    assert readers == {"environment.py"}


def test_commands_can_be_started() -> None:
    """Each console script of the manifest points to something callable."""
    manifest = tomllib.loads((UNIT / "pyproject.toml").read_text(encoding="utf-8"))
    scripts = manifest["project"]["scripts"]

    assert scripts
    for name, target in scripts.items():
        assert callable(EntryPoint(name, target, "console_scripts").load()), name


# --- on a real PostgreSQL


def tables() -> set[str]:
    """Return the names of the tables that there are."""
    return set(connection.introspection.table_names())


@pytest.mark.django_db(transaction=True)
def test_migrations_run_both_ways() -> None:
    """They make a table for each model, and take all of them back."""
    of_models = {model._meta.db_table for model in apps.get_models()}  # noqa: SLF001 - Django's documented way
    made = tables()

    call_command("migrate", "billing", "zero", verbosity=0)
    left = tables()
    call_command("migrate", verbosity=0)

    assert connection.vendor == "postgresql"
    assert made == tables() == of_models | left
    assert left == {MigrationRecorder.Migration._meta.db_table}  # noqa: SLF001 - as above
    assert len(of_models) == 2


@pytest.mark.django_db
def test_models_are_written_and_read() -> None:
    """What is stored comes back as it was, and the database itself refuses a month's second invoice."""
    day = date(2025, 2, 1)
    customer = Subscription.objects.create(email="ada@example.org", plan="team", currency="JPY", started_on=day)
    Invoice.draft(customer, day, day).move_to(InvoiceState.ISSUED)

    invoice = Invoice.objects.select_related("subscription").get(state=InvoiceState.ISSUED)
    second = Invoice.draft(customer, day, day)
    second.number = "another"
    with pytest.raises(IntegrityError, match="billing_one_invoice_a_month"), transaction.atomic():
        second.save()

    assert (invoice.subscription, invoice.month, invoice.amount) == (customer, day, 3200)
    assert Invoice.objects.count() == 1


# --- running: its web process and its worker


@pytest.fixture
def web() -> Iterator[httpx.Client]:
    """Return a caller of the running service that knows the token."""
    headers = {"Authorization": f"Bearer {settings.SERVICE_TOKEN}"}
    with httpx.Client(base_url=os.environ["BILLING_URL"], headers=headers) as client:
        yield client


def eventually(read: Callable[[], list[object]], seconds: float = 20) -> list[object]:
    """Return what is read as soon as it is something; fail when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (found := read()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.05)
    return found


def test_running_service_is_healthy() -> None:
    """Who keeps it running has no token, and needs none."""
    answer = httpx.get(f"{os.environ['BILLING_URL']}/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_task_travels_through_the_worker(web: httpx.Client) -> None:
    """Sent by name, it is done by the worker: an invoice is issued, and told of in the other service's queue."""
    started = web.post("/subscriptions", json={"email": "ada@example.org", "plan": "team", "currency": "EUR"})
    app.send_task("billing.issue_invoices", args=[started.json()["started_on"]])

    (invoice,) = eventually(lambda: web.get("/invoices").json()["results"])
    with app.connection_for_read() as broker, broker.SimpleQueue(QueueName.NOTIFICATIONS.value) as queue:
        messages = [queue.get(timeout=20) for _ in range(2)]
        more = queue.clear()

    events = [Event.from_document(message.payload[0][0]) for message in messages]
    assert started.status_code == 201
    assert (invoice["subscription"], invoice["state"], invoice["amount"]) == (started.json()["id"], "issued", 1900)
    assert [event.type for event in events] == [EventType.SUBSCRIPTION_STARTED, EventType.INVOICE_ISSUED]
    assert (events[1].payload["number"], more) == (invoice["number"], 0)
