"""Behaviour of the event envelope."""

import json

import pytest
from contracts import Event, EventType, InvalidEventError

PAYLOAD = {"email": "ada@example.org", "plan": "team"}


def test_event_survives_json() -> None:
    """What one service sends is what the other reads."""
    event = Event(type=EventType.SUBSCRIPTION_STARTED, payload=PAYLOAD)

    document = json.loads(json.dumps(event.to_document()))

    assert Event.from_document(document) == event


def test_payload_without_required_field_is_refused() -> None:
    """The producer learns of it, not the consumer."""
    with pytest.raises(InvalidEventError, match="lacks plan"):
        Event(type=EventType.SUBSCRIPTION_STARTED, payload={"email": "ada@example.org"})


@pytest.mark.parametrize(
    "change",
    [{"type": "subscription.teleported"}, {"payload": "text"}, {"event_id": "7"}],
    ids=lambda change: next(iter(change)),
)
def test_malformed_document_is_refused(change: dict[str, object]) -> None:
    """Every malformed part ends in the one error that callers catch."""
    document = Event(type=EventType.SUBSCRIPTION_STARTED, payload=PAYLOAD).to_document()

    with pytest.raises(InvalidEventError):
        Event.from_document(document | change)


def test_missing_part_is_named() -> None:
    """The error says which key the document lacks."""
    with pytest.raises(InvalidEventError, match="type"):
        Event.from_document({"payload": PAYLOAD})
