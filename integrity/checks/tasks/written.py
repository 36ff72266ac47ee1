"""What the checks of tasks judge, as a unit's sources tell it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Mapping

from integrity.checks.model import Entry
from integrity.checks.sources.names import Names, value_of
from integrity.checks.targets import live
from integrity.checks.tasks import crontabs
from integrity.checks.tasks.judges import References, Registrations
from integrity.checks.tasks.lookup import Lookup
from integrity.checks.tasks.queues import Consumed, consumed_by_commands
from integrity.checks.tasks.references import beat_entries, calls_by_name
from integrity.checks.tasks.registered import Registered, registered
from integrity.checks.tasks.routes import Routes, written_queues, written_routes
from integrity.checks.tasks.routing import Routing
from integrity.checks.unit import table_of

if TYPE_CHECKING:
    from integrity.checks.case import Unit


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
