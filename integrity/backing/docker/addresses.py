"""Where the published ports of an engine's containers are, as seen from here."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from integrity.backing.docker.engine import EngineGoneError
from integrity.system.ports import LOOPBACK

if TYPE_CHECKING:
    from integrity.backing.docker.engine import Engine

HOST_VARIABLE = "INTEGRITY_DOCKER_HOST_IP"
_CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`bind` is what the engine publishes a port on, `connect` the host that a client of this machine uses for it."""

    bind: str
    connect: str


async def addresses(engine: Engine) -> tuple[Address, ...]:
    """The addresses that may work, in the order of preference. Only a protocol's answer proves one."""
    if host := engine.host.get(HOST_VARIABLE) or _remote_host(engine.candidate.url):
        return (_published(host),)
    here = Address(bind=LOOPBACK, connect=LOOPBACK)
    gateway = await _gateway(engine) if _are_in_container() else ""
    return (here, Address(bind=gateway, connect=gateway)) if gateway else (here,)


def _remote_host(url: str) -> str:
    parts = urlsplit(url)
    return "" if parts.scheme in {"unix", "npipe"} else parts.hostname or ""


def _are_in_container() -> bool:
    return any(Path(mark).exists() for mark in _CONTAINER_MARKS)


def _published(host: str) -> Address:
    """On the loopback where that is ours too, else on all interfaces: the engine's loopback is out of reach."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return Address(bind=LOOPBACK if host == "localhost" else "0.0.0.0", connect=host)  # noqa: S104 - see above
    if address.is_loopback:
        return Address(bind=host, connect=host)
    return Address(bind="::" if address.version == 6 else "0.0.0.0", connect=host)  # noqa: PLR2004, S104 - see above


async def _gateway(engine: Engine) -> str:
    """The engine's own address on its bridge, which a container with the engine's socket in it can reach."""
    from docker.errors import APIError  # noqa: PLC0415 - heavy

    try:
        bridge = await engine.ask(lambda client: client.inspect_network("bridge"), deadline_s=5)
    except (APIError, EngineGoneError):
        return ""
    configured = (bridge.get("IPAM") or {}).get("Config") or ()
    return next((each.get("Gateway") or _first_of(each["Subnet"]) for each in configured if "Subnet" in each), "")


def _first_of(subnet: str) -> str:
    """What Docker takes by itself, and doesn't always say."""
    return str(ipaddress.ip_network(subnet)[1])
