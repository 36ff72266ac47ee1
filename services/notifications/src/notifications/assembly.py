"""How the worker is put together: its queue, its tasks, and what it does by the clock."""

from celery import Celery
from contracts import QueueName

from notifications.settings import NotificationSettings

QUEUE = QueueName.NOTIFICATIONS

SCHEDULE = {
    "read-catalog": {"task": "notifications.read_catalog", "schedule": 60.0},
}


def create_worker(settings: NotificationSettings) -> Celery:
    """Return the application with its tasks; it connects to the broker when it is run."""
    worker = Celery("notifications", broker=settings.redis_url, include=["notifications.tasks"])
    worker.conf.update(
        beat_schedule=SCHEDULE,
        broker_connection_retry_on_startup=True,
        task_create_missing_queues=False,
        task_default_queue=QUEUE.value,
        task_ignore_result=True,
        task_queues={QUEUE.value: {"exchange": QUEUE.value, "routing_key": QUEUE.value}},
        worker_hijack_root_logger=True,
    )
    return worker
