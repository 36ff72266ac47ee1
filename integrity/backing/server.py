"""The contract between a run and those who provide servers. A provider starts, the broker (`leases`) decides what and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from integrity.errors import UnitFault
from integrity.model.outcome import ErrorKind, UnitError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.model.need import Kind, Pull

Progress = Callable[[str], None]
"""Told what is happening, as one short line: `pulling postgres:17: 31 of 148 MB`."""
LOG_BYTES = 10 * 1024**2  # how much of a server's log is had at the most


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The server that is wanted; within a run, equal specs are one server.

    `owner` is empty for a server that units share, else `<unit id>/<need's name>`. `version` is what was asked for.
    `ports` are further ones of the server that variables name. `leases` is how many units may be connected at once (it is
    no part of what makes specs equal, and neither is `version`, which the image's tag says).
    """

    kind: Kind = field(hash=False)
    image: str
    version: str = field(default="", compare=False)
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    memory: str = "512m"
    pull: Pull
    ports: tuple[int, ...] = ()
    owner: str = ""
    external: str | None = field(default=None, repr=False)
    timeout_s: float = field(default=120.0, compare=False)
    leases: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who logs in, and to what: a database (PostgreSQL, MySQL), a vhost (RabbitMQ), a database number (Redis), or nothing."""

    user: str = ""
    password: str = field(default="", repr=False)
    database: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a client of this machine connects. `ports` maps further ports of the server to those to connect to."""

    host: str
    port: int
    ports: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What reports say of a server: provider, real version, image with digest; `note` is what must not be overlooked."""

    provider: str
    version: str = ""
    image: str = ""
    note: str = ""


class Server(Protocol):
    """A server that is ready. `admin` may do everything in it; a tenant's account is made with it."""

    spec: Spec
    endpoint: Endpoint
    admin: Account
    description: Description

    async def failure(self) -> str:
        """Why it runs no longer (`exited with code 137, out of memory`), empty while it runs; also when that can't be asked."""

    async def run(self, command: tuple[str, ...]) -> tuple[int, str]:
        """Exit status and output of a command inside of the server's container; embedded: on this machine."""

    def log_position(self) -> int:
        """Where its log is now, for `log`."""

    async def log(self, since: int = 0) -> bytes:
        """What it logged from that position on, at most its last 10 MiB; what can't be had any more is missing."""

    async def stop(self) -> None:
        """End it and remove all of it; safe to call twice, never raises."""

    def keepsake(self) -> Mapping[str, str]:
        """What is needed to find and remove it after this run, for `--keep`: container and engine, or process and folder."""


class Provider(Protocol):
    """One way to get a server. All are asked in the order of preference until one does not say Unavailable."""

    name: str

    async def start(self, spec: Spec, progress: Progress) -> Server:
        """A server that is ready. Raises Unavailable, or UnitFault (service) when it began and failed; leaves nothing then."""

    async def close(self, *, keep: bool) -> None:
        """Remove what this run still has, unless it is to be kept; never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The run that servers are started for: who owns them and where their files go.

    `mark` goes into the environment of every process (`INTEGRITY_ATTEMPT`), `run_id` into every label and name. `cache` is
    kept between runs. `host` is the caller's environment. `keep` says that servers are to outlive the run.
    """

    run_id: str
    root: Path
    cache: Path
    logs: Path
    mark: str
    host: Mapping[str, str] = field(repr=False)
    keep: bool = False
    image_prefix: str = ""
    allow_remote: bool = False


class Unavailable(Exception):  # noqa: N818 - a state of affairs, passed on to the next provider
    """This provider can't serve this spec here: one sentence why, and what to do about it."""

    def __init__(self, reason: str, *, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def is_version(real: str, asked: str) -> bool:
    """Whether the version that runs is the one asked for, as far as a number was: 17.2 is 17, and is not 17.1."""
    return not asked[:1].isdigit() or not real[:1].isdigit() or f"{real}.".startswith(f"{asked}.")


def service_fault(message: str, *, hint: str = "", detail: str = "") -> UnitFault:
    """A backing service that should be there and isn't, as the outcome of the unit that needs it."""
    return UnitFault(UnitError(kind=ErrorKind.SERVICE, message=message, hint=hint, detail=detail))
