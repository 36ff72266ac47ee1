"""Follows what a container logs, so that its end is still there when the container or its engine is not."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from integrity.backing.server import LOG_BYTES

if TYPE_CHECKING:
    from integrity.backing.docker.engine import Engine

_SLACK_BYTES = 1024**2  # cut only now and then


class LogFollower:
    """The last 10 MiB of a container's log. Positions count bytes from its beginning."""

    def __init__(self, engine: Engine, container: str) -> None:
        self._kept = bytearray()
        self._dropped = 0
        self._lock = threading.Lock()
        self._stream: Any = None
        self._closed = threading.Event()
        self._ended = threading.Event()
        threading.Thread(target=self._follow, args=(engine, container), daemon=True, name="backing-log").start()

    def position(self) -> int:
        """How many bytes came until now."""
        with self._lock:
            return self._dropped + len(self._kept)

    def since(self, position: int) -> bytes:
        """What came from this position on, as far as it is kept."""
        with self._lock:
            kept = self._kept[max(0, position - self._dropped) :]
        return bytes(kept[-LOG_BYTES:])

    def wait_for_end(self, timeout_s: float) -> None:
        """Wait, in a thread, until a container that ended has told all."""
        self._ended.wait(timeout_s)

    def close(self) -> None:
        """Stop following."""
        self._closed.set()
        if self._stream is not None:
            with contextlib.suppress(Exception):  # the SDK can't cancel every transport's stream
                self._stream.close()

    def _follow(self, engine: Engine, container: str) -> None:
        try:
            self._stream = engine.client.logs(container, stream=True, follow=True)
            if self._closed.is_set():
                self.close()
            for chunk in self._stream:
                self._add(chunk)
        except Exception:  # noqa: BLE001, S110 - whatever happens to the stream, what came so far is the log
            pass
        finally:
            self._ended.set()
            self.close()

    def _add(self, chunk: bytes) -> None:
        with self._lock:
            self._kept += chunk
            excess = len(self._kept) - LOG_BYTES
            if excess > _SLACK_BYTES:
                del self._kept[:excess]
                self._dropped += excess
