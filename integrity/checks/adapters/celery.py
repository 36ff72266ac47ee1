"""Celery: what an app has really registered, routed and scheduled. The app is finalised, as a worker does, and never changed."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, Iterator, Mapping, NamedTuple

from integrity.checks.adapters.places import raised_at
from integrity.checks.model import CannotExamine, Entry, Finding
from integrity.checks.targets import RAISED, live

if TYPE_CHECKING:
    from integrity.checks.case import Unit

BUILT_IN = "celery."
_NAMED = re.compile(
    r"Task name '(?P<name>.+?)' is already registered.*?Existing: (?P<first>\S+)\s+New:\s+(?P<second>\S+)", re.DOTALL
)


class LiveApp(NamedTuple):
    """What an app holds, as plain values.

    `tasks`: key is a name, value the queue of the task itself or None. `twice`: key is a name that was registered
    twice, value the two functions; `shows_twice` is false before Celery 5.7, which doesn't say. `beat`: key is an
    entry, value its task. `routes`: key is a pattern, value the queue or None. `queues`: those of beat entries.
    `default_queue` is where all else goes.
    """

    name: str
    tasks: tuple[Entry, ...]
    twice: tuple[Entry, ...]
    shows_twice: bool
    beat: tuple[Entry, ...]
    routes: tuple[Entry, ...]
    queues: tuple[Entry, ...]
    default_queue: str
    notes: tuple[str, ...] = ()


def live_app(target: Any, unit: Unit) -> LiveApp:
    """Import the app with all modules that its workers import. Raises CannotExamine where it is no app, or they fail."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", message="Task name .* is already registered")
        app = live(target, unit, registry="tasks")
        _refuse_no_app(target, app)
        try:
            app.loader.import_default_modules()
            app.finalize()
            tasks, beat, routes = dict(app.tasks), dict(app.conf.beat_schedule or {}), app.conf.task_routes
        except RAISED as error:
            raise CannotExamine(_broken(target, error, unit)) from error
    for each in caught:
        if not _NAMED.match(str(each.message)):
            warnings.showwarning(
                each.message, each.category, each.filename, each.lineno
            )  # it is not for this check to swallow
    found = list(_routes(routes))
    return LiveApp(
        target if isinstance(target, str) else str(app.main or "the app"),
        tuple(
            Entry(name, getattr(task, "queue", None), None, "runtime")
            for name, task in tasks.items()
            if not name.startswith(BUILT_IN)
        ),
        tuple(_twice(caught)),
        _shows_twice(),
        tuple(
            Entry(name, each.get("task"), None, "runtime") for name, each in beat.items() if isinstance(each, Mapping)
        ),
        tuple(each for each in found if isinstance(each, Entry)),
        tuple(_beat_queues(beat)),
        str(app.conf.task_default_queue),
        tuple(each for each in found if isinstance(each, str)),
    )


def is_app(thing: Any) -> bool:
    """Whether something is a Celery app."""
    try:
        from celery import Celery  # noqa: PLC0415 - only where the unit has it
    except ImportError:
        return False
    return isinstance(_whole(thing), Celery)


def _refuse_no_app(target: Any, app: Any) -> None:
    if is_app(app):
        return
    hint = 'Name the app itself: [tool.integrity.checks.tasks] app = "….celery:app".'
    message = f"{target} is no Celery app but {type(app).__name__}."
    raise CannotExamine(Finding("REG002", str(target), message, hint, registry="tasks"))


def _whole(thing: Any) -> Any:
    """The app behind a proxy such as celery.current_app."""
    evaluated = getattr(thing, "_get_current_object", None)
    return evaluated() if callable(evaluated) else thing


def _broken(target: Any, error: BaseException, unit: Unit) -> Finding:
    message = f"{target} can't be loaded as a worker loads it: {type(error).__name__}: {error}."
    return Finding(
        "REG002",
        str(target),
        message,
        "Mend the import, or the app's configuration.",
        raised_at(error, unit),
        registry="tasks",
    )


def _shows_twice() -> bool:
    import celery.exceptions  # noqa: PLC0415 - only where the unit has it

    return hasattr(celery.exceptions, "DuplicateTaskNameWarning")


def _twice(caught: list[warnings.WarningMessage]) -> Iterator[Entry]:
    for each in caught:
        if (
            each.category.__name__ == "DuplicateTaskNameWarning"
            and (match := _NAMED.search(str(each.message))) is not None
        ):
            yield Entry(match["name"], (match["first"], match["second"]), None, "runtime")


def _routes(routes: Any) -> Iterator[Any]:
    """Entries for the maps in task_routes, which may be lists of pairs too, and a note for each router that is code."""
    for each in routes if isinstance(routes, (list, tuple)) else () if routes is None else (routes,):
        if isinstance(each, (Mapping, list, tuple)):
            pairs = each.items() if isinstance(each, Mapping) else each
            yield from (Entry(key, _queue(value), None, "runtime") for key, value in pairs)
        else:
            yield f"task_routes holds {each!r}, which decides by code."


def _queue(route: Any) -> str | None:
    queue = route.get("queue") if isinstance(route, Mapping) else route
    name = getattr(queue, "name", queue)
    return name if isinstance(name, str) else None


def _beat_queues(beat: Mapping[str, Any]) -> Iterator[Entry]:
    for each in beat.values():
        options = each.get("options") if isinstance(each, Mapping) else None
        queue = options.get("queue") if isinstance(options, Mapping) else None
        if isinstance(queue, str):
            yield Entry(queue, None, None, "runtime")
