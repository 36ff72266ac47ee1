"""Waits until a server answers from where its units will connect. It starts nothing, stops nothing and changes nothing."""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar, assert_never

from integrity.backing.probes import PROBES
from integrity.backing.probes.answer import NotReadyError
from integrity.backing.probes.http import probe_http
from integrity.backing.probes.tcp import probe_tcp
from integrity.backing.server import Endpoint, service_fault
from integrity.model.need import ReadyBy

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from integrity.backing.server import Account, Spec
    from integrity.errors import UnitFault
    from integrity.model.need import Ready

Value = TypeVar("Value")

_FIRST_PAUSE_S = 0.025
_LONGEST_PAUSE_S = 0.25
_PROBE_S = 2.0
_COMMAND_S = 30.0  # what is run in a container may have to boot a virtual machine of its own first
_FAILURE_EVERY_S = 0.25
_LOG_LINES = 30


class Awaited(Protocol):
    """What a provider has of a server that it started and that isn't ready yet; methods as those of `Server`."""

    @property
    def spec(self) -> Spec: ...  # noqa: D102
    @property
    def endpoint(self) -> Endpoint: ...  # noqa: D102
    @property
    def admin(self) -> Account: ...  # noqa: D102

    async def failure(self) -> str:
        """Why it runs no longer, empty while it runs."""

    async def run(self, command: tuple[str, ...]) -> tuple[int, str]:
        """Exit status and output of a command inside of the server's container."""

    async def log(self, since: int = 0) -> bytes:
        """What it logged so far."""

    async def health(self) -> str:
        """What the container's own health check says (`starting`, `healthy`, `unhealthy`); empty where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one probe learned: `text` is what a server that isn't ready said; with `is_final` it never will be."""

    is_ready: bool
    text: str = ""
    version: str = ""
    is_final: bool = False


async def wait_until_ready(server: Awaited, ready: Ready, timeout_s: float) -> str:
    """The version that the server tells, empty when it tells none. Raises UnitFault (service) when it ends or takes too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    pause_s, asked = _FIRST_PAUSE_S, loop.time()
    while True:
        answer = await _answer(server, ready, min(_limit_s(ready), max(_PROBE_S, deadline - loop.time())))
        if answer.is_ready:
            return answer.version
        if answer.is_final or loop.time() >= deadline:
            raise await _not_ready(server, answer, timeout_s)
        if loop.time() - asked >= _FAILURE_EVERY_S:
            await _raise_if_ended(server)
            asked = loop.time()
        await asyncio.sleep(min(pause_s, max(0.0, deadline - loop.time())))
        pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)


async def did_not_start(server: Awaited, failure: str) -> UnitFault:
    """That it ended before it was ready, with its last words."""
    tail = await _log_tail(server)
    return service_fault(
        f"{server.spec.kind.name} did not start: {_masked(failure, server.admin)}",
        hint="Its last log lines say why." if tail else "It logged nothing: look at its command.",
        detail=tail,
    )


def last_lines(log: bytes) -> str:
    """The end of a log, as messages show it."""
    return "\n".join(log.decode(errors="replace").splitlines()[-_LOG_LINES:])


async def probe_once(server: Awaited, ready: Ready) -> Answer:
    """One probe of at most 2 seconds (a command: 30); a server that isn't there is an answer too."""
    return await _answer(server, ready, _limit_s(ready))


def _limit_s(ready: Ready) -> float:
    return _COMMAND_S if ready.by is ReadyBy.EXEC else _PROBE_S


async def _answer(server: Awaited, ready: Ready, limit_s: float) -> Answer:
    try:
        async with asyncio.timeout(limit_s):
            version = await _probe(server, ready)
    except NotReadyError as problem:
        return Answer(is_ready=False, text=_one_line(problem.text, server.admin), is_final=problem.is_final)
    except TimeoutError:
        return Answer(is_ready=False, text=f"no answer within {limit_s:.2g} s")
    except EOFError:
        return Answer(is_ready=False, text="closed the connection without an answer")
    except OSError as problem:
        return Answer(is_ready=False, text=_in_words(problem))
    return Answer(is_ready=True, version=version)


async def _probe(server: Awaited, ready: Ready) -> str:
    """The server's version; raises NotReadyError, OSError or EOFError."""
    endpoint = _endpoint(server, ready)
    match ready.by:
        case ReadyBy.PROTOCOL:
            return await PROBES[ready.text](endpoint, server.admin)
        case ReadyBy.HTTP:
            return await probe_http(endpoint, ready.text)
        case ReadyBy.TCP:
            return await probe_tcp(endpoint)
        case ReadyBy.LOG:
            return await _seen_in_log(server, ready.text)
        case ReadyBy.EXEC:
            return await _command_succeeds(server, ready.command)
        case ReadyBy.HEALTH:
            return await _is_healthy(server)
        case _:
            assert_never(ready.by)


def _endpoint(server: Awaited, ready: Ready) -> Endpoint:
    if ready.port is None or ready.port == server.spec.kind.port:
        return server.endpoint
    return Endpoint(host=server.endpoint.host, port=server.endpoint.ports.get(ready.port, ready.port))


async def _seen_in_log(server: Awaited, pattern: str) -> str:
    text = (await server.log()).decode(errors="replace")
    if any(re.search(pattern, line) for line in text.splitlines()):
        return ""
    raise NotReadyError(f"no line of its log matches {pattern!r}")


async def _command_succeeds(server: Awaited, command: tuple[str, ...]) -> str:
    status, output = await server.run(command)
    if status == 0:
        return ""
    raise NotReadyError(f"{command[0]} ended with status {status}: {output.strip()}".rstrip(": "))


async def _is_healthy(server: Awaited) -> str:
    health = await server.health()
    if health == "healthy":
        return ""
    if health in {"", "none"}:
        raise NotReadyError("its image has no health check", is_final=True)
    raise NotReadyError(f"its health check says {health}")


async def _raise_if_ended(server: Awaited) -> None:
    if failure := await _in_time(server.failure(), ""):
        raise await did_not_start(server, failure)


async def _not_ready(server: Awaited, answer: Answer, timeout_s: float) -> UnitFault:
    name, tail = server.spec.kind.name, await _log_tail(server)
    if answer.is_final:
        return service_fault(
            f"{name} can't be seen to be ready: {answer.text}",
            hint="Say in another way how it is seen: `ready` with `http`, `log` or `exec`.",
            detail=tail,
        )
    return service_fault(
        f"{name} was not ready within {timeout_s:g} s: {answer.text}",
        hint="Raise its `timeout` if it only takes longer; else look at its log and its `ready`.",
        detail=tail,
    )


async def _log_tail(server: Awaited) -> str:
    return _masked(last_lines(await _in_time(server.log(), b"")), server.admin)


async def _in_time(asked: Awaitable[Value], otherwise: Value) -> Value:
    """An engine that hangs must not hold up the end of the wait."""
    try:
        async with asyncio.timeout(_PROBE_S):
            return await asked
    except TimeoutError:
        return otherwise


def _in_words(problem: OSError) -> str:
    return os.strerror(problem.errno).lower() if problem.errno and problem.errno > 0 else str(problem)


def _one_line(text: str, admin: Account) -> str:
    return " ".join(_masked(text, admin).split())


def _masked(text: str, admin: Account) -> str:
    return text.replace(admin.password, "***") if admin.password else text
