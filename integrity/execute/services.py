"""The services of one attempt: had before its tests, told to the reports, looked at after them, with their logs beside its results."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from integrity.model.event import PhaseEnd, PhaseStart, ServiceReady, WarningRaised
from integrity.model.outcome import ErrorKind, Outcome
from integrity.model.secret import Masker, without_passwords
from integrity.planning.verdict import Verdict
from integrity.system.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from contextlib import AsyncExitStack
    from pathlib import Path

    from integrity.backing.leases import Backing, Lease
    from integrity.backing.server import Description
    from integrity.envs import Env
    from integrity.execute.serve import Served
    from integrity.model.event import Base
    from integrity.planning.live import Live

TAIL_LINES = 30


class Say(Protocol):
    """Records an event of the attempt."""

    def __call__(self, kind: type[Base], /, **fields: Any) -> None:
        """Record it now."""


class AttemptServices:
    """What `prepare` and `serve` need of an attempt. `folder` is where its services' logs go, `env_of` gives a unit its env.

    `masker` is set once it is known what is secret; `seen` are the secrets of all attempts, which a shared server may log.
    """

    def __init__(self, backing: Backing, folder: Path, say: Say, env_of: Callable[[Live], Awaitable[Env]]) -> None:
        self.folder = folder
        self.env_of = env_of
        self.masker = Masker(())
        self.seen: set[str] = set()
        self._backing = backing
        self._say = say
        self._leases: dict[str, Lease] = {}
        self._served: dict[str, Served] = {}
        self._waiting = 0
        self._began = 0.0
        self._spent_s = 0.0

    @property
    def secrets(self) -> frozenset[str]:
        """Passwords of all accounts that the attempt has."""
        return frozenset[str]().union(*(lease.secrets for lease in self._leases.values()))

    async def leases_of(self, live: Live, prefix: str, owner: str, stack: AsyncExitStack) -> tuple[Lease, ...]:
        """The leases of one unit that takes part. Raises UnitFault."""
        if not live.needs:
            return ()
        with self.waiting():
            leases = await stack.enter_async_context(self._backing.leases(owner, live.needs))
        for lease in leases:
            assert lease.need.kind is not None
            name = f"{prefix}{lease.need.name}"
            self._leases[name] = lease
            self._ready(name, lease.need.kind.name, lease.description)
        return leases

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Units that take part wait at the same time; the phase lasts from the first to the last."""
        if self._waiting == 0:
            self._began = time.monotonic()
            self._say(PhaseStart, phase="services")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self._spent_s += time.monotonic() - self._began
                self._say(PhaseEnd, phase="services", duration_s=self._spent_s)

    def on_served(self, name: str, served: Served) -> None:
        """Hear of a process that is ready."""
        self._served[name] = served
        self._ready(name, "serve", served.description)

    async def have_ended(self) -> bool:
        """Whether one of the servers runs no longer."""
        return any([await server.failure() for _, server in self._all()])

    async def verdict(self, found: Verdict) -> Verdict:
        """The verdict of the tests, unless something that they needed ended while they ran."""
        if found.outcome is Outcome.INTERRUPTED:
            return found
        for name, server in self._all():
            if why := await server.failure() or await self._silence(name):
                log = await server.log()
                return Verdict(
                    outcome=Outcome.ERROR,
                    error_kind=ErrorKind.SERVICE,
                    message=without_passwords(self.masker.text(f"{name} did not live through the tests: {why}")),
                    hint=f"Its log is services/{name}.log beside the unit's results; `integrity run --keep` leaves what still runs.",
                    detail=without_passwords(Masker(self.seen).text(_tail(log))),
                )
        return found

    async def keep_logs(self) -> None:
        """Write what each service logged meanwhile, and the list of them, beside the unit's results."""
        described = [{"name": name, **asdict(lease.description)} for name, lease in self._leases.items()]
        described += [{"name": name, **asdict(served.description)} for name, served in self._served.items()]
        if not described:
            return
        with suppress(OSError):  # a disk that is full is told of by the unit's own output
            self.folder.mkdir(parents=True, exist_ok=True)
            document = {"schema": "integrity.services/1", "services": described}
            write_atomically(self.folder.with_name("services.json"), json.dumps(document, indent=2) + "\n")
            masker = Masker(self.seen)
            for name, lease in self._leases.items():
                (self.folder / f"{name}.log").write_bytes(masker.bytes(await lease.log()))

    async def _silence(self, name: str) -> str:
        """Of a process that is served, why nobody listens any more: its parent may live on without the child that did."""
        served = self._served.get(name)
        return await served.silence() if served is not None else ""

    def _all(self) -> Iterator[tuple[str, Any]]:
        for name, lease in self._leases.items():
            yield name, lease.server
        yield from self._served.items()

    def _ready(self, name: str, kind: str, description: Description) -> None:
        said: Mapping[str, str] = asdict(description)
        self._say(ServiceReady, name=name, kind=kind, **said)
        if description.note:
            self._say(WarningRaised, category="service", message=f"{name}: {description.note}")


def _tail(log: bytes) -> str:
    return "\n".join(log.decode("utf-8", "backslashreplace").splitlines()[-TAIL_LINES:])
