"""The judgements about routes and queues, over plain material, and its spoiled copies."""

from __future__ import annotations

from typing import Iterator, NamedTuple

from integrity.checks.model import Entry, Examined, Finding, Place
from integrity.checks.tasks.judges import matches
from integrity.checks.tasks.queues import Consumed

Entries = tuple[Entry, ...]


class Routing(NamedTuple):
    """`routes`: key is a pattern, value a queue or None. `tasks`: key is a name, value its own queue or None.

    `queues`: key is the name of a queue that something else is sent to. `judged` are the patterns that can be judged;
    None for all. `default` is the queue of tasks that have none; "" where it is not known.
    """

    routes: Entries
    tasks: Entries
    names: frozenset[str]
    queues: Entries = ()
    consumed: Consumed = Consumed(frozenset(), (), is_known=False)
    judged: frozenset[str] | None = None
    notes: tuple[str, ...] = ()
    default: str = ""


def judge_routes(material: Routing) -> Examined:
    """TSK103."""
    judged = [route for route in material.routes if material.judged is None or route.key in material.judged]
    findings = [
        Finding(
            "TSK103",
            _text(route.key),
            f"The route {_text(route.key)!r} matches no task, so it routes nothing.",
            "Mend the pattern, or remove the route.",
            _places(route.place),
        )
        for route in judged
        if not any(matches(route.key, name) for name in material.names)
    ]
    return Examined(len(judged), tuple(findings), material.notes)


def spoiled_routes(material: Routing) -> Iterator[Routing]:
    """Each with one pattern more that matches nothing."""
    if material.routes and (material.judged is None or material.judged):
        gone = "no.such.task.*"
        judged = None if material.judged is None else material.judged | {gone}
        yield material._replace(routes=(*material.routes, material.routes[0]._replace(key=gone)), judged=judged)


def judge_routed(material: Routing) -> Examined:
    """TSK104."""
    findings = [
        Finding(
            "TSK104",
            task.key,
            f"{task.key} has no route and no queue of its own, so it goes to the default queue.",
            "Add it to task_routes, or give it queue=….",
            _places(task.place),
        )
        for task in material.tasks
        if _is_unrouted(task, material)
    ]
    return Examined(len(material.tasks), tuple(findings), material.notes)


def spoiled_routed(material: Routing) -> Iterator[Routing]:
    """Each with a task of another name, and no queue."""
    for task in material.tasks[:1]:
        yield material._replace(tasks=(*material.tasks, task._replace(key="\0unrouted", value=None)))


def judge_queues(material: Routing) -> Examined:
    """TSK105."""
    if not material.consumed.is_known:
        return Examined(0, (), (*material.notes, *material.consumed.notes))
    used = _used(material)
    findings = [
        Finding(
            "TSK105",
            queue,
            f"Tasks are sent to the queue {queue!r}, but no worker consumes it: they wait there for ever.",
            "Add it to a worker's -Q, or mend the name.",
            (*places, *material.consumed.places),
        )
        for queue, places in used.items()
        if queue not in material.consumed.names
    ]
    return Examined(len(used), tuple(findings), material.notes)


def spoiled_queues(material: Routing) -> Iterator[Routing]:
    """Each without one of the queues that are consumed and used, or with another one used."""
    if material.consumed.is_known and _used(material):
        yield material._replace(queues=(*material.queues, Entry("\0no-such-queue")))
    for queue in [name for name in _used(material) if name in material.consumed.names][:2]:
        yield material._replace(consumed=material.consumed._replace(names=material.consumed.names - {queue}))


def _used(material: Routing) -> dict[str, tuple[Place, ...]]:
    """Every queue that something is sent to, with the places that say so."""
    used: dict[str, tuple[Place, ...]] = {}
    pairs = [(entry.value, entry.place) for entry in (*material.routes, *material.tasks)]
    pairs += [(entry.key, entry.place) for entry in material.queues]
    pairs += [
        (material.default, entry.place)
        for entry in material.tasks
        if material.default and _is_unrouted(entry, material)
    ]
    for queue, place in pairs:
        if queue:
            used[queue] = (*used.get(queue, ()), *_places(place))
    return used


def _is_unrouted(task: Entry, material: Routing) -> bool:
    return task.value is None and not any(matches(route.key, task.key) for route in material.routes)


def _text(pattern: object) -> str:
    return str(getattr(pattern, "pattern", pattern))


def _places(place: Place | None) -> tuple[Place, ...]:
    return (place,) if place is not None else ()
