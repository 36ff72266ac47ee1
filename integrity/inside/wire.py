"""The stream a unit's pytest leaves behind: one JSON object a line, ASCII only, appended line by line.

Both ends import this file: the plugin inside a unit's env writes, the runner reads. Standard library, Python ≥ 3.9.

Every event has `e` (its kind), `t` (epoch seconds) and, beside these:

    session-start   version, pytest, python, pid
    planned         ids                        (in chunks; all of them together are the plan of the session)
    test-start      id                         (before its setup)
    test-end        id, outcome, duration_s, path, line, message, text, output, findings
    collect-error   id, path, line, message, text
    collect-skip    id, path, line, message    (a module that skipped itself: its tests were never planned)
    warning         category, message, path, line
    usage-error     message                    (pytest refused its arguments, its ini or a path)
    internal-error  text
    stopped         reason                     (pytest.exit, Ctrl-C, --maxfail …)
    note            text                       (trouble inside the plugin itself, without harm to the tests)
    session-end     exit, decided, collected, deselected, warnings

An id is planned once. Where a test runs twice (two tests of one id) it ends twice, and its last `test-end` counts: it
is never better than the one before. A try that a plugin retries is no end: the last try counts.
`outcome` is pytest's word; `failed` wins over `error` (in setup or teardown). `text` and `output` are kept for these
two only; `message` holds the reason of the others.

`path` is absolute, or null; `line` is 1-based and the failing line where one is known, else where the test stands.
`decided` is the exit status that pytest reached by itself, `exit` the one after every other plugin's session-finish;
nothing follows `session-end`. `deselected` is null with xdist, whose workers don't tell. Of warnings the first 100 are
written, and `warnings` counts all. Text is cut to its head and tail.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any, Iterator

VERSION = 1
STREAM_VARIABLE = "INTEGRITY_STREAM"  # where the plugin writes: an absolute path
ATTEMPT_VARIABLE = "INTEGRITY_ATTEMPT"  # marks every process that an attempt started, also those that escape it

TEXT_LIMIT = 64 * 1024  # characters of one test: a quarter of head, the rest tail
LINE_LIMIT_BYTES = 16 * 1024 * 1024  # what the reader holds at most while a line has no end
HEAD_SHARE = 0.25
READ_BYTES = 1024 * 1024

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode


def cut(text: str, limit: int = TEXT_LIMIT) -> str:
    """Head and tail of `text`, with a line between that says how much is missing; never longer than `limit` characters."""
    if len(text) <= limit:
        return text
    room = limit - len(_gap(len(text)))
    if room <= 0:
        return text[:limit]
    head = int(room * HEAD_SHARE)
    tail = room - head
    return text[:head] + _gap(len(text) - room) + text[-tail:]


def _gap(missing: int) -> str:
    return f"\n[... {missing} characters cut ...]\n"


class Writer:
    """Appends events to the stream; a half-written line can only be the last one, also after SIGKILL."""

    def __init__(self, path: str) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(path, flags, 0o600)

    def write(self, kind: str, **fields: Any) -> None:
        """Write one event, normally by one `os.write`.

        Lone surrogates and control characters are escaped by JSON itself. Raises OSError when the event could not be
        written whole (nothing may be written after that), TypeError or ValueError for what is no JSON.
        """
        rest = _encode({"e": kind, "t": time.time(), **fields}).encode("ascii") + b"\n"
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def close(self) -> None:
        """Release the file."""
        os.close(self._descriptor)


class Reader:
    """Reads a growing stream piece by piece; an unfinished last line waits for its rest."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self._overlong = False  # the line at hand has passed the limit: drop it up to its end
        self.malformed = 0  # lines that were no event: somebody else wrote here, or the disk was full

    def read(self) -> Iterator[dict[str, Any]]:
        """The events that were completed since the last call."""
        for line in self._lines():
            event = _parsed(line)
            if event is None:
                self.malformed += 1
            else:
                yield event

    def _lines(self) -> Iterator[bytes]:
        for data in self._pieces():
            first, *others = data.split(b"\n")
            self._rest += first
            for piece in others:
                if not self._overlong:
                    yield self._rest
                self._overlong = False
                self._rest = piece
            self._drop_overlong()

    def _pieces(self) -> Iterator[bytes]:
        try:
            with open(self._path, "rb") as stream:
                stream.seek(self._offset)
                while data := stream.read(READ_BYTES):
                    self._offset += len(data)
                    yield data
        except FileNotFoundError:
            return

    def _drop_overlong(self) -> None:
        if self._overlong:
            self._rest = b""
        elif len(self._rest) > LINE_LIMIT_BYTES:
            self._overlong = True
            self._rest = b""
            self.malformed += 1


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("e"), str) else None
