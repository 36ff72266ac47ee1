"""The provider `docker`: one engine for the run, and a container for each server that is wanted."""

from __future__ import annotations

import asyncio
import itertools
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from integrity.backing.docker.addresses import addresses
from integrity.backing.docker.blueprint import Plan, admin_of, container_name
from integrity.backing.docker.container import Container, NoSuchAddressError, PortTakenError, RefusedError
from integrity.backing.docker.engine import Engine, EngineGoneError, connect
from integrity.backing.docker.images import STALL_S, Images
from integrity.backing.docker.removal import sweep
from integrity.backing.docker.server import DockerServer
from integrity.backing.server import Unavailable, service_fault
from integrity.model.secret import MASK
from integrity.system.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from integrity.backing.docker.addresses import Address
    from integrity.backing.server import Progress, Site, Spec

_TRIES = 3


class DockerProvider:
    """Servers in containers. The engine is looked for once, when the first server is wanted.

    `free_port` is asked for the rare server that must be told its own port before it starts.
    """

    name = "docker"

    def __init__(self, site: Site, *, stall_s: float = STALL_S, free_port: Callable[[], int] = free_port) -> None:
        self._site = site
        self._stall_s = stall_s
        self._free_port = free_port
        self._numbers = itertools.count(1)
        self._connecting: asyncio.Task[_Connection | Unavailable] | None = None
        self._containers: list[Container] = []

    async def start(self, spec: Spec, progress: Progress) -> DockerServer:
        """A server that is ready, in a container of its own; whatever else happens, its container is gone."""
        connection = await self._connected()
        try:
            return await self._started(connection, spec, progress)
        except EngineGoneError as gone:
            raise connection.engine.gone(gone) from None

    async def close(self, *, keep: bool) -> None:
        """Remove all containers that are left, unless they are to be kept."""
        if not keep:
            await asyncio.gather(*(container.remove() for container in self._containers))
        if self._connecting is None or self._connecting.cancel():
            return
        connection = self._connecting.result()
        if isinstance(connection, _Connection):
            connection.engine.client.close()

    async def _connected(self) -> _Connection:
        if self._connecting is None:
            self._connecting = asyncio.create_task(_connect(self._site, self._stall_s))
        outcome = await asyncio.shield(self._connecting)
        if isinstance(outcome, Unavailable):
            raise Unavailable(outcome.reason, hint=outcome.hint)
        return outcome

    async def _started(self, connection: _Connection, spec: Spec, progress: Progress) -> DockerServer:
        image = await connection.images.get(spec, progress)
        progress(f"starting {image.reference}")
        plan = Plan(
            spec=spec,
            site=self._site,
            image=image,
            admin=admin_of(spec),
            name=container_name(self._site.run_id, next(self._numbers), spec.kind.name),
            addresses=connection.addresses,
        )
        container = await self._made(connection.engine, plan)
        server = DockerServer(connection.engine, container, plan)
        try:
            connection.addresses = (await server.become_ready(),)
        except BaseException:
            await server.stop()
            raise
        return server

    async def _made(self, engine: Engine, plan: Plan) -> Container:
        """A container that runs; one more try each time that somebody else got its port."""
        for _ in range(_TRIES):
            container = Container(engine, plan.blueprint(self._free_port))
            self._containers.append(container)
            try:
                await container.make()
            except NoSuchAddressError:
                plan = replace(plan, addresses=plan.addresses[:1])
                await container.remove()
            except PortTakenError:
                await container.remove()
            except RefusedError as refused:
                await container.remove()
                raise _refusal(plan, refused) from None
            except BaseException:
                await container.remove()
                raise
            else:
                return container
        raise Unavailable(
            f"the engine lost the race for a port {_TRIES} times",
            hint="Run fewer programs at once that publish ports.",
        )


class _Connection:
    """The engine, its images, and where its published ports are: once a server answered at one address, only that."""

    def __init__(self, engine: Engine, images: Images, addresses: tuple[Address, ...]) -> None:
        self.engine = engine
        self.images = images
        self.addresses = addresses


async def _connect(site: Site, stall_s: float) -> _Connection | Unavailable:
    try:
        engine = await connect(site.host)
    except Unavailable as reason:
        return reason
    threading.Thread(target=sweep, args=(engine.client,), daemon=True, name="backing-sweep").start()
    images = Images(engine, prefix=site.image_prefix, stall_s=stall_s)
    return _Connection(engine, images, await addresses(engine))


def _refusal(plan: Plan, refused: RefusedError) -> Exception:
    spec = plan.spec
    words = str(refused).replace(plan.admin.password, MASK) if plan.admin.password else str(refused)
    if refused.is_ours:
        return service_fault(
            f"{spec.kind.name} can't be started from {spec.image}: {words}",
            hint="Look at the need's `command`, `environment` and `memory`.",
        )
    return Unavailable(f"the engine can't start {spec.image}: {words}", hint="Ask the engine itself: `docker info`.")
