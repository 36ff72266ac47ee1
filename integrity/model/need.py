"""What a unit needs running beside it, and how it runs itself: frozen values, made by `settings` (standard library only)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Isolation(StrEnum):
    """What a unit gets of a server: one of the run's, with a part of its own in it, or a server that nobody else has."""

    SHARED = "shared"
    SERVER = "server"


class Pull(StrEnum):
    """When an image is pulled."""

    MISSING = "missing"
    ALWAYS = "always"
    NEVER = "never"


class ReadyBy(StrEnum):
    """How it is seen that a server is ready: by an answer in its kind's own protocol, or in one of the generic ways."""

    PROTOCOL = "protocol"
    HTTP = "http"
    TCP = "tcp"
    LOG = "log"
    EXEC = "exec"
    HEALTH = "health"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """`text` is the protocol's name, the path of an HTTP request, or the pattern (`re.search`) of a line of the log.

    `port` is the container's, where it isn't the kind's own; `command` is run inside of the container (EXEC).
    """

    by: ReadyBy
    text: str = ""
    port: int | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of backing service: all that is particular to it, as data. A root's own kinds are the same value.

    Templates (`url`, the values of `variables` and `environment`, the parts of `command`) hold `{host} {port} {user}
    {password} {database} {url}`, `{prefix}`, and `{port:15672}` for a further port of the container; `{url:asyncpg}` is
    the URL with that driver in its scheme. `tenant` names the recipe that gives a unit a part of a shared server; without
    one a shared server is shared as it is. `image` has a tag. `version` of the server is the part of the tag before `-`.
    """

    name: str
    image: str
    port: int
    ready: Ready
    url: str
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    tenant: str = ""
    isolation: Isolation = Isolation.SERVER
    memory: str = "512m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One backing service that one unit needs. `name` is its key; `version` what was asked for ("17"), "" when nothing was.

    `variables` are what the unit's tests (and what it serves) get: name → template, nothing of the kind's own left out.
    `init` are files or folders of SQL, relative to the root. `external` is a URL from the configuration. `unit` is the
    text behind `unit:`, for another unit's live server; then `kind` is None and only `variables` and `timeout_s` count.
    `place` is file:line of the key, for messages.
    """

    name: str
    kind: Kind | None
    image: str = ""
    version: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    init: tuple[str, ...] = ()
    isolation: Isolation = Isolation.SERVER
    memory: str = "512m"
    timeout_s: float = 120.0
    pull: Pull = Pull.MISSING
    command: tuple[str, ...] = ()
    external: str | None = field(default=None, repr=False)
    unit: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """One process that a unit serves itself: `command` (and `before`, run to their ends first) in the unit's own env.

    `{port}` in a command is a free port on loopback; without it there is no URL, and `ready` can only be LOG.
    `variable` is the name under which the tests get its URL.
    """

    name: str
    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    ready: Ready | None = None
    variable: str | None = None
    url: str = "http://{host}:{port}"
    timeout_s: float = 60.0
    place: str = ""


def listens(serve: Serve) -> bool:
    """Whether the process is told of a port."""
    return any("{port}" in part for part in serve.command)
