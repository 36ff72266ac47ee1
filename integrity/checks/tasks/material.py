"""What the checks of tasks judge: read from a unit's sources, or from its live app with the places that sources know."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Mapping

from integrity.checks.model import Entry, Place
from integrity.checks.sources.names import Names, value_of
from integrity.checks.targets import live
from integrity.checks.tasks import crontabs, judges
from integrity.checks.tasks.judges import References, Registrations
from integrity.checks.tasks.lookup import Known, Lookup
from integrity.checks.tasks.queues import Consumed, consumed_by_commands
from integrity.checks.tasks.references import beat_entries, calls_by_name
from integrity.checks.tasks.registered import SHARED, Registered, Task, registered
from integrity.checks.tasks.routes import Routes, written_queues, written_routes
from integrity.checks.tasks.routing import Routing
from integrity.checks.unit import table_of

if TYPE_CHECKING:
    from integrity.checks.adapters.celery import LiveApp
    from integrity.checks.case import Unit

BACKEND_CLEANUP = "celery.backend_cleanup"  # the one built-in task that is commonly routed


@dataclass(frozen=True)
class Written:
    """What sources tell. Each method is the `load` of a case. `declared` is None where nobody declared anything."""

    unit: Unit
    declared: Mapping[str, Any] | None

    def registrations(self) -> Registrations:
        """Every registration."""
        return Registrations(self.registered.tasks, self.registered.unsure)

    def beat(self) -> References:
        """The beat schedule."""
        return self._references(beat_entries(self.unit.sources, self.names))

    def calls(self) -> References:
        """Calls by name."""
        return self._references(calls_by_name(self.unit.sources, self.names))

    def crontabs(self) -> tuple[Entry, ...]:
        """Crontabs."""
        return crontabs.crontabs(self.unit.sources, self.names)

    def apps(self) -> tuple[Entry, ...]:
        """Celery apps."""
        found = []
        for module in self.unit.sources.modules:
            if b"Celery(" in module.content and not module.is_test:
                for statement in module.assignments:
                    made = value_of(statement)
                    if isinstance(made, ast.Call) and module.dotted(made.func) in {
                        "celery.Celery",
                        "celery.app.Celery",
                    }:
                        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                        found.append(
                            Entry(f"{module.name}.{ast.unparse(targets[0])}", None, module.place(statement), "call")
                        )
        return tuple(found)

    def routing(self) -> Routing:
        """Routes and queues."""
        tasks = tuple(Entry(task.name, task.queue, task.place) for task in self.registered.tasks)
        judged = frozenset(str(route.key) for route in self.routes.entries if self._is_own(str(route.key)))
        return Routing(
            self.routes.entries,
            tasks,
            self.registered.names,
            self.queues,
            self.consumed,
            judged,
            (*self.routes.notes, *self.registered.unsure),
        )

    @cached_property
    def consumed(self) -> Consumed:
        """The queues that are consumed."""
        given = self._table.get("queues")
        if given is None:
            return consumed_by_commands(self.unit)
        items = given if isinstance(given, (list, tuple)) else [given]
        return Consumed(frozenset(name for each in items for name in queue_names(each, self.unit)))

    @property
    def has_plain_queues(self) -> bool:
        """Whether the consumed queues are known without an import."""
        given = self._table.get("queues", ())
        return isinstance(given, (list, tuple)) and all(target_of(each, self.unit) is None for each in given)

    @cached_property
    def names(self) -> Names:
        """The names of the unit."""
        return Names(self.unit.sources)

    @cached_property
    def registered(self) -> Registered:
        """The tasks of the unit."""
        return registered(self.unit.sources, self.names)

    @cached_property
    def lookup(self) -> Lookup:
        """What judges a name; strictly only where the declaration has no app, which would know better."""
        is_strict = self.declared is not None and "app" not in self.declared
        return Lookup(self.unit.sources, self.registered, tuple(self._table.get("external", ())), is_strict=is_strict)

    @cached_property
    def routes(self) -> Routes:
        """Routes in literals."""
        return written_routes(self.unit.sources, self.names)

    @cached_property
    def queues(self) -> tuple[Entry, ...]:
        """Queues in calls and beat entries."""
        return written_queues(self.unit.sources, self.names)

    @property
    def _table(self) -> Mapping[str, Any]:
        return self.declared or {}

    def _references(self, entries: tuple[Entry, ...]) -> References:
        notes = self.registered.unsure if entries else ()
        return References(entries, self.lookup.tells, self.lookup.problem, self.lookup.known.hint, notes)

    def _is_own(self, pattern: str) -> bool:
        """Whether sources know all tasks that a pattern can stand for."""
        if "*" not in pattern:
            return self.lookup.tells(pattern)
        first, dot, _ = pattern.partition("*")[0].partition(".")
        modules = self.unit.sources.modules if dot and not self.registered.unsure else ()
        return any(module.name == first or module.name.startswith(f"{first}.") for module in modules)


@dataclass(frozen=True)
class Live:
    """What the app has, with the places that sources know; what `Written` finds already is not said twice."""

    unit: Unit
    declared: Mapping[str, Any]
    written: Written

    def registrations(self) -> Registrations:
        """Every task, and a further one for each that Celery saw registered twice."""
        app = self.app
        known = {finding.entry for finding in judges.judge_duplicates(self.written.registrations()).findings}
        firsts = {str(each.key): each.value[0] for each in app.twice}
        tasks = [
            Task(name, SHARED, self._place(name) or self._function_place(firsts.get(name, "")))
            for name in map(str, (each.key for each in app.tasks))
        ]
        seconds = [
            Task(str(each.key), SHARED, self._function_place(each.value[1]), is_named=True)
            for each in app.twice
            if each.key not in known
        ]
        notes = (
            ()
            if app.shows_twice
            else ("Celery before 5.7 doesn't tell of tasks that are registered twice; only sources do.",)
        )
        return Registrations((*tasks, *seconds), notes)

    def beat(self) -> References:
        """The schedule as beat will read it."""
        written = self.written.beat()
        places = {str(entry.key): entry.place for entry in written.entries}
        entries = [
            each._replace(place=places.get(str(each.key)) or self._home)
            for each in self.app.beat
            if isinstance(each.value, str)
        ]
        return self._references(tuple(entries), written)

    def calls(self) -> References:
        """Calls by name, as sources have them, of tasks that the app has or has not."""
        written = self.written.calls()
        return self._references(written.entries, written)

    def routing(self) -> Routing:
        """The routes that the app has, and every queue that is used."""
        app, written = self.app, self.written.routing()
        places = {str(entry.key): entry.place for entry in written.routes}
        routes = tuple(each._replace(place=places.get(str(each.key)) or self._home) for each in app.routes)
        tasks = tuple(each._replace(place=self._place(str(each.key))) for each in app.tasks)
        names = frozenset(str(each.key) for each in app.tasks) | {BACKEND_CLEANUP}
        return Routing(
            routes, tasks, names, (*written.queues, *app.queues), written.consumed, None, app.notes, app.default_queue
        )

    @cached_property
    def app(self) -> LiveApp:
        """The app, loaded once."""
        from integrity.checks.adapters.celery import live_app  # noqa: PLC0415 - Celery, only where it is asked for

        return live_app(self.declared["app"], self.unit)

    @property
    def _home(self) -> Place | None:
        """Where the app stands: what is made by code is most likely made there."""
        target = self.declared["app"]
        return self._function_place(target.replace(":", ".")) if isinstance(target, str) else None

    def _references(self, entries: tuple[Entry, ...], written: References) -> References:
        known = Known(frozenset(str(each.key) for each in self.app.tasks), tuple(self.declared.get("external", ())))
        return References(
            entries,
            lambda name: not known.is_external(name),
            lambda name: "" if known.has(name) else f"{self.app.name} has no task of this name",
            known.hint,
            (),
            frozenset(str(entry.value) for entry in written.entries if written.problem(entry.value)),
        )

    def _place(self, name: str) -> Place | None:
        return next(
            (task.place for task in self.written.registered.tasks if task.name == name), None
        ) or self._function_place(name)

    def _function_place(self, name: str) -> Place | None:
        there = self.written.names.found(name)
        return there.module.place(there.bound[0]) if there is not None else None


def queue_names(item: Any, unit: Unit) -> list[str]:
    """The queues that an item of `queues` stands for: a name, a registry's keys, or what a target holds."""
    target = target_of(item, unit)
    if target is None:
        return [str(item)]
    held = live(target, unit, registry="queues")
    return [str(each.value if isinstance(each, Enum) else getattr(each, "name", each)) for each in held]


def target_of(item: Any, unit: Unit) -> Any:
    """The target that an item of `queues` is or, as a registry's name, has; None for the name of a queue."""
    if not isinstance(item, str) or ":" in item:
        return item
    registry = table_of(unit).get("registries", {}).get(item)
    return registry.get("target") if isinstance(registry, Mapping) else registry
