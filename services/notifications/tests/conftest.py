"""What the tests share: settings, a memory of their own, and an event."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from contracts import Event, EventType
from notifications.settings import NotificationSettings


@dataclass
class ForgetfulMemory:
    """A memory that lasts as long as its test."""

    delivered: set[UUID] = field(default_factory=set)
    read_until: int = 0

    def is_delivered(self, event_id: UUID) -> bool:
        """Look the event up."""
        return event_id in self.delivered

    def remember_delivered(self, event_id: UUID) -> None:
        """Keep the event's identity."""
        self.delivered.add(event_id)

    def position(self) -> int:
        """Return the position."""
        return self.read_until

    def remember_position(self, position: int) -> None:
        """Keep the position."""
        self.read_until = position


@pytest.fixture
def memory() -> ForgetfulMemory:
    """Return a memory that knows nothing."""
    return ForgetfulMemory()


@pytest.fixture
def settings() -> NotificationSettings:
    """Return settings that send nothing."""
    values = {
        "catalog_url": "http://catalog.test",
        "redis_url": "redis://127.0.0.1:1",
        "sender": "shop@example.org",
        "service_token": "placeholder",
    }
    return NotificationSettings.model_validate(values)


@pytest.fixture
def event() -> Event:
    """Return an event that is easily told of."""
    payload = {"email": "ada@example.org", "plan": "team"}
    return Event(type=EventType.SUBSCRIPTION_STARTED, payload=payload)
