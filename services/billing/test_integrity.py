"""Billing's registries agree with each other and with contracts; the service works on real servers.

What holds for each registry, and for routes, rates, tasks, models, environment and services, is declared in pyproject.toml.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import date

import httpx
import pytest
from billing import settings
from billing.celery import app
from billing.choices import CURRENCIES, MONTHLY_PRICES, InvoiceState
from billing.models import Invoice, Subscription
from billing.transitions import INITIAL, STATE_EVENTS, TRANSITIONS
from contracts import ENDPOINTS, Event, EventType, QueueName, ServiceName
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.urls import URLPattern, URLResolver, get_resolver
from ratelimits import parse_rate
from rest_framework.throttling import SimpleRateThrottle

import integrity

test_declared = integrity.declared_tests()


def test_every_plan_has_a_price_in_every_currency() -> None:
    """Nobody can subscribe to something that cannot be invoiced."""
    assert MONTHLY_PRICES
    for plan, prices in MONTHLY_PRICES.items():
        integrity.assert_covers(prices, CURRENCIES, relation="equals", names=(f"prices of {plan}", "currencies"))


def test_every_state_is_reached_and_told_of() -> None:
    """Each state but the first can be arrived at, and has an event."""
    reached = {state for following in TRANSITIONS.values() for state in following}

    integrity.assert_covers([INITIAL, *reached], InvoiceState, relation="equals", names=("reached", "states"))
    integrity.assert_covers(STATE_EVENTS, reached, relation="equals", names=("events", "reached"))


def test_endpoints_are_those_that_were_promised() -> None:
    """Each promised endpoint is served, and each served one is promised."""
    served = [
        f"{method.upper()} {path}"
        for path, pattern in patterns(get_resolver())
        for method in getattr(pattern.callback, "actions", ["get"])
    ]
    promised = [f"{each.method} {each.path}" for each in ENDPOINTS if each.service == ServiceName.BILLING]

    integrity.assert_covers(served, promised, relation="equals", names=("routes", "contracts"))


def patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Yield each route with its whole path, written as contracts writes it."""
    for pattern in resolver.url_patterns:
        path = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, path)
        else:
            yield path, pattern


def test_django_reads_rates_as_we_do() -> None:
    """No rate is misread: Django's limiter and ours count the same."""
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]

    assert rates
    for rate in map(parse_rate, rates.values()):
        assert SimpleRateThrottle.parse_rate(None, str(rate)) == (rate.count, rate.period_s)


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
