"""Servers that are one command and need nothing prepared: Redis and Valkey, memcached, NATS."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from integrity.backing.server import Account
from integrity.backing.tuning import tuned_command
from integrity.system.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.backing.server import Spec


def admin_of(spec: Spec) -> Account:
    """Nobody, with a password only where the command makes use of one."""
    is_asked = any("{password}" in part for part in tuned_command(spec))
    database = "0" if spec.kind.tenant == "redis" else ""
    return Account(password=secrets.token_urlsafe(18) if is_asked else "", database=database)


def own_arguments(product: str, port: int, folder: Path) -> tuple[str, ...]:
    """What a server is told last, so that nothing else overrules it."""
    match product:
        case "redis" | "valkey":  # with its title it would write over its environment, by which it is known as ours
            kept = ("--set-proc-title", "no", "--daemonize", "no", "--logfile", "", "--dir", str(folder))
            return ("--bind", LOOPBACK, "--port", str(port), *kept)
        case "memcached":
            return ("-l", LOOPBACK, "-p", str(port), "-U", "0")
        case "nats":
            return ("-a", LOOPBACK, "-p", str(port))
        case _:
            raise AssertionError(product)
