"""The codes and configuration keys of tasks."""

from __future__ import annotations

from integrity.checks.code import Code
from integrity.checks.key import Key

CODES: tuple[Code, ...] = (
    Code("TSK101", "task-twice", "Two tasks are registered under one name", is_automatic=True),
    Code("TSK102", "unknown-beat-task", "A beat entry names a task that doesn't exist", is_automatic=True),
    Code("TSK103", "idle-route", "A task route matches no task"),
    Code("TSK104", "unrouted-task", "A task has no route", is_opt_in=True),
    Code("TSK105", "unconsumed-queue", "Tasks are sent to a queue that no worker consumes"),
    Code("TSK106", "unknown-task", "A task that doesn't exist is called by name", is_automatic=True),
    Code("TSK107", "odd-crontab", "A crontab never fires, or fires every minute", is_automatic=True),
    Code("TSK108", "several-apps", "A unit makes more than one Celery app", level="warning"),
)
KEYS: tuple[Key, ...] = (
    Key("app", "target", "The Celery app; with it, what is really registered is examined too.", '"billing.celery:app"'),
    Key(
        "queues",
        "targets",
        "The queues that workers consume: their names, a registry, or a target that holds them. Default: those after -Q or"
        " --queues in compose files, Procfile, Dockerfile, shell scripts and the unit's serve command.",
        '["default", "mail"]',
    ),
    Key("external", "texts", "Globs of tasks that other services own.", '["mail.*"]'),
    Key("routed", "boolean", "Every task has a route or a queue.", "true", default=False),
)
