"""What the services agree on: event types, error codes, queues and endpoints.

Holds names and shapes only. It must never do I/O or import anything but the standard library.
"""

from contracts.endpoints import ENDPOINTS, Endpoint, ServiceName, endpoint
from contracts.errors import ERRORS, ErrorCode, ErrorSpec, problem
from contracts.events import EVENT_FIELDS, Event, EventType, InvalidEventError
from contracts.queues import TASK_QUEUES, QueueName, RemoteTask

__all__ = [
    "ENDPOINTS",
    "ERRORS",
    "EVENT_FIELDS",
    "TASK_QUEUES",
    "Endpoint",
    "ErrorCode",
    "ErrorSpec",
    "Event",
    "EventType",
    "InvalidEventError",
    "QueueName",
    "RemoteTask",
    "ServiceName",
    "endpoint",
    "problem",
]
