"""Processes that a unit serves itself: started in its own env, ready before the tests, ended after them."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integrity.backing.ready import probe_once, wait_until_ready
from integrity.backing.server import Account, Description, Endpoint, Spec, service_fault
from integrity.backing.templates import connection_values, filled
from integrity.errors import UnitFault
from integrity.execute.output import OutputLog
from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.model.need import Kind, Pull, Ready, ReadyBy, listens
from integrity.system.descendants import end_escaped
from integrity.system.ports import LOOPBACK, free_port
from integrity.system.process import Child, OutputPipe, spawn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.model.need import Serve
    from integrity.model.secret import Masker

TRIES = 3  # to find a port that nobody else takes meanwhile
LADDER = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
LOG_BYTES = 1024 * 1024
_TAKEN = ("address already in use", "errno 98", "errno 48", "port is already in use")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where served processes run: whose they are, in which folder and environment, and what marks them."""

    unit: str
    directory: Path
    environment: Mapping[str, str] = field(repr=False)
    logs: Path
    masker: Masker
    mark: str


class Served:
    """A process that is served, in the shape in which servers are waited for."""

    def __init__(self, stage: Stage, serve: Serve, port: int) -> None:
        self._stage = stage
        self._serve = serve
        self._child: Child | None = None
        self._status: asyncio.Task[int] | None = None
        self._pipe: OutputPipe | None = None
        self._log_path = stage.logs / f"{serve.name}.log"
        self._log = OutputLog(self._log_path, stage.masker)
        self._recent = bytearray()  # the file lags behind it by what may be the beginning of a secret
        self.endpoint = Endpoint(host=LOOPBACK, port=port)
        self.admin = Account()
        self.description = Description(provider="unit")
        self.spec = Spec(
            kind=Kind(name=f"{stage.unit}'s {serve.name}", image="", port=port, ready=_ready(serve), url=serve.url),
            image="",
            pull=Pull.NEVER,
        )

    @property
    def variables(self) -> dict[str, str]:
        """What the tests get to reach it."""
        return {} if self._serve.variable is None else {self._serve.variable: self.url}

    @property
    def listens(self) -> bool:
        """Whether it was told of a port."""
        return listens(self._serve)

    @property
    def values(self) -> Mapping[str, object]:
        """What templates may name of it."""
        return connection_values(self.endpoint, self.admin, url=self._serve.url)

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.values["url"])

    async def start(self) -> None:
        """Run what comes before, then the process itself, until it is ready. Raises UnitFault (service)."""
        for command in self._serve.before:
            await self._spawn(command)
            status = await self._ended(self._serve.timeout_s)
            if status != 0:
                how = f"did not end within {self._serve.timeout_s:g} s" if status is None else f"ended with {status}"
                raise self._fault(f"`{' '.join(command)}`, which comes before it, {how}")
        await self._spawn(self._serve.command)
        await wait_until_ready(self, self.spec.kind.ready, self._serve.timeout_s)

    async def failure(self) -> str:
        """Why it runs no longer."""
        if self._status is None or not self._status.done():
            return ""
        return f"exited with code {self._status.result()}"

    async def silence(self) -> str:
        """Why nobody answers at its port; empty where somebody does, or where it has none."""
        if not self.listens:
            return ""
        answer = await probe_once(self, Ready(by=ReadyBy.TCP))
        return "" if answer.is_ready else f"nobody listens at its port any more: {answer.text}"

    async def run(self, command: tuple[str, ...]) -> tuple[int, str]:
        """Nothing runs inside of it."""
        return 127, f"{command[0]}: there is no container to run it in"

    async def health(self) -> str:
        """It has no health check of its own."""
        return ""

    def log_position(self) -> int:
        """Its log is its own, from the start."""
        return 0

    async def log(self, since: int = 0) -> bytes:  # noqa: ARG002 - its log is of one attempt alone
        """The end of what it printed, masked."""
        return self._stage.masker.bytes(bytes(self._recent))

    async def lost_its_port(self) -> bool:
        """Whether it ended because somebody else had taken its port."""
        tail = (await self.log()).decode("utf-8", "replace").lower()
        return bool(await self.failure()) and any(words in tail for words in _TAKEN)

    async def stop(self) -> None:
        """End it and all that it started."""
        if self._child is not None and self._status is not None:
            for number, grace_s in LADDER:
                if self._status.done():
                    break
                self._child.signal_group(number)
                await asyncio.wait({self._status}, timeout=grace_s)
        self._release()
        self._log.close()

    async def _spawn(self, command: tuple[str, ...]) -> None:
        self._release()
        self._recent.clear()  # what came before has its own words, and none of them says that this one is ready
        filled_command = [filled(part, self.values) for part in command]
        pipe = self._pipe = OutputPipe(self._take)
        try:
            self._child = await spawn(
                filled_command,
                cwd=self._stage.directory,
                environment={**self._stage.environment, ATTEMPT_VARIABLE: self._stage.mark},
                stdout=pipe.writing,
                stderr=pipe.writing,
            )
        except OSError as problem:
            raise service_fault(
                f"{self.spec.kind.name}: `{filled_command[0]}` can't be started: {problem.strerror}",
                hint=f"Is its package among the unit's dependencies? The command stands at {self._serve.place}.",
            ) from problem
        pipe.close_writing()
        self._status = asyncio.create_task(self._child.wait())

    def _take(self, data: bytes) -> None:
        self._log.write(data)
        self._recent += data
        del self._recent[:-LOG_BYTES]

    async def _ended(self, timeout_s: float) -> int | None:
        assert self._status is not None
        await asyncio.wait({self._status}, timeout=timeout_s)
        return self._status.result() if self._status.done() else None

    def _release(self) -> None:
        if self._child is not None:
            self._child.signal_group(signal.SIGKILL)
            end_escaped(self._stage.mark)
        if self._pipe is not None:
            self._pipe.close()
        self._child = self._pipe = None

    def _fault(self, message: str) -> UnitFault:
        detail = self._stage.masker.bytes(bytes(self._recent)).decode("utf-8", "backslashreplace")
        hint = f"Its output is in {self._log_path.name} of the unit's services folder; the command stands at {self._serve.place}."
        return service_fault(f"{self.spec.kind.name}: {message}", hint=hint, detail=detail)


async def start_served(stage: Stage, serve: Serve) -> Served:
    """The process, ready. Raises UnitFault (service), and leaves nothing then; a port that was lost is tried again elsewhere."""
    stage.logs.mkdir(parents=True, exist_ok=True)
    for left in reversed(range(TRIES)):
        served = Served(stage, serve, free_port())
        try:
            await served.start()
        except BaseException as problem:
            retry = isinstance(problem, UnitFault) and left > 0 and await served.lost_its_port()
            await served.stop()
            if not retry:
                raise
        else:
            return served
    raise AssertionError("the last try returns or raises")


def _ready(serve: Serve) -> Ready:
    """An open port means something here: the process itself listens on it."""
    return serve.ready or Ready(by=ReadyBy.TCP)
