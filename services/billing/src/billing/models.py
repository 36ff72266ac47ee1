"""Subscriptions and their invoices."""

from datetime import date, timedelta
from typing import ClassVar

from contracts import Event, EventType
from django.conf import settings
from django.db import models, transaction

from billing import publishing
from billing.choices import CURRENCIES, MONTHLY_PRICES, PLANS, InvoiceState, written_amount
from billing.transitions import INITIAL, STATE_EVENTS, check_transition


class Subscription(models.Model):
    """A customer's use of a plan, from the day it starts until it is cancelled."""

    email = models.EmailField()
    plan = models.CharField(max_length=20, choices=PLANS)
    currency = models.CharField(max_length=3, choices=CURRENCIES)
    started_on = models.DateField()
    cancelled_on = models.DateField(null=True, blank=True)

    class Meta:
        """Newest first, as people look for them."""

        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        """Name the customer and the plan."""
        return f"{self.email}: {self.plan}"

    @property
    def monthly_price(self) -> int:
        """What a month costs, in minor units of the currency."""
        return MONTHLY_PRICES[self.plan][self.currency]

    def tell(self, event_type: EventType) -> None:
        """Publish what happened to the subscription, once it is committed."""
        payload = {"email": self.email, "plan": self.plan}
        publishing.publish_on_commit(Event(type=event_type, payload=payload))


class Invoice(models.Model):
    """What a subscription costs for one month. ``amount`` is in minor units."""

    number = models.CharField(max_length=40, unique=True)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="invoices")
    month = models.DateField(help_text="First day of the month that is paid for.")
    state = models.CharField(max_length=10, choices=InvoiceState, default=INITIAL)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, choices=CURRENCIES)
    due_on = models.DateField()

    class Meta:
        """A month is invoiced once, however often the task runs."""

        ordering: ClassVar = ["-month", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "month"], name="billing_one_invoice_a_month")
        ]

    def __str__(self) -> str:
        """Give the number, by which people know an invoice."""
        return self.number

    @classmethod
    def draft(cls, subscription: Subscription, month: date, today: date) -> "Invoice":
        """Return an unsaved invoice for ``month``, which is a first day of a month."""
        return cls(
            number=f"{month:%Y%m}-{subscription.pk:06d}",
            subscription=subscription,
            month=month,
            amount=subscription.monthly_price,
            currency=subscription.currency,
            due_on=today + timedelta(days=settings.PAYMENT_DAYS),
        )

    def move_to(self, state: InvoiceState) -> None:
        """Change the state, save, and publish; raise TransitionError when it may not be.

        The row is locked, so that of two callers at once the second sees the first's change.
        """
        with transaction.atomic():
            if self.pk is not None:
                self.state = Invoice.objects.select_for_update().get(pk=self.pk).state
            check_transition(InvoiceState(self.state), state)
            self.state = state
            self.save()
            publishing.publish_on_commit(self._event(STATE_EVENTS[state]))

    def _event(self, event_type: EventType) -> Event:
        payload = {
            "email": self.subscription.email,
            "number": self.number,
            "amount": written_amount(self.amount, self.currency),
            "currency": self.currency,
            "due_on": self.due_on.isoformat(),
        }
        return Event(type=event_type, payload=payload)
