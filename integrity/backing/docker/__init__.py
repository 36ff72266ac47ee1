"""The provider `docker`: servers in containers of whatever engine speaks Docker's API, also Podman and remote ones."""

from integrity.backing.docker.provider import DockerProvider
from integrity.backing.docker.removal import is_container_running, removal_command, remove_kept

__all__ = ["DockerProvider", "is_container_running", "removal_command", "remove_kept"]
