"""Queues, and the tasks that one service sends to another by name.

A task that only its own service sends is no contract: it has no entry here.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class QueueName(StrEnum):
    """A queue of the broker; each is consumed by the worker of the service that it names."""

    BILLING = "billing"
    NOTIFICATIONS = "notifications"


class RemoteTask(StrEnum):
    """A Celery task's registered name, ``<service>.<verb>``."""

    DELIVER_EVENT = "notifications.deliver"
    """Takes one argument: ``Event.to_document()``."""


TASK_QUEUES: Mapping[RemoteTask, QueueName] = MappingProxyType({RemoteTask.DELIVER_EVENT: QueueName.NOTIFICATIONS})
