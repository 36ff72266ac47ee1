"""Event types, the payload each must carry, and the envelope they travel in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Self
from uuid import UUID, uuid4


class EventType(StrEnum):
    """What can happen, as ``<subject>.<past participle>``. The values are stored and sent."""

    INVOICE_ISSUED = "invoice.issued"
    INVOICE_PAID = "invoice.paid"
    INVOICE_OVERDUE = "invoice.overdue"
    INVOICE_VOIDED = "invoice.voided"
    SUBSCRIPTION_STARTED = "subscription.started"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled"
    PRODUCT_PUBLISHED = "product.published"
    PRODUCT_RETIRED = "product.retired"


_INVOICE_FIELDS = frozenset({"email", "number", "amount", "currency"})
_SUBSCRIPTION_FIELDS = frozenset({"email", "plan"})
_PRODUCT_FIELDS = frozenset({"email", "sku", "name"})

EVENT_FIELDS: Mapping[EventType, frozenset[str]] = MappingProxyType(
    {
        EventType.INVOICE_ISSUED: _INVOICE_FIELDS | {"due_on"},
        EventType.INVOICE_PAID: _INVOICE_FIELDS,
        EventType.INVOICE_OVERDUE: _INVOICE_FIELDS | {"due_on"},
        EventType.INVOICE_VOIDED: _INVOICE_FIELDS,
        EventType.SUBSCRIPTION_STARTED: _SUBSCRIPTION_FIELDS,
        EventType.SUBSCRIPTION_CANCELLED: _SUBSCRIPTION_FIELDS,
        EventType.PRODUCT_PUBLISHED: _PRODUCT_FIELDS,
        EventType.PRODUCT_RETIRED: _PRODUCT_FIELDS,
    }
)
"""The payload fields that consumers may rely on. ``email`` is whom the event concerns."""


class InvalidEventError(ValueError):
    """A document is not an event, or a payload lacks fields of its event type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. Two events are the same exactly when their ``event_id`` is."""

    type: EventType
    payload: Mapping[str, str]
    event_id: UUID = field(default_factory=uuid4)
    occurred_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Refuse a payload that its consumers could not rely on."""
        missing = EVENT_FIELDS[self.type] - self.payload.keys()
        if missing:
            raise InvalidEventError(f"{self.type} lacks {', '.join(sorted(missing))}")

    def to_document(self) -> dict[str, object]:
        """Return the event as JSON-ready values: what ``from_document`` reads."""
        return {
            "type": self.type.value,
            "payload": dict(self.payload),
            "event_id": str(self.event_id),
            "occurred_at": self.occurred_at.isoformat(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        """Read what ``to_document`` wrote; raise InvalidEventError for anything else."""
        try:
            return cls(
                type=EventType(str(document["type"])),
                payload=_text_fields(document["payload"]),
                event_id=UUID(str(document["event_id"])),
                occurred_at=datetime.fromisoformat(str(document["occurred_at"])),
            )
        except KeyError as error:
            raise InvalidEventError(f"event lacks {error}") from error
        except ValueError as error:
            raise InvalidEventError(str(error)) from error


def _text_fields(payload: object) -> dict[str, str]:
    if not isinstance(payload, Mapping):
        raise InvalidEventError("payload is not an object")
    return {str(name): str(value) for name, value in payload.items()}
