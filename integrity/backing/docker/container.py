"""One container: made, started, looked at and removed, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING, Any

from integrity.backing.docker.engine import EngineGoneError
from integrity.backing.docker.removal import remove_container
from integrity.backing.server import Endpoint

if TYPE_CHECKING:
    from integrity.backing.docker.addresses import Address
    from integrity.backing.docker.blueprint import Blueprint
    from integrity.backing.docker.engine import Engine

REMOVE_S = 10.0
_ANSWER_S = 2.0
_PING_S = 1.0
_MAPPING_S = 10.0
_KILLED = 137
_PORT_TAKEN = re.compile(
    r"port is already allocated|address already in use|ports are not available|proxy already running"
)
_NO_SUCH_ADDRESS = "cannot assign requested address"


class PortTakenError(Exception):
    """Somebody else took the port that the engine meant to publish on."""


class NoSuchAddressError(PortTakenError):
    """The engine's machine does not have one of the addresses to publish on."""


class RefusedError(Exception):
    """The engine refused to create or start the container; the message is its own, on one line."""

    def __init__(self, text: str, *, is_ours: bool) -> None:
        super().__init__(text)
        self.is_ours = is_ours


class Container:
    """The container of one blueprint."""

    def __init__(self, engine: Engine, blueprint: Blueprint) -> None:
        self.name = blueprint.name
        self.addresses = blueprint.addresses
        self._engine = engine
        self._blueprint = blueprint
        self._making: asyncio.Future[None] | None = None
        self._removal: asyncio.Task[None] | None = None
        self.has_ended = False

    async def make(self) -> None:
        """Create and start it. Raises RefusedError, PortTakenError or EngineGoneError; then it may be there all the same."""
        self._making = asyncio.ensure_future(self._engine.ask(self._make))
        self._making.add_done_callback(lambda making: making.cancelled() or making.exception())
        await asyncio.shield(self._making)

    async def remove(self) -> None:
        """Remove it, also while it is still being made. Never raises; an engine that hangs is given up."""
        if self._removal is None:
            self._removal = asyncio.create_task(self._remove())
        await asyncio.shield(self._removal)

    async def failure(self) -> str:
        """Why it runs no longer; empty while it runs."""
        from docker.errors import APIError  # noqa: PLC0415 - heavy

        try:
            state = (await self._inspected())["State"]
        except APIError as refused:
            return "its container is gone" if refused.status_code == 404 else ""  # noqa: PLR2004 - HTTP
        except EngineGoneError:
            gone = await self._engine.failure(_PING_S)  # an engine that is only busy still answers that
            return f"the engine no longer answers: {gone}" if gone else ""
        if state.get("Running") or state.get("Status") in {"created", "restarting", "paused"}:
            return ""
        self.has_ended = True
        return self._end_in_words(state)

    async def health(self) -> str:
        """What its own health check says; empty where it has none, or nobody can be asked."""
        from docker.errors import APIError  # noqa: PLC0415 - heavy

        try:
            state = (await self._inspected())["State"]
        except (APIError, EngineGoneError):
            return ""
        return str((state.get("Health") or {}).get("Status") or "")

    async def endpoints(self) -> tuple[Endpoint, ...]:
        """Where it is reached, for each of its addresses; none when it ended before the engine had published its ports."""
        from docker.errors import NotFound  # noqa: PLC0415 - heavy

        loop = asyncio.get_running_loop()
        deadline, pause_s = loop.time() + _MAPPING_S, 0.01
        while True:
            try:
                found = await self._inspected(deadline_s=_MAPPING_S)
            except NotFound:
                return ()
            mapping = (found.get("NetworkSettings") or {}).get("Ports") or {}
            endpoints = tuple(self._endpoint(mapping, address) for address in self.addresses)
            if all(endpoints):
                return tuple(filter(None, endpoints))
            if not found["State"].get("Running") or loop.time() > deadline:
                return ()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 0.25)

    async def run(self, command: tuple[str, ...]) -> tuple[int, str]:
        """Exit status and output of a command inside of it; an engine that refuses counts as 126."""
        from docker.errors import APIError  # noqa: PLC0415 - heavy

        def work(client: Any) -> tuple[int, str]:
            identity = client.exec_create(self.name, list(command))["Id"]
            output = client.exec_start(identity)
            return int(client.exec_inspect(identity)["ExitCode"] or 0), output.decode(errors="replace")

        try:
            return await self._engine.ask(work)
        except (APIError, EngineGoneError) as problem:
            return 126, str(problem)

    def _make(self, client: Any) -> None:
        from docker.errors import APIError  # noqa: PLC0415 - heavy

        try:
            client.create_container(**self._blueprint.arguments(client))
            if self._removal is None:
                client.start(self.name)
        except APIError as refused:
            text = " ".join((refused.explanation or str(refused)).split())
            if _NO_SUCH_ADDRESS in text:
                raise NoSuchAddressError(text) from None
            if _PORT_TAKEN.search(text):
                raise PortTakenError(text) from None
            raise RefusedError(text, is_ours=_is_ours(refused.status_code, text)) from None

    async def _remove(self) -> None:
        with contextlib.suppress(TimeoutError, EngineGoneError):
            async with asyncio.timeout(REMOVE_S):
                if self._making is not None:
                    await asyncio.wait({self._making})
                    await self._engine.ask(lambda client: remove_container(client, self.name))

    async def _inspected(self, deadline_s: float = _ANSWER_S) -> dict[str, Any]:
        found: dict[str, Any] = await self._engine.ask(
            lambda client: client.inspect_container(self.name), deadline_s=deadline_s
        )
        return found

    def _endpoint(self, mapping: dict[str, Any], address: Address) -> Endpoint | None:
        ports = {}
        for port in self._blueprint.ports:
            bound = [each for each in mapping.get(f"{port}/tcp") or () if each.get("HostPort")]
            bound.sort(key=lambda each: each.get("HostIp") != address.bind)
            if not bound:
                return None
            ports[port] = int(bound[0]["HostPort"])
        return Endpoint(host=address.connect, port=ports[self._blueprint.ports[0]], ports=ports)

    def _end_in_words(self, state: dict[str, Any]) -> str:
        code, memory = state.get("ExitCode"), f"out of memory (limit {self._blueprint.memory})"
        if state.get("OOMKilled"):
            return f"exited with code {code}, {memory}"
        if code == _KILLED:  # not every engine hears of it when the kernel did that
            return f"exited with code {code}: it was killed, probably {memory}"
        return f"exited with code {code}" + (f": {state['Error']}" if state.get("Error") else "")


def _is_ours(status: int | None, text: str) -> bool:
    """Whether what was asked for is at fault (its command, its memory), and not the engine."""
    is_request = status is not None and 400 <= status < 500 and status != 404  # noqa: PLR2004 - HTTP
    return is_request or re.search(r'executable file|exec: "|exec format error', text) is not None
