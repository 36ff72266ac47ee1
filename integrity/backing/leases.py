"""The broker of a run: which server each need gets, from whom, and what of it; what units share is started once and ends with its last unit."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from integrity.backing.kept import Kept, forget_logs, keep
from integrity.backing.server import Spec, Unavailable, is_version, service_fault
from integrity.backing.templates import connection_values, filled, ports_named
from integrity.backing.tenants import RECIPES
from integrity.backing.together import together
from integrity.errors import UnitFault
from integrity.model.need import Isolation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from integrity.backing.server import Account, Description, Progress, Provider, Server, Site
    from integrity.model.need import Need

OWN_SERVERS = 8  # units that may have servers of their own at once, for each slot
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One unit's hold on a server: the variables its tests get, the values in them that are secret, what reports say of it."""

    need: Need
    server: Server = field(repr=False)
    variables: Mapping[str, str] = field(repr=False)
    secrets: frozenset[str] = field(repr=False)
    description: Description
    position: int

    async def log(self) -> bytes:
        """What the server logged while the lease lasted."""
        return await self.server.log(self.position)


class Backing:
    """The servers of one run. `providers` are asked in their order; `progress` is told what takes its time."""

    def __init__(self, site: Site, providers: Sequence[Provider], *, slots: int, progress: Progress) -> None:
        self._site = site
        self._providers = tuple(providers)
        self._progress = progress
        self._own = asyncio.Semaphore(slots * OWN_SERVERS)
        self._users: dict[Spec, set[str]] = {}
        self._timeouts: dict[Spec, float] = {}
        self._shared: dict[Spec, asyncio.Task[Server]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._started: list[Server] = []
        self._kept: dict[tuple[str, str], Kept] = {}
        self.is_forced = False

    def expect(self, unit: str, needs: Iterable[Need]) -> None:
        """Know, before anything starts, that a unit will need these: a shared server stays until `done` was said for all."""
        for need in needs:
            if need.kind is not None and not self._is_alone(need):
                spec = self._spec(need)
                self._users.setdefault(spec, set()).add(unit)
                self._timeouts[spec] = max(need.timeout_s, self._timeouts.get(spec, 0.0))

    def begin(self) -> None:
        """Start the servers that units share, while their envs are made."""
        for spec in self._users:
            self._sharing(spec)

    @asynccontextmanager
    async def room(self, needs: Iterable[Need]) -> AsyncIterator[None]:
        """Wait until an attempt may have servers of its own, for all of its leases at once: who has some waits for no more."""
        if not any(map(self._is_alone, needs)):
            yield
            return
        async with self._own:
            yield

    @asynccontextmanager
    async def leases(self, owner: str, needs: Sequence[Need]) -> AsyncIterator[tuple[Lease, ...]]:
        """Leases of one unit, taken at once and given back together. Raises UnitFault (service) when one can't be had."""
        async with AsyncExitStack() as stack:
            yield tuple(await together(*(self._open(stack, owner, need) for need in needs)))

    def done(self, unit: str) -> None:
        """Let go of the shared servers that this unit was the last one to need."""
        for spec, users in list(self._users.items()):
            users.discard(unit)
            if not users:
                del self._users[spec]
                if not self._site.keep:
                    self._end_shared(spec)

    async def close(self, *, keeping: bool) -> tuple[Kept, ...]:
        """End what still runs; when it is to be kept, leave what has leases, remember these, and return them."""
        kept = tuple(self._kept.values()) if keeping else ()
        for each in kept:
            keep(self._site.root, each)
        if not keeping:
            for spec in tuple(self._shared):
                self._end_shared(spec)
        for task in self._shared.values():
            task.cancel()  # does nothing to a server that stands
        await asyncio.gather(*self._shared.values(), *self._ending, return_exceptions=True)
        if keeping:
            recorded = [each.server for each in kept]
            nobodys = [server for server in self._started if dict(server.keepsake()) not in recorded]
            await asyncio.gather(*(server.stop() for server in nobodys))
        await asyncio.gather(*(provider.close(keep=keeping) for provider in self._providers))
        if self._site.keep:
            forget_logs(self._site.root, self._site.run_id)
        return kept

    async def _open(self, stack: AsyncExitStack, owner: str, need: Need) -> Lease:
        assert need.kind is not None
        alone = self._is_alone(need)
        if need.isolation is not need.kind.isolation and need.isolation is Isolation.SERVER and not alone:
            raise _not_alone(need, giving_variable(need, self._site.host))
        server = await self._own_server(stack, owner, need) if alone else await self._shared_server(self._spec(need))
        position = server.log_position()
        account = server.admin
        prefix = _name_of(self._site.run_id, owner, need.name)
        recipe = RECIPES.get(need.kind.tenant)
        if recipe is not None:
            files = [self._site.root / path for path in need.init]
            account = await recipe.open(server, prefix, files, alone=alone)
            if not self._site.keep:
                stack.push_async_callback(self._close_tenant, server, account, need.kind.tenant)
        lease = _lease(need, server, account, prefix, position)
        if self._site.keep:
            self._kept[owner, need.name] = _kept(lease, owner, self._site)  # of a unit's last attempt
        return lease

    async def _close_tenant(self, server: Server, account: Account, tenant: str) -> None:
        if not self.is_forced or server.description.provider == "external":
            await RECIPES[tenant].close(server, account)

    async def _own_server(self, stack: AsyncExitStack, owner: str, need: Need) -> Server:
        server = await self._start(self._spec(need, owner=f"{owner}/{need.name}"))
        if not self._site.keep:
            stack.push_async_callback(server.stop)
        return server

    async def _shared_server(self, spec: Spec) -> Server:
        """The running server of this spec; one that died is replaced, so that it costs only the units that had it."""
        server = await asyncio.shield(self._sharing(spec))
        if await server.failure():
            self._end_shared(spec)
            server = await asyncio.shield(self._sharing(spec))
        return server

    def _sharing(self, spec: Spec) -> asyncio.Task[Server]:
        task = self._shared.get(spec)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            users = max(1, len(self._users.get(spec, ())))
            wanted = replace(spec, leases=users, timeout_s=self._timeouts.get(spec, spec.timeout_s))
            task = self._shared[spec] = asyncio.create_task(self._start(wanted))
            task.add_done_callback(_seen)
        return task

    def _end_shared(self, spec: Spec) -> None:
        task = self._shared.pop(spec, None)
        if task is not None:
            ending = asyncio.create_task(_ended(task))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _start(self, spec: Spec) -> Server:
        """The server from the first provider that can; UnitFault says all that was tried."""
        tried: list[tuple[str, Unavailable]] = []
        for provider in self._providers:
            try:
                server = await provider.start(spec, self._progress)
            except Unavailable as reason:
                tried.append((provider.name, reason))
            else:
                self._started.append(server)
                return server
        raise _nobody_can(spec, tried)

    def _spec(self, need: Need, *, owner: str = "") -> Spec:
        assert need.kind is not None
        return Spec(
            kind=need.kind,
            image=need.image,
            version=need.version,
            command=need.command,
            environment=need.environment,
            memory=need.memory,
            pull=need.pull,
            ports=ports_named(need.variables.values()),
            owner=owner,
            external=self._given(need),
            timeout_s=need.timeout_s,
        )

    def _is_alone(self, need: Need) -> bool:
        """Whether the unit gets a server that nobody else has; one that is given can't be that."""
        return need.isolation is Isolation.SERVER and self._given(need) is None

    def _given(self, need: Need) -> str | None:
        """The URL that the configuration or the environment gives for this need, by its name and then by its kind."""
        if not any(provider.name == "external" for provider in self._providers):
            return None
        return need.external or self._site.host.get(giving_variable(need, self._site.host))


def variable_of(name: str) -> str:
    """The variable that gives a URL for a need or kind of this name."""
    return f"INTEGRITY_{re.sub('[^A-Z0-9]', '_', name.upper())}_URL"


def giving_variable(need: Need, host: Mapping[str, str]) -> str:
    """The variable that gives a URL for this need: by its name, else by its kind; empty when none is set."""
    assert need.kind is not None
    return next((name for name in map(variable_of, (need.name, need.kind.name)) if host.get(name)), "")


async def _ended(task: asyncio.Task[Server]) -> None:
    task.cancel()
    try:
        server = await task
    except (UnitFault, asyncio.CancelledError):
        return
    await server.stop()


def _seen(task: asyncio.Task[Server]) -> None:
    """Look at how a start ended: a fault that nobody waits for any more is no news."""
    if not task.cancelled():
        task.exception()


def _lease(need: Need, server: Server, account: Account, prefix: str, position: int) -> Lease:
    assert need.kind is not None
    values = connection_values(server.endpoint, account, url=need.kind.url, prefix=prefix)
    if server.spec.external is not None and not need.kind.tenant:
        values["url"] = server.spec.external
    return Lease(
        need=need,
        server=server,
        variables={name: filled(template, values) for name, template in need.variables.items()},
        secrets=frozenset(filter(None, (account.password, server.admin.password))),
        description=_compared(server.description, need),
        position=position,
    )


def _compared(description: Description, need: Need) -> Description:
    """With a note where a given server's version is not the one that was asked for; of its own, a provider knows better."""
    if description.provider != "external" or is_version(description.version, need.version):
        return description
    told = f"{description.version} is given, {need.version} was asked for"
    return replace(description, note="; ".join(filter(None, (description.note, told))))


def _kept(lease: Lease, owner: str, site: Site) -> Kept:
    return Kept(
        run=site.run_id,
        unit=owner,
        name=lease.need.name,
        provider=lease.description.provider,
        version=lease.description.version,
        variables=dict(lease.variables),
        server=dict(lease.server.keepsake()),
    )


def _name_of(run_id: str, owner: str, need: str) -> str:
    """A name for this lease alone, short enough for every server: `it_<unit>_<hash>`."""
    unique = hashlib.sha256(f"{run_id}/{owner}/{need}/{secrets.token_hex(8)}".encode()).hexdigest()
    readable = re.sub(r"[^a-z0-9]+", "_", owner.lower()).strip("_")
    return f"it_{readable[: _LONGEST_NAME - 14]}_{unique[:10]}"


def _not_alone(need: Need, variable: str) -> UnitFault:
    return service_fault(
        f'{need.place}: {need.name} asks for isolation = "server", and a given URL is a server that others have too',
        hint=f"Unset {variable}, or take `isolation` out." if variable else "Take `external` or `isolation` out.",
    )


def _nobody_can(spec: Spec, tried: Sequence[tuple[str, Unavailable]]) -> UnitFault:
    what = spec.kind.name if not spec.version else f"{spec.kind.name} {spec.version}"
    told = [(name, reason) for name, reason in tried if name != "external"] or tried
    reasons = "; ".join(f"{name}: {reason.reason}" for name, reason in told)
    hints = [reason.hint for _, reason in tried if reason.hint]
    given = f"{'Or set' if hints else 'Set'} {variable_of(spec.kind.name)} to the URL of one that runs."
    return service_fault(f"no provider has {what}: {reasons}", hint=" ".join([*hints[:2], given]))
