"""One pull, in a thread: follows what the engine tells, says how far it is, and gives up a registry that stalls."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

_EVERY_S = 1.0
_IDLE = ("Waiting", "Retrying")  # what layers say while nothing comes
_LOADED = ("Download complete", "Pull complete", "Extracting", "Verifying Checksum", "Already exists")
_MEGABYTE = 1_000_000


class PullError(Exception):
    """The image did not come; the message is the engine's or the registry's own."""


def pull_image(
    client: Any, reference: str, stall_s: float, *, report: Callable[[str], None], abandoned: threading.Event
) -> None:
    """Pull with a client of its own. `report` gets the end of a line, about once a second. Raises PullError."""
    from docker.errors import APIError, DockerException  # noqa: PLC0415 - heavy

    follower = _Follower(stall_s, report)
    try:
        for event in _events(client, reference, stall_s):
            if abandoned.is_set():
                return
            follower.take(event)
    except APIError as refused:
        raise PullError(refused.explanation or str(refused)) from None
    except DockerException as problem:  # of a helper for credentials
        raise PullError(str(problem)) from None
    except Exception as problem:
        if "timed out" not in str(problem):
            raise
        raise PullError(follower.stalled()) from None
    finally:
        client.close()


def _events(client: Any, reference: str, stall_s: float) -> Any:
    """What the engine tells. The SDK itself pulls without a deadline, and a registry that stalls would hold the thread forever."""
    send = client.send
    client.send = lambda request, **options: send(request, **{**options, "timeout": stall_s})
    return client.pull(reference, stream=True, decode=True)


class _Follower:
    def __init__(self, stall_s: float, report: Callable[[str], None]) -> None:
        self._stall_s = stall_s
        self._report = report
        self._states: dict[str, tuple[str, int]] = {}
        self._bytes: dict[str, tuple[int, int]] = {}
        self._progressed = time.monotonic()
        self._reported = 0.0

    def take(self, event: dict[str, Any]) -> None:
        if error := event.get("error"):
            raise PullError(str(error))
        layer, status = str(event.get("id", "")), str(event.get("status", ""))
        amounts = event.get("progressDetail") or {}
        current, total = int(amounts.get("current") or 0), int(amounts.get("total") or 0)
        now = time.monotonic()
        if self._states.get(layer) != (status, current) and not status.startswith(_IDLE):
            self._states[layer] = (status, current)
            self._progressed = now
        if now - self._progressed > self._stall_s:
            raise PullError(self.stalled())
        self._count(layer, status, current, total)
        if not self._reported or now - self._reported >= _EVERY_S:
            self._reported = now
            self._report(self._amount())

    def _count(self, layer: str, status: str, current: int, total: int) -> None:
        if status == "Downloading" and total > 0:
            self._bytes[layer] = (current, total)
        elif status in _LOADED and layer in self._bytes:
            total = self._bytes[layer][1]
            self._bytes[layer] = (total, total)

    def _amount(self) -> str:
        done, total = (sum(each) for each in zip(*self._bytes.values(), strict=True)) if self._bytes else (0, 0)
        return f": {done // _MEGABYTE} of {-(-total // _MEGABYTE)} MB" if total else ""

    def stalled(self) -> str:
        return f"stalled: no progress for {self._stall_s:g} s{self._amount().replace(':', ' at', 1)}"
