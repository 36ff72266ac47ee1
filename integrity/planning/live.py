"""Which units take part in a unit's tests as live servers (`needs = ["unit:billing"]`), and what is wrong with that. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.errors import nearest
from integrity.model.need import listens
from integrity.model.outcome import ErrorKind, UnitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from integrity.model.need import Need
    from integrity.model.unit import Monorepo, Unit
    from integrity.settings import UnitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A unit with its settings, and the other units that it needs running, each by the need that says so."""

    unit: Unit
    settings: UnitSettings
    others: tuple[tuple[Need, Live], ...] = ()

    @property
    def needs(self) -> tuple[Need, ...]:
        """Its own backing services, without other units."""
        return tuple(need for need in self.settings.needs if need.unit is None)

    def all_needs(self) -> Iterator[Need]:
        """The backing services of it and of every unit behind it."""
        yield from self.needs
        for _, other in self.others:
            yield from other.all_needs()


def live(unit: Unit, configured: Callable[[Unit], UnitSettings | UnitError], monorepo: Monorepo) -> Live | UnitError:
    """The unit with all that has to run beside it, or why that can't be: an unknown unit, one that serves nothing, a cycle."""
    return _Resolver(configured, monorepo).live(unit, ())


class _Resolver:
    def __init__(self, configured: Callable[[Unit], UnitSettings | UnitError], monorepo: Monorepo) -> None:
        self._configured = configured
        self._monorepo = monorepo

    def live(self, unit: Unit, way: tuple[Unit, ...]) -> Live | UnitError:
        settings = self._configured(unit)
        if isinstance(settings, UnitError):
            return settings
        others: list[tuple[Need, Live]] = []
        for need in settings.needs:
            if need.unit is not None:
                found = self._other(need, (*way, unit))
                if isinstance(found, UnitError):
                    return found
                others.append((need, found))
        found_live = Live(unit=unit, settings=settings, others=tuple(others))
        return _collision(found_live) or found_live

    def _other(self, need: Need, way: tuple[Unit, ...]) -> Live | UnitError:
        other = self._named(need)
        if isinstance(other, UnitError):
            return other
        if other in way:
            names = " → ".join(unit.name for unit in (*way[way.index(other) :], other))
            return _fault(need, f"units need each other running: {names}", "Take one of these needs out.")
        found = self.live(other, way)
        if isinstance(found, UnitError):
            return _fault(need, f"{other.name} can't run: {found.message}", found.hint or f"Mend {other.name} first.")
        if not found.settings.serve:
            return _fault(
                need, f"{other.name} does not say how it runs", f"Add [tool.integrity.serve] to {other.manifest_path}."
            )
        if not _can_be_reached(need, found):
            hint = (
                f"Give its process a `{{port}}` and an `env-var`, in [tool.integrity.serve] of {other.manifest_path}."
            )
            return _fault(need, f"nothing that {other.name} serves can be reached by the tests", hint)
        return found

    def _named(self, need: Need) -> Unit | UnitError:
        units = self._monorepo.units
        meant = [unit for unit in units if unit.path == need.unit] or [unit for unit in units if unit.name == need.unit]
        if len(meant) == 1:
            return meant[0]
        if meant:
            paths = ", ".join(unit.path for unit in meant)
            return _fault(need, f"{need.unit} is the name of several units", f"Write its path: {paths}.")
        near = nearest(str(need.unit), [unit.name for unit in units])
        return _fault(need, f"there is no unit {need.unit}.{near}", "`integrity list` shows all units.")


def _can_be_reached(need: Need, other: Live) -> bool:
    """What listens has to have a variable, of the need's own or of its own; a worker, which doesn't, needs none."""
    listening = [process for process in other.settings.serve if listens(process)]
    if need.variables:
        return bool(listening)
    return not listening or any(process.variable for process in listening)


def _collision(unit: Live) -> UnitError | None:
    """Two needs, or a need and a process, that would give the tests one variable: the later would hide the earlier."""
    givers = {name: need.name for need in unit.needs for name in need.variables}
    givers |= {process.variable: f"its own {process.name}" for process in unit.settings.serve if process.variable}
    for need, other in unit.others:
        own = {process.variable for process in other.settings.serve if process.variable}
        for name in need.variables or own:
            if name in givers:
                message = f"{name} would be given twice, by {givers[name]} and {need.name}"
                return _fault(need, message, "Choose another name for one of them with `env-var`.")
            givers[name] = need.name
    return None


def _fault(need: Need, message: str, hint: str) -> UnitError:
    return UnitError(kind=ErrorKind.CONFIG, message=f"{need.place}: {message}", hint=hint)
