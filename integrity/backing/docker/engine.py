"""The connection to a container engine: which one answers, asked in threads and given up on, its failures in words."""

from __future__ import annotations

import asyncio
import errno
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from integrity.backing.docker.endpoints import Tls, candidates, config_file
from integrity.backing.server import Unavailable
from integrity.backing.threads import in_thread
from integrity.system.engine import engine_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from integrity.backing.docker.endpoints import Candidate

Value = TypeVar("Value")
PING_S = 2.0
_GREETING_S = 10.0  # the SDK's first requests, also through ssh, where the plain ping can't go
_CALL_S = 60.0
_PATIENCE_S = 5.0


class EngineGoneError(Exception):
    """The engine gave no answer at all; the message says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine that answered. `client` is the SDK's `APIClient`, which may be used from several threads."""

    candidate: Candidate
    host: Mapping[str, str] = field(repr=False)
    client: Any = field(repr=False)
    is_podman: bool

    async def ask(self, work: Callable[[Any], Value], *, deadline_s: float | None = None) -> Value:
        """What `work` gets from the client. Raises EngineGoneError without an answer, and `docker.errors.APIError` for a refusal.

        What takes long is waited for as long as the engine answers a ping.
        """
        asked = asyncio.ensure_future(in_thread(lambda: _answered(work, self.client)))
        try:
            async with asyncio.timeout(deadline_s):
                while not (await asyncio.wait({asked}, timeout=_PATIENCE_S))[0]:
                    if failure := await self.failure(PING_S):
                        raise EngineGoneError(failure)
        except TimeoutError:
            raise EngineGoneError(f"no answer within {deadline_s:g} s") from None
        finally:
            asked.cancel()  # does nothing to what is done
        return asked.result()

    async def failure(self, deadline_s: float) -> str:
        """Why it does not even answer a ping; empty when it does."""
        if _is_plain(self.candidate):
            return await in_thread(lambda: engine_failure(self.candidate.url, deadline_s=deadline_s))
        from docker.errors import APIError  # noqa: PLC0415 - heavy

        try:
            await self.ask(lambda client: client.ping(), deadline_s=deadline_s)
        except EngineGoneError as gone:
            return str(gone)
        except APIError:
            pass  # a refusal is an answer too
        return ""

    def another_client(self) -> Any:
        """A further client of the same engine, for one long request that may have to be given up."""
        return _client(self.candidate, self.host, version=self.client.api_version)

    def gone(self, problem: EngineGoneError) -> Unavailable:
        """That it stopped answering, as a reason to ask the next provider."""
        return Unavailable(
            f"the container engine no longer answers, {self.candidate}: {problem}",
            hint="See why it stopped (`journalctl -u docker`), and start it again.",
        )


async def connect(host: Mapping[str, str]) -> Engine:
    """The first engine that answers. Raises Unavailable, which says what was tried, in order, and what each said."""
    tried: list[tuple[Candidate, str]] = []
    for candidate in candidates(host):
        try:
            return await _connected(candidate, host)
        except EngineGoneError as problem:
            tried.append((candidate, str(problem)))
    raise Unavailable(
        "no container engine answers: " + "; ".join(f"{candidate}: {failure}" for candidate, failure in tried),
        hint=_hint(tried),
    )


async def _connected(candidate: Candidate, host: Mapping[str, str]) -> Engine:
    if _is_plain(candidate) and (failure := await in_thread(lambda: engine_failure(candidate.url, deadline_s=PING_S))):
        raise EngineGoneError(failure)
    try:
        async with asyncio.timeout(_GREETING_S):
            return await in_thread(lambda: _greeted(candidate, host))
    except TimeoutError:
        raise EngineGoneError(f"no answer within {_GREETING_S:g} s") from None


def _greeted(candidate: Candidate, host: Mapping[str, str]) -> Engine:
    client = _answered(lambda _: _client(candidate, host, version=None), None)
    version = _answered(lambda client: client.version(), client)
    names = [component.get("Name", "") for component in version.get("Components") or ()]
    return Engine(candidate=candidate, host=host, client=client, is_podman=any("Podman" in name for name in names))


def _client(candidate: Candidate, host: Mapping[str, str], *, version: str | None) -> Any:
    import docker  # noqa: PLC0415 - it takes half a second, which a run without containers does not pay

    client: Any = docker.APIClient(
        base_url=candidate.url,
        version=version,
        timeout=_CALL_S,
        tls=_tls(candidate.tls),
        use_ssh_client=True,
        credstore_env=dict(host),
    )
    client.reload_config(str(config_file(host)))
    return client


def _tls(tls: Tls | None) -> Any:
    if tls is None:
        return False
    from docker.tls import TLSConfig  # noqa: PLC0415 - as above

    pair = (str(tls.certificate), str(tls.key)) if tls.certificate and tls.key else None
    return TLSConfig(client_cert=pair, ca_cert=str(tls.ca) if tls.ca else None, verify=tls.verify)


def _answered(work: Callable[[Any], Value], client: Any) -> Value:
    import requests  # noqa: PLC0415 - comes with the SDK
    import urllib3  # noqa: PLC0415 - likewise
    from docker.errors import APIError, DockerException  # noqa: PLC0415 - likewise

    try:
        return work(client)
    except APIError:
        raise
    except (DockerException, requests.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
        raise EngineGoneError(in_words(problem)) from problem


def in_words(problem: BaseException) -> str:
    """The system's own words where it is behind an error of the libraries, else the error's first line."""
    inner: BaseException | None = problem
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        if "timed out" in str(inner):
            return "no answer in time"
        inner = inner.__cause__ or inner.__context__
    return str(problem).partition("\n")[0]


def _is_plain(candidate: Candidate) -> bool:
    return candidate.tls is None and urlsplit(candidate.url).scheme in {"unix", "tcp", "http"}


def _hint(tried: list[tuple[Candidate, str]]) -> str:
    failures = {failure: candidate for candidate, failure in reversed(tried)}
    if denied := failures.get(os.strerror(errno.EACCES)):
        return f'May you use {denied.url}? `sudo usermod -aG docker "$USER"`, then log in again.'
    if silent := next((failures[each] for each in failures if each.startswith("no answer")), None):
        return f"Restart the engine at {silent.url}: it accepts connections and answers nothing."
    if any("paramiko" in failure for failure in failures):
        return 'Install what the SDK needs for ssh: `uv pip install "docker[ssh]"`.'
    if tried[0][0].origin.startswith("context"):
        return "Start that engine, or choose another: `docker context use default`."
    return "Start Docker or Podman."
