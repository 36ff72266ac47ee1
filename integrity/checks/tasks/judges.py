"""The judgements about tasks, over plain material, and its spoiled copies."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Callable, Iterator, NamedTuple

from integrity.checks.model import Entry, Examined, Finding, Place
from integrity.checks.tasks.crontabs import problem_of
from integrity.checks.tasks.lookup import pattern_of
from integrity.checks.tasks.registered import SHARED, Task

Entries = tuple[Entry, ...]


class References(NamedTuple):
    """Names of tasks, each the value of an entry. `tells` says which can be judged, `problem` what is wrong with one."""

    entries: Entries
    tells: Callable[[str], bool]
    problem: Callable[[str], str]
    hint: Callable[[str], str]
    notes: tuple[str, ...] = ()
    passed_over: frozenset[str] = frozenset()  # names of which another check tells


class Registrations(NamedTuple):
    """Every registration of a task, and what couldn't be read."""

    tasks: tuple[Task, ...]
    notes: tuple[str, ...] = ()


def judge_duplicates(material: Registrations) -> Examined:
    """TSK101."""
    groups: dict[str, list[Task]] = {}
    for task in material.tasks:
        groups.setdefault(task.name, []).append(task)
    clashes = ([each for each in group if _clashes(each, group)] for group in groups.values() if len(group) > 1)
    findings = tuple(_twice(group) for group in clashes if group)
    return Examined(len(material.tasks), findings, material.notes)


def spoiled_duplicates(material: Registrations) -> Iterator[Registrations]:
    """Each with one more registration of a name that stood once."""
    times = Counter(task.name for task in material.tasks)
    for task in [task for task in material.tasks if times[task.name] == 1][:3]:
        yield material._replace(tasks=(*material.tasks, task._replace(is_named=True)))


def judge_beat(material: References) -> Examined:
    """TSK102."""
    return _judged(
        material, "TSK102", "The beat entry {key!r} sends {value!r}, but {problem}: workers throw it away each time."
    )


def judge_calls(material: References) -> Examined:
    """TSK106."""
    return _judged(material, "TSK106", "{value!r} is called by name, but {problem}: workers throw the message away.")


def spoiled_references(material: References) -> Iterator[References]:
    """Each with one name that leads nowhere."""
    judged = [index for index, entry in enumerate(material.entries) if material.tells(entry.value)]
    for index in judged[:3]:
        entry = material.entries[index]
        wrong = entry._replace(key=f"{entry.key} (spoiled)", value=f"{entry.value}_that_is_gone")
        yield material._replace(entries=(*material.entries[:index], wrong, *material.entries[index + 1 :]))


def judge_crontabs(entries: Entries) -> Examined:
    """TSK107."""
    findings = []
    for entry in entries:
        problem, level = problem_of(entry.value)
        if problem:
            hint = "Give it a minute, such as minute=0." if level == "warning" else "Mend the field."
            findings.append(
                Finding("TSK107", entry.key, f"{entry.key}: {problem}.", hint, _places(entry.place), level=level)
            )
    return Examined(len(entries), tuple(findings))


def spoiled_crontabs(entries: Entries) -> Iterator[Entries]:
    """Each with an hour that no day has."""
    for index, entry in enumerate(entries[:3]):
        wrong = entry._replace(key=f"{entry.key} (spoiled)", value={**entry.value, "hour": 25})
        yield (*entries[:index], wrong, *entries[index + 1 :])


def judge_apps(entries: Entries) -> Examined:
    """TSK108."""
    places = tuple(place for entry in entries for place in _places(entry.place))
    findings = [
        Finding(
            "TSK108",
            entry.key,
            f"{entry.key} is a further Celery app beside {entries[0].key}: a task of one is unknown to the workers of the other.",
            "Import the one app, or use shared_task.",
            (*_places(entry.place), *(place._replace(role="duplicate") for place in places if place != entry.place)),
            level="warning",
        )
        for entry in entries[1:]
    ]
    return Examined(len(entries), tuple(findings))


def spoiled_apps(entries: Entries) -> Iterator[Entries]:
    """One more app."""
    if entries:
        yield (*entries, entries[0]._replace(key=f"{entries[0].key}_spoiled"))


def matches(pattern: Any, name: str) -> bool:
    """Whether a key of task_routes, a string or a compiled pattern, stands for a task; as Celery itself decides."""
    if not isinstance(pattern, str):
        return bool(pattern.match(name))
    return bool(re.match(pattern_of(pattern), name)) if "*" in pattern else pattern == name


def _judged(material: References, code: str, text: str) -> Examined:
    findings = []
    judged = [entry for entry in material.entries if material.tells(entry.value)]
    for entry in judged:
        problem = material.problem(entry.value)
        if problem and entry.value not in material.passed_over:
            message = text.format(key=entry.key, value=entry.value, problem=problem)
            findings.append(Finding(code, str(entry.key), message, material.hint(entry.value), _places(entry.place)))
    return Examined(len(judged), tuple(findings), material.notes)


def _clashes(task: Task, group: list[Task]) -> bool:
    """Whether another task of the name is in the same app, and surely another one, not the same file seen from another folder."""
    others = list(group)
    others.remove(task)
    return any(
        (task.app == other.app or SHARED in {task.app, other.app})
        and (task.is_named or other.is_named or _path(task) == _path(other))
        for other in others
    )


def _path(task: Task) -> str:
    return task.place.path if task.place is not None else ""


def _twice(group: list[Task]) -> Finding:
    name = group[0].name
    places = [place for task in group for place in _places(task.place)]
    message = f"{len(group)} tasks are registered as {name!r}: Celery keeps only one of them, and calls of the others run it instead."
    hint = "Give each task a name of its own."
    return Finding(
        "TSK101", name, message, hint, (*places[:1], *(place._replace(role="duplicate") for place in places[1:]))
    )


def _places(place: Place | None) -> tuple[Place, ...]:
    return (place,) if place is not None else ()
