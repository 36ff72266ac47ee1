"""What a container for a spec is made of: pure, from the spec, its image and the run."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrity.backing.server import Account, Endpoint
from integrity.backing.templates import connection_values, filled, ports_named
from integrity.backing.tenants.rabbitmq import MANAGEMENT_PORT
from integrity.backing.tuning import tuned_command
from integrity.settings.patterns import placeholders_in
from integrity.system.owner import this_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from integrity.backing.docker.addresses import Address
    from integrity.backing.docker.images import Image
    from integrity.backing.server import Site, Spec

RUN_LABEL = "integrity.run"
SERVICE_LABEL = "integrity.service"
ROOT_LABEL = "integrity.root"
KEPT_LABEL = "integrity.kept"
_USER = "integrity"
_FIRST_DATABASE = {"rabbitmq": "/", "redis": "0"}
_LOG = {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}}
_SHARED_MEMORY = "128m"  # PostgreSQL's parallel workers need more than the usual 64
_ENDPOINT_NAMES = {"host", "port", "url"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """`ports` are the container's; `pinned` says on which ports of the engine they are, where the server must be told."""

    name: str
    image: Image
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    labels: Mapping[str, str]
    memory: str
    ports: tuple[int, ...]
    pinned: Mapping[int, int]
    addresses: tuple[Address, ...]

    def arguments(self, client: Any) -> dict[str, Any]:
        """As the SDK's `create_container` takes it."""
        return {
            "image": self.image.reference,
            "command": list(self.command) or None,
            "name": self.name,
            "environment": dict(self.environment),
            "labels": dict(self.labels),
            "ports": list(self.ports),
            "use_config_proxy": False,
            "host_config": client.create_host_config(
                port_bindings={
                    port: [(address.bind, self.pinned.get(port)) for address in self.addresses] for port in self.ports
                },
                tmpfs=dict.fromkeys(self.image.volumes, "mode=1777"),
                mem_limit=self.memory,
                memswap_limit=self.memory,
                shm_size=_SHARED_MEMORY,
                log_config=_LOG,
            ),
        }


def admin_of(spec: Spec) -> Account:
    """Whoever the image makes its first account for: the user that its settings name, else root where they name a password."""
    named = placeholders_in([*_environment(spec).values(), *tuned_command(spec)])
    first = _FIRST_DATABASE.get(spec.kind.tenant)
    return Account(
        user=_USER if "user" in named else "root" if "password" in named else "",
        password=secrets.token_urlsafe(18) if "password" in named else "",
        database=first if first is not None else _USER if named & {"user", "database"} else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that blueprints of one server have in common, however often it has to be made anew."""

    spec: Spec
    site: Site
    image: Image
    admin: Account
    name: str
    addresses: tuple[Address, ...]

    def blueprint(self, free_port: Callable[[], int]) -> Blueprint:
        """Of a container to create. `free_port` is asked only when the server must know its own address before it starts."""
        spec, templates = self.spec, _environment(self.spec)
        ports = _ports(spec, self.image)
        needs_address = bool(placeholders_in([*templates.values(), *tuned_command(spec)]) & _ENDPOINT_NAMES)
        pinned = {port: free_port() for port in ports} if needs_address else {}
        values = self._values(pinned)
        return Blueprint(
            name=self.name,
            image=self.image,
            command=tuple(filled(part, values) for part in tuned_command(spec)),
            environment={name: filled(template, values) for name, template in templates.items()},
            labels=self._labels(),
            memory=spec.memory,
            ports=ports,
            pinned=pinned,
            addresses=self.addresses,
        )

    def _values(self, pinned: Mapping[int, int]) -> Mapping[str, Any]:
        port = pinned.get(self.spec.kind.port, self.spec.kind.port)
        endpoint = Endpoint(host=self.addresses[0].connect, port=port, ports=pinned)
        return connection_values(endpoint, self.admin, url=self.spec.kind.url if pinned else "")

    def _labels(self) -> dict[str, str]:
        kept = {KEPT_LABEL: "true"} if self.site.keep else {}
        named = {
            RUN_LABEL: self.site.run_id,
            SERVICE_LABEL: self.spec.kind.name,
            ROOT_LABEL: str(self.site.root),
        }
        return {**this_process().as_labels(), **named, **kept}


def container_name(run_id: str, number: int, kind: str) -> str:
    """A name that no other run has, and that engines take."""
    return re.sub(r"[^a-zA-Z0-9_.-]+", "-", f"integrity-{run_id}-{number}-{kind}")


def _environment(spec: Spec) -> Mapping[str, str]:
    return {**spec.kind.environment, **spec.environment}


def _ports(spec: Spec, image: Image) -> tuple[int, ...]:
    """The kind's port first, then those that its readiness, its templates or its tenants need."""
    wanted = {*spec.ports, *ports_named([spec.kind.url, *spec.kind.variables.values()])}
    wanted |= {MANAGEMENT_PORT} & image.ports
    wanted |= {spec.kind.ready.port} if spec.kind.ready.port else set()
    return (spec.kind.port, *sorted(wanted - {spec.kind.port}))
