"""Which backing services the units of a monorepo need, and whence a run would take them here; for `integrity doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.backing.leases import variable_of
from integrity.backing.presence import Engine, engine_of, source_of
from integrity.errors import UnitFault
from integrity.settings import unit_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integrity.model.need import Need
    from integrity.model.unit import Unit
    from integrity.settings import RootSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One kind of service, the units that need it, its source (empty: there is none), and the variable that can give it."""

    kind: str
    paths: tuple[str, ...]
    source: str
    variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The engine, and what it or others would be asked for."""

    engine: Engine
    services: tuple[Service, ...]


def looked_at(settings: RootSettings, units: Sequence[Unit], host: Mapping[str, str]) -> Services:
    """The services of all units whose configuration can be read."""
    engine = engine_of(host)
    wanted: dict[tuple[str, str], tuple[Need, list[str]]] = {}
    for unit in units:
        for need in _needs(settings, unit):
            if need.kind is not None:
                wanted.setdefault((need.kind.name, need.image), (need, []))[1].append(unit.path)
    services = tuple(
        Service(
            kind=need.kind.name,
            paths=tuple(dict.fromkeys(paths)),
            source=source_of(need, host, engine),
            variable=variable_of(need.kind.name),
        )
        for need, paths in wanted.values()
        if need.kind is not None
    )
    return Services(engine=engine, services=services)


def _needs(settings: RootSettings, unit: Unit) -> tuple[Need, ...]:
    """Empty where the unit's configuration is at fault, which is another item's to tell."""
    try:
        return () if unit.problem is not None else unit_settings(settings, unit).needs
    except UnitFault:
        return ()
