"""The HTTP endpoints as the gateway meets them."""

from datetime import date

import pytest
from billing.choices import InvoiceState
from billing.health import database_answers
from billing.models import Invoice, Subscription
from django.core.cache import cache
from django.db.utils import ConnectionHandler
from ratelimits import Scope, limit_of
from rest_framework.test import APIClient

START = {"email": "ada@example.org", "plan": "team", "currency": "EUR"}


@pytest.mark.django_db
def test_subscription_is_started_and_cancelled(client: APIClient) -> None:
    """The service says when it started; cancelling twice keeps the first day."""
    started = client.post("/subscriptions", START, format="json")
    path = f"/subscriptions/{started.data['id']}"

    cancelled = client.post(f"{path}/cancel")
    again = client.post(f"{path}/cancel")

    assert (started.status_code, cancelled.status_code, again.status_code) == (201, 200, 200)
    assert started.data["started_on"]
    assert cancelled.data["cancelled_on"] == again.data["cancelled_on"] is not None


@pytest.mark.django_db
def test_unknown_plan_is_refused_by_field(client: APIClient) -> None:
    """The answer is a problem document that says which field is wrong."""
    answer = client.post("/subscriptions", START | {"plan": "gold"}, format="json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid-request"
    assert list(answer.json()["fields"]) == ["plan"]


@pytest.mark.django_db
def test_invoice_is_paid_once(client: APIClient, subscription: Subscription) -> None:
    """The second payment is a conflict, not a success."""
    invoice = Invoice.draft(subscription, date(2025, 2, 1), date(2025, 2, 1))
    invoice.move_to(InvoiceState.ISSUED)

    first = client.post(f"/invoices/{invoice.number}/pay")
    second = client.post(f"/invoices/{invoice.number}/pay")

    assert (first.status_code, first.data["state"]) == (200, "paid")
    assert (second.status_code, second.json()["code"]) == (409, "state-conflict")


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic placeholder"])
def test_caller_without_token_is_refused(authorization: str) -> None:
    """Nothing but health is public, and the refusal says what is wanted."""
    answer = APIClient().get("/invoices", headers={"Authorization": authorization})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.django_db
def test_writing_has_a_limit_of_its_own(client: APIClient) -> None:
    """When the writes are used up, reading still works."""
    key = f"throttle_{Scope.BILLING_WRITE}_service"
    limit = limit_of(Scope.BILLING_WRITE).sustained
    far_future = 10**12
    cache.set(key, [far_future] * limit.count, limit.period_s)

    assert client.post("/subscriptions", START, format="json").status_code == 429
    assert client.get("/subscriptions").status_code == 200


@pytest.mark.django_db
def test_health_is_well_while_the_database_answers() -> None:
    """Health needs no token."""
    assert APIClient().get("/health").json() == {"status": "ok"}


@pytest.mark.django_db
def test_database_that_cannot_be_opened_does_not_answer() -> None:
    """A server that is away is an answer of the check, not an exception."""
    away = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/nonexistent/billing.sqlite3"}

    assert not database_answers(ConnectionHandler({"default": away})["default"])
