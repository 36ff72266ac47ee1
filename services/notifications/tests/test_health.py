"""What the health command finds out."""

from notifications.assembly import create_worker
from notifications.health import worker_answers
from notifications.settings import NotificationSettings


def test_worker_without_broker_does_not_answer(settings: NotificationSettings) -> None:
    """A broker that is away is an answer of the check, not an exception."""
    assert not worker_answers(create_worker(settings))
