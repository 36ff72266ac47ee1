"""The providers, in the order in which they are asked, and the end of what they left on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.backing.docker import DockerProvider, is_container_running, removal_command, remove_kept
from integrity.backing.embedded import EmbeddedProvider, end_kept, is_process_running
from integrity.backing.external import ExternalProvider

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.backing.kept import Kept
    from integrity.backing.server import Provider, Site
    from integrity.system.supervision import Supervision


def providers_of(choice: str, site: Site, supervision: Supervision) -> tuple[Provider, ...]:
    """Those that `choice` (`auto`, or the name of one) allows; the supervisor is told what they start."""

    def started(pid: int, folder: Path) -> None:
        if pid:
            supervision.ask_to_quit(pid)
        else:
            supervision.remove_folder(folder)

    if choice in {"auto", "docker"}:
        supervision.run_command(removal_command(site.run_id, site.host))
    providers: tuple[Provider, ...] = (
        ExternalProvider(site),
        DockerProvider(site),
        EmbeddedProvider(site, started),
    )
    return tuple(provider for provider in providers if choice in {"auto", provider.name})


async def end(kept: Kept, host: Mapping[str, str]) -> None:
    """End the server of a lease that was left. Raises Unavailable when its engine can't be asked."""
    match kept.provider:
        case "docker":
            await remove_kept(_engine(kept, host), [kept.server["container"]])
        case "embedded":
            end_kept(kept.server)
        case _:
            return  # what was given is not ours to end


async def is_running(kept: Kept, host: Mapping[str, str]) -> bool | None:
    """Whether the server of a lease that was left still runs, None where its engine can't be asked.

    Of one that was given nobody knows, and it is not ours to ask.
    """
    match kept.provider:
        case "docker":
            return await is_container_running(_engine(kept, host), kept.server["container"])
        case "embedded":
            return is_process_running(kept.server)
        case _:
            return True


def _engine(kept: Kept, host: Mapping[str, str]) -> dict[str, str]:
    """The environment that finds the engine again that has the container."""
    return {**host, "DOCKER_HOST": kept.server["engine"]}
