"""Reads the URL of a given server. What is wrong with it is said without its password."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from integrity.backing.server import Account, Endpoint, service_fault
from integrity.model.need import ReadyBy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.errors import UnitFault
    from integrity.model.need import Kind

_SCHEMES: Mapping[str, tuple[str, ...]] = {  # by protocol, the usual one first; with any other protocol any will do
    "postgres": ("postgresql", "postgres"),
    "mysql": ("mysql", "mariadb"),
    "redis": ("redis", "valkey"),
    "amqp": ("amqp", "pyamqp"),
    "nats": ("nats",),
    "memcached": ("memcached", ""),
}
_ENCRYPTED = ("rediss", "valkeys", "amqps", "tls")
_ENCODE = (
    "Write it as scheme://user:password@host:port/database, with `@ : / ? # %` in user and password percent-encoded."
)
_DEFAULTS: Mapping[str, Account] = {  # what a client takes where the URL says nothing
    "postgres": Account(database="postgres"),
    "mysql": Account(user="root"),
    "redis": Account(database="0"),
    "amqp": Account(user="guest", password="guest", database="/"),  # noqa: S106 - RabbitMQ's own default, for loopback only
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A server by its URL; `note` says what of the URL is not used."""

    endpoint: Endpoint
    account: Account
    note: str = ""


def parsed(kind: Kind, text: str) -> Given:
    """The parts of a URL for this kind. Raises UnitFault (service)."""
    protocol = kind.ready.text if kind.ready.by is ReadyBy.PROTOCOL else ""
    try:
        url = urlsplit(text if "://" in text else f"//{text}")
        host, port = url.hostname, url.port or kind.port
    except ValueError:
        host, url, port = None, urlsplit(""), 0
    if not host:
        raise _fault(kind, "names no host, or no port that there is", _ENCODE)
    if protocol and "@" in url.path + url.fragment:  # a piece of the password would be taken for the host
        raise _fault(kind, "has an @ behind its host", _ENCODE)
    scheme = url.scheme.partition("+")[0]
    if scheme in _ENCRYPTED:
        raise _fault(kind, f"asks for TLS ({scheme}://), which isn't supported", "Give one without TLS, as for tests.")
    if scheme not in _SCHEMES.get(protocol, (scheme,)):
        problem = f"starts with {scheme}://" if scheme else "starts with no scheme"
        raise _fault(kind, problem, f"Give one that starts with {_SCHEMES[protocol][0]}://.")
    note = _note(url) if kind.tenant else ""
    return Given(endpoint=Endpoint(host=host, port=port), account=_account(kind, protocol, url), note=note)


def is_local(host: str) -> bool:
    """Whether it is this machine, as far as the name says."""
    name = host.lower().rstrip(".")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name in {"localhost", socket.gethostname().lower()}


def _account(kind: Kind, protocol: str, url: SplitResult) -> Account:
    otherwise = _DEFAULTS.get(protocol, Account())
    user, password = unquote(url.username or ""), unquote(url.password or "")
    database = unquote(url.path.removeprefix("/"))
    if protocol == "redis" and database and not database.isdecimal():
        raise _fault(kind, "ends in no number of a database", "End it in /0.")
    if not (user or password):
        user, password = otherwise.user, otherwise.password
    return Account(user=user, password=password, database=database or otherwise.database)


def _note(url: SplitResult) -> str:
    names = ", ".join(name for name, _ in parse_qsl(url.query, keep_blank_values=True))
    return f"units get their own URL, without its parameters ({names})" if names else ""


def _fault(kind: Kind, problem: str, hint: str) -> UnitFault:
    return service_fault(f"the URL that is given for {kind.name} {problem}", hint=hint)
