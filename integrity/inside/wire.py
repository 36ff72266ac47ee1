"""The stream a unit's pytest leaves behind: one JSON object a line, ASCII only, each written by one `os.write`.

Both ends import this file: the plugin inside a unit's env writes, the runner reads. Standard library, Python ≥ 3.9.

Every event has `e` (its kind), `t` (epoch seconds) and, beside these:

    session-start   version, pytest, python, pid, workers
    planned         ids                        (in chunks; all of them together are the plan of the session)
    test-start      id
    test-end        id, outcome, duration_s, path, line, message, text, output, findings
    collect-error   id, path, line, message, text
    warning         category, message, path, line
    internal-error  text
    stopped         reason                     (pytest.exit, Ctrl-C, --maxfail …)
    session-end     exit, collected, deselected

`line` is 1-based and the failing line where one is known. `path` is absolute. Text is cut to its head and tail.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any, Iterator

VERSION = 1
STREAM_VARIABLE = "INTEGRITY_STREAM"  # where the plugin writes: an absolute path
ATTEMPT_VARIABLE = "INTEGRITY_ATTEMPT"  # marks every process that an attempt started, also those that escape it

TEXT_LIMIT_BYTES = 64 * 1024  # of one test: 16 KiB of head, 48 KiB of tail
HEAD_SHARE = 0.25


def cut(text: str, limit: int = TEXT_LIMIT_BYTES) -> str:
    """Head and tail of `text` with a line between that says how much is missing; `limit` in characters."""
    if len(text) <= limit:
        return text
    head = int(limit * HEAD_SHARE)
    tail = limit - head
    missing = len(text) - head - tail
    return f"{text[:head]}\n[... {missing} characters cut ...]\n{text[-tail:]}"


class Writer:
    """Appends events to the stream; a half-written line can only be the last one, also after SIGKILL."""

    def __init__(self, path: str) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(path, flags, 0o600)

    def write(self, kind: str, **fields: Any) -> None:
        """Write one event. Lone surrogates and control characters are escaped by JSON itself."""
        line = json.dumps({"e": kind, "t": time.time(), **fields}, ensure_ascii=True, default=str)
        os.write(self._descriptor, line.encode("ascii") + b"\n")


class Reader:
    """Reads a growing stream piece by piece; an unfinished last line waits for its rest."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self.malformed = 0  # lines that were no event: somebody else wrote here, or the disk was full

    def read(self) -> Iterator[dict[str, Any]]:
        """The events that were completed since the last call."""
        try:
            with open(self._path, "rb") as stream:
                stream.seek(self._offset)
                data = stream.read()
        except FileNotFoundError:
            return
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            event = _parsed(line)
            if event is None:
                self.malformed += 1
            else:
                yield event


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("e"), str) else None
