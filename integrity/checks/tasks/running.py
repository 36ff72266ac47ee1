"""What the checks of tasks judge, as the live app has it, with the places that sources know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Mapping

from integrity.checks.tasks import judges
from integrity.checks.tasks.judges import References, Registrations
from integrity.checks.tasks.lookup import Known
from integrity.checks.tasks.registered import SHARED, Task
from integrity.checks.tasks.routing import Routing

if TYPE_CHECKING:
    from integrity.checks.adapters.celery import LiveApp
    from integrity.checks.case import Unit
    from integrity.checks.model import Entry, Place
    from integrity.checks.tasks.written import Written

BACKEND_CLEANUP = "celery.backend_cleanup"  # the one built-in task that is commonly routed


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
        others = {str(each.key) for each in app.routes if self._known.is_external(str(each.key))}
        names = frozenset({*(str(each.key) for each in app.tasks), *others, BACKEND_CLEANUP})
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
        known = self._known
        return References(
            entries,
            lambda name: not known.is_external(name),
            lambda name: "" if known.has(name) else f"{self.app.name} has no task of this name",
            known.hint,
            (),
            frozenset(str(entry.value) for entry in written.entries if written.problem(entry.value)),
        )

    @cached_property
    def _known(self) -> Known:
        return Known(frozenset(str(each.key) for each in self.app.tasks), tuple(self.declared.get("external", ())))

    def _place(self, name: str) -> Place | None:
        return self._places.get(name) or self._function_place(name)

    @cached_property
    def _places(self) -> dict[str, Place | None]:
        return {task.name: task.place for task in reversed(self.written.registered.tasks)}

    def _function_place(self, name: str) -> Place | None:
        there = self.written.names.found(name)
        return there.module.place(there.bound[0]) if there is not None else None
