"""Which state of an invoice may follow which, and what is told about it."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts import EventType

from billing.choices import InvoiceState

INITIAL = InvoiceState.DRAFT

TRANSITIONS: Mapping[InvoiceState, frozenset[InvoiceState]] = MappingProxyType(
    {
        InvoiceState.DRAFT: frozenset({InvoiceState.ISSUED, InvoiceState.VOID}),
        InvoiceState.ISSUED: frozenset({InvoiceState.OVERDUE, InvoiceState.PAID, InvoiceState.VOID}),
        InvoiceState.OVERDUE: frozenset({InvoiceState.PAID, InvoiceState.VOID}),
        InvoiceState.PAID: frozenset(),
        InvoiceState.VOID: frozenset(),
    }
)

STATE_EVENTS: Mapping[InvoiceState, EventType] = MappingProxyType(
    {
        InvoiceState.ISSUED: EventType.INVOICE_ISSUED,
        InvoiceState.OVERDUE: EventType.INVOICE_OVERDUE,
        InvoiceState.PAID: EventType.INVOICE_PAID,
        InvoiceState.VOID: EventType.INVOICE_VOIDED,
    }
)
"""The event that tells of an invoice's arrival in a state."""


class TransitionError(Exception):
    """An invoice was asked into a state that cannot follow its own."""

    def __init__(self, current: str, wanted: str) -> None:
        """Name both states."""
        super().__init__(f"an invoice that is {current} cannot become {wanted}")


def check_transition(current: InvoiceState, wanted: InvoiceState) -> None:
    """Raise TransitionError unless ``wanted`` may follow ``current``."""
    if wanted not in TRANSITIONS[current]:
        raise TransitionError(current, wanted)
