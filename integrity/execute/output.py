"""A unit's `output.log`: what its processes printed, masked, whole up to a limit and then only its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.model.secret import Masker, StreamMasker

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES = 8 * 1024 * 1024
TAIL_BYTES = 2 * 1024 * 1024
SHOWN_TAIL_BYTES = 16 * 1024


class OutputLog:
    """Writes the first 8 MiB as they come and keeps the last 2 MiB; the line between says how much is missing.

    A disk that is full doesn't end the attempt: `problem` says so, and the rest is thrown away.
    """

    def __init__(self, path: Path, masker: Masker) -> None:
        self._path = path
        self._mask = StreamMasker(masker)
        self._stream = path.open("wb", buffering=0)
        self._written = 0
        self._recent = bytearray()
        self._dropped = 0
        self.total_bytes = 0
        self.problem: OSError | None = None

    def write(self, data: bytes) -> None:
        """Take a piece of output."""
        self.total_bytes += len(data)
        self._take(self._mask.feed(data))

    def close(self) -> None:
        """Write what was held back, and the end of what was too much."""
        self._take(self._mask.flush())
        if self._recent:
            if self._dropped:
                self._put(f"\n[... {self._dropped} bytes cut ...]\n".encode())
            self._put(bytes(self._recent))
        self._stream.close()

    def tail(self) -> str:
        """The last 16 KiB, for messages."""
        size = self._path.stat().st_size
        with self._path.open("rb") as stream:
            stream.seek(max(0, size - SHOWN_TAIL_BYTES))
            return stream.read().decode("utf-8", "backslashreplace")

    def _take(self, data: bytes) -> None:
        room = HEAD_BYTES - self._written
        if room > 0:
            self._put(data[:room])
            self._written += len(data[:room])
            data = data[room:]
        if data:
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        self._recent += data
        excess = len(self._recent) - TAIL_BYTES
        if excess > 0:
            del self._recent[:excess]
            self._dropped += excess

    def _put(self, data: bytes) -> None:
        if self.problem is not None:
            return
        try:
            self._stream.write(data)
        except OSError as problem:
            self.problem = problem
