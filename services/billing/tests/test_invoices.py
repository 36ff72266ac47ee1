"""Issuing invoices, and what becomes of them."""

from collections.abc import Callable
from datetime import date

import pytest
from billing.choices import InvoiceState, written_amount
from billing.models import Invoice, Subscription
from billing.tasks import issue_invoices, mark_overdue
from billing.transitions import TransitionError
from contracts import Event, EventType

Published = Callable[[], list[Event]]


@pytest.mark.django_db(transaction=True)
def test_month_is_invoiced_once(subscription: Subscription, published: Published) -> None:
    """Running the task again neither issues nor tells again."""
    assert issue_invoices.apply(["2025-02-01"]).get() == 1
    assert issue_invoices.apply(["2025-02-03"]).get() == 0

    invoice = subscription.invoices.get()
    (event,) = published()
    assert (invoice.state, invoice.amount) == (InvoiceState.ISSUED, 1900)
    assert event.type == EventType.INVOICE_ISSUED
    assert event.payload["amount"] == "19.00"
    assert event.payload["due_on"] == "2025-02-15"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"plan": "free"}, {"cancelled_on": date(2025, 1, 31)}, {"started_on": date(2025, 2, 2)}],
    ids=["costs nothing", "cancelled before", "starts later"],
)
def test_month_without_use_is_not_invoiced(subscription: Subscription, change: dict[str, object]) -> None:
    """Nobody pays for what is free, over, or still to come."""
    Subscription.objects.filter(pk=subscription.pk).update(**change)

    assert issue_invoices("2025-02-01") == 0


@pytest.mark.django_db(transaction=True)
def test_unpaid_invoice_becomes_overdue(subscription: Subscription, published: Published) -> None:
    """The day after its due day, not on it."""
    issue_invoices("2025-02-01")
    invoice = subscription.invoices.get()

    assert mark_overdue(invoice.due_on.isoformat()) == 0
    assert mark_overdue("2025-02-16") == 1

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.OVERDUE
    assert [event.type for event in published()] == [
        EventType.INVOICE_ISSUED,
        EventType.INVOICE_OVERDUE,
    ]


@pytest.mark.django_db(transaction=True)
def test_refused_transition_changes_and_tells_nothing(subscription: Subscription, published: Published) -> None:
    """What is paid stays paid, even for a caller who read it before."""
    invoice = Invoice.draft(subscription, date(2025, 2, 1), date(2025, 2, 1))
    invoice.move_to(InvoiceState.ISSUED)
    stale = Invoice.objects.get()
    invoice.move_to(InvoiceState.PAID)
    published()

    with pytest.raises(TransitionError, match="paid cannot become void"):
        stale.move_to(InvoiceState.VOID)

    assert Invoice.objects.get().state == InvoiceState.PAID
    assert published() == []


def test_amount_is_written_with_its_currency_s_places() -> None:
    """A yen has no hundredth."""
    assert written_amount(3200, "JPY") == "3200"
    assert written_amount(5, "EUR") == "0.05"
