"""Removes containers by their labels: of a run that was killed, of dead runs, of servers that were kept."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from integrity.backing.docker.blueprint import KEPT_LABEL, RUN_LABEL
from integrity.backing.docker.engine import EngineGoneError, connect
from integrity.backing.server import Unavailable
from integrity.system.owner import Owner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST_S = 20.0
_PAUSE_S = 0.5
_QUIET_LOOKS = 2
_GONE = 404
_TRIES = 3
_COMMAND = "integrity.backing.docker.remove"
_ENGINE_VARIABLES = ("HOME", "PATH", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR")


def removal_command(run_id: str, host: Mapping[str, str]) -> tuple[str, ...]:
    """The command that removes all containers of a run; of the caller's environment it holds what finds the engine."""
    named = {name: host[name] for name in host if name.startswith("DOCKER_") or name in _ENGINE_VARIABLES}
    return (sys.executable, "-P", "-m", _COMMAND, run_id, json.dumps(named))


def remove_run(client: Any, run_id: str) -> bool:
    """Remove all containers of a run, until two looks in a row find none: one may still be in the making. Whether none is left."""
    deadline = time.monotonic() + _LONGEST_S
    quiet = 0
    while quiet < _QUIET_LOOKS and time.monotonic() < deadline:
        time.sleep(_PAUSE_S if quiet else 0)
        found = labelled(client, f"{RUN_LABEL}={run_id}")
        for container in found:
            remove_container(client, container["Id"])
        quiet = 0 if found else quiet + 1
    return quiet == _QUIET_LOOKS


def sweep(client: Any) -> None:
    """Remove the containers of runs that are provably dead, but those that were kept on purpose. Never raises."""
    with contextlib.suppress(Exception):
        for container in labelled(client, RUN_LABEL):
            labels = container.get("Labels") or {}
            owner = Owner.from_labels(labels)
            if owner is not None and owner.is_dead() and labels.get(KEPT_LABEL) != "true":
                remove_container(client, container["Id"])


async def remove_kept(host: Mapping[str, str], containers: Sequence[str]) -> None:
    """Remove kept containers by id, as keepsakes name them; one that is gone is fine. Raises Unavailable without an engine."""
    engine = await connect(host)
    try:
        for container in containers:
            await engine.ask(lambda client, container=container: remove_container(client, container))  # type: ignore[misc]
    except EngineGoneError as gone:
        raise engine.gone(gone) from None


async def is_container_running(host: Mapping[str, str], name: str) -> bool | None:
    """Whether a kept container runs; None when no engine can be asked."""
    try:
        engine = await connect(host)
        found = await engine.ask(lambda client: labelled(client, f"{KEPT_LABEL}=true"))
    except (Unavailable, EngineGoneError):
        return None
    return any(f"/{name}" in each.get("Names", ()) and each.get("State") == "running" for each in found)


def remove_container(client: Any, container: str) -> None:
    """Remove one, with its volumes, by id or name; at once, since a server without data of its own needs no farewell."""
    from docker.errors import APIError  # noqa: PLC0415 - heavy

    for _ in range(_TRIES):
        try:
            client.remove_container(container, force=True, v=True)
        except APIError as refused:
            if refused.status_code == _GONE:
                return
            time.sleep(_PAUSE_S)  # it is being removed, or its file system is busy
        else:
            return


def labelled(client: Any, label: str) -> list[dict[str, Any]]:
    """All containers with this label (or `label=value`), as the engine lists them."""
    found: list[dict[str, Any]] = client.containers(all=True, filters={"label": label})
    return found
