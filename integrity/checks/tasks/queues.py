"""Which queues a unit's workers consume, by the commands that start them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from integrity.checks.model import Place
from integrity.checks.sources.names import Names
from integrity.checks.tasks.routes import written
from integrity.checks.unit import table_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit

FILES = ("*compose*.yml", "*compose*.yaml", "Procfile*", "Dockerfile*", "*.Dockerfile", "*.sh", "supervisord*.conf")
DEFAULT = "celery"  # what Celery calls the queue of a worker and a task that name none
_WORKER = re.compile(r"\bcelery\b(?:(?!\bcelery\b)[^#]){0,200}?\bworker\b", re.DOTALL)
_QUEUES = re.compile(r"(?:-Q|--queues)[\s=,\"'\[\]-]*(?P<names>[^\s\"'\]]+)")
_NAMES = re.compile(r"[\w.:-]+(,[\w.:-]+)*")


class Consumed(NamedTuple):
    """The queues that are consumed, and where that stands. `is_known` is false where it can't be told; `notes` say why."""

    names: frozenset[str]
    places: tuple[Place, ...] = ()
    is_known: bool = True
    notes: tuple[str, ...] = ()


def consumed_by_commands(unit: Unit) -> Consumed:
    """What the unit's worker commands consume; not known where there is no such command, or one is computed."""
    found: set[str] = set()
    places: list[Place] = []
    for path, text in _texts(unit):
        for worker in _WORKER.finditer(text):
            line = text.count("\n", 0, worker.start()) + 1
            given = _QUEUES.search(text, worker.start(), _end(text, worker.end()))
            if given is None:
                found |= {_default_queue(unit), *_declared_queues(unit)}
            elif _NAMES.fullmatch(given["names"]):
                found.update(given["names"].split(","))
            else:
                return Consumed(frozenset(), (), False, (f"{path}:{line}: the queues of this worker are computed.",))
            places.append(Place(path, line, None, "expected"))
    if not places:
        return Consumed(frozenset(), (), False, ("no command that starts a Celery worker was found.",))
    return Consumed(frozenset(found), tuple(places))


def _texts(unit: Unit) -> list[tuple[str, str]]:
    paths = unit.sources.matching(*FILES)
    texts = [(path, unit.sources.text(path)) for path in paths if b"worker" in unit.sources.bytes(path)]
    served = table_of(unit).get("serve", {})
    if isinstance(served, dict) and isinstance(served.get("command"), str):
        texts.append((unit.sources.from_unit("pyproject.toml"), served["command"]))
    return texts


def _end(text: str, start: int) -> int:
    """Where a command ends at the latest: at the next one, or at an empty line."""
    ends = [text.find(mark, start) for mark in ("\n\n", "celery ", "\n  image:", "\n    image:", "&&")]
    return min((end for end in ends if end != -1), default=len(text))


def _default_queue(unit: Unit) -> str:
    names = Names(unit.sources)
    for module, value in written(unit.sources, "task_default_queue"):
        name = names.constant(module, value)
        if isinstance(name, str):
            return name
    return DEFAULT


def _declared_queues(unit: Unit) -> set[str]:
    """The names in `task_queues`, which a worker without -Q consumes: first arguments of Queue(…), or keys of a dict."""
    found: set[str] = set()
    names = Names(unit.sources)
    for module, value in written(unit.sources, "task_queues"):
        for node in [
            *getattr(value, "keys", ()),
            *(each.args[0] for each in getattr(value, "elts", ()) if getattr(each, "args", None)),
        ]:
            name = names.constant(module, node)
            if isinstance(name, str):
                found.add(name)
    return found
