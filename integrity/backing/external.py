"""The provider of servers that are given by a URL: they are asked whether they answer, and never started or stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from integrity.backing.given import is_local, parsed
from integrity.backing.ready import probe_once, wait_until_ready
from integrity.backing.server import Account, Description, Endpoint, Server, Unavailable, service_fault
from integrity.backing.tenants.rabbitmq import MANAGEMENT_PORT, administers
from integrity.errors import UnitFault
from integrity.model.need import Ready, ReadyBy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.backing.server import Progress, Site, Spec

_LONGEST_WAIT_S = 10.0
_NO_CONTAINER = 127  # a shell's status for a command that isn't there
_ONLY_IN_CONTAINERS = (ReadyBy.LOG, ReadyBy.EXEC, ReadyBy.HEALTH)


class ExternalProvider:
    """Serves every need that has a URL, and no other."""

    name = "external"

    def __init__(self, site: Site) -> None:
        self._site = site

    async def start(self, spec: Spec, progress: Progress) -> Server:
        """The given server, once it answers. Raises Unavailable without a URL, UnitFault for a wrong or unreachable one."""
        if spec.external is None:
            raise Unavailable("no URL is given")
        given = parsed(spec.kind, spec.external)
        if not (self._site.allow_remote or is_local(given.endpoint.host)):
            raise service_fault(
                f"the URL that is given for {spec.kind.name} leads to another machine, {given.endpoint.host}",
                hint="Consent with `allow-remote = true` in the root's [tool.integrity], or with INTEGRITY_ALLOW_REMOTE=1.",
            )
        progress(f"asking {spec.kind.name} at {given.endpoint.host}:{given.endpoint.port}")
        server = ExternalServer(
            spec=spec, endpoint=given.endpoint, admin=given.account, description=_description(note=given.note)
        )
        return await _answering(server)

    async def close(self, *, keep: bool) -> None:
        """There is nothing of this run's."""


def _description(*, version: str = "", note: str = "") -> Description:
    return Description(provider=ExternalProvider.name, version=version, note=note)


@dataclass(slots=True, kw_only=True, eq=False)
class ExternalServer:
    """A server that somebody else runs. What only a container has, it hasn't."""

    spec: Spec
    endpoint: Endpoint
    admin: Account
    description: Description
    has_answered: bool = False

    async def failure(self) -> str:
        """As in Server: that it answers no longer."""
        if not self.has_answered:
            return ""
        answer = await probe_once(self, _ready(self.spec))
        return "" if answer.is_ready else f"answers no longer: {answer.text}"

    async def run(self, command: tuple[str, ...]) -> tuple[int, str]:  # noqa: ARG002 - as in Server
        """As in Server; there is no container to run it in."""
        return _NO_CONTAINER, "a given server has no container"

    async def health(self) -> str:
        """As in Awaited; there is no container."""
        return ""

    def log_position(self) -> int:
        """As in Server; its log is not to be had."""
        return 0

    async def log(self, since: int = 0) -> bytes:  # noqa: ARG002 - as in Server
        """As in Server; its log is not to be had."""
        return b""

    async def stop(self) -> None:
        """It isn't ours to end."""

    def keepsake(self) -> Mapping[str, str]:
        """As in Server; nothing was started."""
        return {}


async def _answering(server: ExternalServer) -> ExternalServer:
    try:
        version = await wait_until_ready(server, _ready(server.spec), min(server.spec.timeout_s, _LONGEST_WAIT_S))
    except UnitFault as fault:
        place = f"{server.endpoint.host}:{server.endpoint.port}"
        raise service_fault(
            f"{fault.message} (it is given by a URL, at {place})",
            hint="Start it, or mend the URL: user, password, host, port, database.",
        ) from fault
    notes, endpoint = [server.description.note], server.endpoint
    if server.spec.kind.tenant == "rabbitmq":
        managed = Endpoint(host=endpoint.host, port=endpoint.port, ports={MANAGEMENT_PORT: MANAGEMENT_PORT})
        if await administers(managed, server.admin):
            endpoint = managed
        else:
            notes.append("units share its vhost: no management API on port 15672 takes its account as an administrator")
    description = _description(version=version, note="; ".join(filter(None, notes)))
    return replace(server, endpoint=endpoint, description=description, has_answered=True)


def _ready(spec: Spec) -> Ready:
    """How a kind is probed from outside; what only its container could tell is replaced by a connection."""
    if spec.kind.ready.by in _ONLY_IN_CONTAINERS:
        return Ready(by=ReadyBy.TCP)
    return spec.kind.ready
