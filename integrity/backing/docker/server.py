"""A server in a container, as the run sees it."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import re
from typing import TYPE_CHECKING

from integrity.backing.docker.logs import LogFollower
from integrity.backing.ready import did_not_start, last_lines, wait_until_ready
from integrity.backing.server import Description, Endpoint
from integrity.backing.threads import in_thread
from integrity.model.need import ReadyBy
from integrity.settings.images import version_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.backing.docker.addresses import Address
    from integrity.backing.docker.blueprint import Plan
    from integrity.backing.docker.container import Container
    from integrity.backing.docker.engine import Engine

_LAST_WORDS_S = 1.0
_PREFERENCE_S = 0.5
_INSIDE = {ReadyBy.LOG, ReadyBy.EXEC, ReadyBy.HEALTH}
_CHILD_KILLED = re.compile(r"(?m)^Killed$|exit code 137|signal 9\b")  # as shells and PostgreSQL write it


class DockerServer:
    """What `backing.server.Server` asks for, of one container."""

    def __init__(self, engine: Engine, container: Container, plan: Plan) -> None:
        self.spec = plan.spec
        self.admin = plan.admin
        self.endpoint = Endpoint(host="", port=0)
        self.description = Description(provider="docker")
        self._engine = engine
        self._container = container
        self._plan = plan
        self._log = LogFollower(engine, container.name)

    async def become_ready(self) -> Address:
        """Wait until a protocol answers at one of its addresses, and keep that one. Raises UnitFault (service)."""
        endpoints = await self._container.endpoints()
        if not endpoints:
            raise await did_not_start(self, await self.failure() or "the engine published none of its ports")
        number, version = await self._first_ready(endpoints)
        self.endpoint = endpoints[number]
        if failure := await self.failure():
            raise await did_not_start(self, failure)
        version = version or version_of(self.spec.image)
        self.description = Description(provider="docker", version=version, image=str(self._plan.image))
        return self._container.addresses[number]

    async def failure(self) -> str:
        """Why it runs no longer, also when its engine doesn't."""
        failure = await self._container.failure()
        if self._container.has_ended and "memory" not in failure and _CHILD_KILLED.search(last_lines(await self.log())):
            return f"{failure}: a process of it was killed, probably out of memory (limit {self.spec.memory})"
        return failure

    async def health(self) -> str:
        """What the container's own health check says."""
        return await self._container.health()

    async def run(self, command: tuple[str, ...]) -> tuple[int, str]:
        """Exit status and output of a command in the container."""
        return await self._container.run(command)

    def log_position(self) -> int:
        """The number of bytes that it logged."""
        return self._log.position()

    async def log(self, since: int = 0) -> bytes:
        """What it logged from there on."""
        if self._container.has_ended:
            await in_thread(lambda: self._log.wait_for_end(_LAST_WORDS_S))
        return self._log.since(since)

    async def stop(self) -> None:
        """Remove the container."""
        try:
            await self._container.remove()
        finally:
            self._log.close()

    def keepsake(self) -> Mapping[str, str]:
        """Its container and the engine that has it."""
        return {"container": self._container.name, "engine": self._engine.candidate.url}

    async def _first_ready(self, endpoints: tuple[Endpoint, ...]) -> tuple[int, str]:
        """The number of the endpoint that answers, an earlier one before a later one, and the version it told."""
        if self.spec.kind.ready.by in _INSIDE:  # what is seen inside says nothing about the way there
            version = await self._ready_at(endpoints[0])
            return await _first_accepting(endpoints), version
        waits = [asyncio.create_task(self._ready_at(endpoint)) for endpoint in endpoints]
        try:
            pending = set(waits)
            while pending and not _succeeded(waits):
                _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if preferred := waits[: next(iter(_succeeded(waits)), 0)]:
                await asyncio.wait(preferred, timeout=_PREFERENCE_S)
            number = next(iter(_succeeded(waits)), 0)
            return number, waits[number].result()
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _ready_at(self, endpoint: Endpoint) -> str:
        there = copy.copy(self)
        there.endpoint = endpoint
        return await wait_until_ready(there, self.spec.kind.ready, self.spec.timeout_s)


def _succeeded(waits: list[asyncio.Task[str]]) -> list[int]:
    return [number for number, wait in enumerate(waits) if wait.done() and wait.exception() is None]


async def _first_accepting(endpoints: tuple[Endpoint, ...]) -> int:
    """The number of the first endpoint that accepts a connection, as the engine's proxy does from the beginning; else the first."""
    for number, endpoint in enumerate(endpoints):
        with contextlib.suppress(OSError):
            async with asyncio.timeout(_PREFERENCE_S):
                _, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
            writer.close()
            return number
    return 0
