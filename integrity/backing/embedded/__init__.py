"""Real servers as processes of this machine, from wheels or from the system, run by an unprivileged user; nothing is installed."""

from integrity.backing.embedded.ending import end_kept, is_process_running
from integrity.backing.embedded.provider import EmbeddedProvider

__all__ = ["EmbeddedProvider", "end_kept", "is_process_running"]
