"""A unit with all that its tests need: its env, its leases, other units' servers, and what it serves itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from integrity.backing.templates import filled
from integrity.backing.together import together
from integrity.execute.serve import Stage, start_served
from integrity.model.secret import secret_values
from integrity.system.environment import unit_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AsyncExitStack
    from pathlib import Path

    from integrity.envs import Env
    from integrity.execute.serve import Served
    from integrity.execute.services import AttemptServices
    from integrity.model.need import Need
    from integrity.planning.live import Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A unit that can start: `environment` has its leases' variables, `directory` is its folder."""

    live: Live
    directory: Path
    env: Env
    environment: Mapping[str, str] = field(repr=False)
    served: tuple[Served, ...] = ()
    others: tuple[tuple[Need, Prepared], ...] = ()

    def secrets(self) -> frozenset[str]:
        """What is secret in its environment and in those of the units behind it."""
        own = secret_values(self.environment, self.live.settings.secrets)
        return own.union(*(other.secrets() for _, other in self.others))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where an attempt stands: the root, the caller's environment, the id of its unit, and the mark of what it serves."""

    root: Path
    host: Mapping[str, str] = field(repr=False)
    unit: str
    mark: str


async def prepare(
    live: Live, ground: Ground, services: AttemptServices, stack: AsyncExitStack, *, prefix: str = ""
) -> Prepared:
    """Everything that needs no slot, all at once. What was taken is given back by `stack`. Raises UnitFault."""
    directory = ground.root / live.unit.path
    environment = unit_environment(ground.host, live.settings, directory, ground.root)
    owner = f"{ground.unit}/{prefix}".rstrip("./")
    env, leases, *others = await together(
        services.env_of(live),
        services.leases_of(live, prefix, owner, stack),
        *(prepare(other, ground, services, stack, prefix=f"{prefix}{need.name}.") for need, other in live.others),
    )
    given = {name: value for lease in leases for name, value in lease.variables.items()}
    return Prepared(
        live=live,
        directory=directory,
        env=env,
        environment={**environment, **given},
        others=tuple(zip((need for need, _ in live.others), others, strict=True)),
    )


async def serve(
    prepared: Prepared, ground: Ground, services: AttemptServices, stack: AsyncExitStack, *, prefix: str = ""
) -> Prepared:
    """Start the other units' servers, then what the unit serves itself; the result's environment has all their URLs."""
    environment = dict(prepared.environment)
    behind = (serve(other, ground, services, stack, prefix=f"{prefix}{need.name}.") for need, other in prepared.others)
    for (need, _), live in zip(prepared.others, await together(*behind), strict=True):
        environment |= _variables(need, live.served)
    path = os.pathsep.join((str(prepared.env.python.parent), environment.get("PATH", os.defpath)))
    environment |= {"VIRTUAL_ENV": str(prepared.env.directory), "PATH": path}
    running: list[Served] = []
    for process in prepared.live.settings.serve:
        stage = Stage(
            unit=prepared.live.unit.name,
            directory=prepared.directory,
            environment=environment,
            logs=services.folder,
            masker=services.masker,
            mark=f"{ground.mark}/{prefix}{process.name}/",  # its own: what a process leaves is ended without its neighbours
        )
        with services.waiting():
            served = await start_served(stage, replace(process, name=f"{prefix}{process.name}"))
        stack.push_async_callback(served.stop)
        services.on_served(f"{prefix}{process.name}", served)
        environment |= served.variables
        running.append(served)
    return replace(prepared, environment=environment, served=tuple(running))


def _variables(need: Need, served: tuple[Served, ...]) -> dict[str, str]:
    """What a unit gets of another unit's server: under the names that its need gives, else under those of the other's own."""
    if not need.variables:
        return {name: value for process in served for name, value in process.variables.items()}
    listening = next(process for process in served if process.listens)  # `planning.live` saw to it
    return {name: filled(template, listening.values) for name, template in need.variables.items()}
