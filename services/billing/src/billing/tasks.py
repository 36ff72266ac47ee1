"""What Celery does by the clock. Both tasks may run twice without harm."""

from datetime import date

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from billing.choices import InvoiceState
from billing.models import Invoice, Subscription


@shared_task(name="billing.issue_invoices")
def issue_invoices(today: str | None = None) -> int:
    """Issue this month's missing invoices and return how many. ``today`` is an ISO date."""
    day = _day(today)
    month = day.replace(day=1)
    active = Subscription.objects.filter(Q(cancelled_on=None) | Q(cancelled_on__gte=month), started_on__lte=day)
    missing = [s for s in active.exclude(invoices__month=month) if s.monthly_price > 0]
    for subscription in missing:
        Invoice.draft(subscription, month, day).move_to(InvoiceState.ISSUED)
    return len(missing)


@shared_task(name="billing.mark_overdue")
def mark_overdue(today: str | None = None) -> int:
    """Mark issued invoices whose due day has passed and return how many."""
    late = list(Invoice.objects.filter(state=InvoiceState.ISSUED, due_on__lt=_day(today)))
    for invoice in late:
        invoice.move_to(InvoiceState.OVERDUE)
    return len(late)


def _day(today: str | None) -> date:
    return date.fromisoformat(today) if today else timezone.now().date()
