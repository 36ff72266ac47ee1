"""What the fields of the models may hold: plans, currencies and invoice states."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices

PLANS = (
    ("free", "Free"),
    ("team", "Team"),
    ("business", "Business"),
)

CURRENCIES = (
    ("EUR", "Euro"),
    ("GBP", "Pound sterling"),
    ("JPY", "Japanese yen"),
    ("USD", "US dollar"),
)

MONTHLY_PRICES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "free": {"EUR": 0, "GBP": 0, "JPY": 0, "USD": 0},
        "team": {"EUR": 1900, "GBP": 1700, "JPY": 3200, "USD": 2100},
        "business": {"EUR": 7900, "GBP": 6900, "JPY": 13400, "USD": 8900},
    }
)
"""Price of a month by plan and currency, in the currency's minor unit."""

DECIMAL_PLACES: Mapping[str, int] = MappingProxyType({"EUR": 2, "GBP": 2, "JPY": 0, "USD": 2})
"""How many digits of an amount are behind the point (ISO 4217)."""


class InvoiceState(TextChoices):
    """Where an invoice is between being written and being done with."""

    DRAFT = "draft", "Draft"
    ISSUED = "issued", "Issued"
    OVERDUE = "overdue", "Overdue"
    PAID = "paid", "Paid"
    VOID = "void", "Void"


def written_amount(minor_units: int, currency: str) -> str:
    """Return an amount as people write it, without the currency: ``19.00``, or ``3200`` yen."""
    places = DECIMAL_PLACES[currency]
    return f"{minor_units / 10**places:.{places}f}"
