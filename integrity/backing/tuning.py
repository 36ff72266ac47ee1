"""How a server is told how many units will be connected to it at once; the same with every provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.backing.tenants.recipe import CONNECTIONS

if TYPE_CHECKING:
    from integrity.backing.server import Spec

_FEWEST, _MOST = 100, 2000
_FOR_EACH_LEASE, _RESERVED = CONNECTIONS + 10, 20


def max_connections(leases: int) -> int:
    """How many connections a server should allow that so many units share."""
    return min(_MOST, max(_FEWEST, _FOR_EACH_LEASE * leases + _RESERVED))


def tuned_command(spec: Spec) -> tuple[str, ...]:
    """The command of the server (its templates not yet filled), with room for the connections of all its units."""
    command = spec.command or spec.kind.command
    if any("max_connections" in part.replace("-", "_") for part in command):
        return command
    match spec.kind.tenant:
        case "postgres":
            return (*command, "-c", f"max_connections={max_connections(spec.leases)}")
        case "mysql":
            return (*command, f"--max-connections={max_connections(spec.leases)}")
        case _:
            return command
