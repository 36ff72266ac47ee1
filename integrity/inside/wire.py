"""The stream a unit's pytest leaves behind: one JSON object a line, ASCII only, appended line by line.

Both ends import this file: the plugin inside a unit's env writes, the runner reads. Standard library, Python ≥ 3.9.

Every event has `e` (its kind), `t` (epoch seconds) and, beside these:

    session-start   version, pytest, python, pid
    planned         ids                        (in chunks; all of them together are the plan of the session)
    test-start      id                         (before its setup)
    test-end        id, outcome, duration_s, path, line, message, text, output, findings
    hidden          id, message                (it raised, and some plugin's report calls it passed)
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
import stat
import time
from typing import Any, Iterator

VERSION = 1
STREAM_VARIABLE = "INTEGRITY_STREAM"  # where the plugin writes: an absolute path
FINDING = "integrity.finding"  # the name of a user property that holds one finding, a dict
ATTEMPT_VARIABLE = "INTEGRITY_ATTEMPT"  # marks every process that an attempt started, also those that escape it

TEXT_LIMIT = 64 * 1024  # characters of one test: a quarter of head, the rest tail
LINE_LIMIT_BYTES = 16 * 1024 * 1024  # what the reader holds at most while a line has no end
HEAD_SHARE = 0.25
STREAM_LIMIT_BYTES = 256 * 1024 * 1024  # what the reader takes of one stream: half a million tests
READ_BYTES = 256 * 1024
ID_LIMIT = 1000  # characters of a test's id: a parametrised one may hold a whole file

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


def identity(node: str) -> str:
    """The id of a test in the stream: pytest's own, or where that is too long, its beginning with a digest of the whole."""
    if len(node) <= ID_LIMIT:
        return node
    import hashlib  # noqa: PLC0415 - hardly a unit pays for it

    digest = hashlib.sha256(node.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return f"{node[: ID_LIMIT - 60]}...({len(node)} characters, {digest})"


def _gap(missing: int) -> str:
    return f"\n[... {missing} characters cut ...]\n"


class Writer:
    """Appends events to the stream; a half-written line can only be the last one, also after SIGKILL.

    What it calls is bound when it begins: tests replace the clock and the whole of `os`.
    """

    def __init__(self, path: str) -> None:
        self._now = time.time
        self._put = os.write
        self._release = os.close
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(path, flags, 0o600)

    def write(self, kind: str, **fields: Any) -> None:
        """Write one event, normally by one `os.write`.

        Lone surrogates and control characters are escaped by JSON itself. Raises OSError when the event could not be
        written whole (nothing may be written after that), TypeError or ValueError for what is no JSON.
        """
        rest = _encode({"e": kind, "t": self._now(), **fields}).encode("ascii") + b"\n"
        while rest:
            rest = rest[self._put(self._descriptor, rest) :]

    def close(self) -> None:
        """Release the file."""
        self._release(self._descriptor)


class Reader:
    """Reads a growing stream piece by piece; an unfinished last line waits for its rest.

    The other end is not trusted: what is no file is not opened, and a stream without end is given up as malformed.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.offset = 0
        self._rest = b""
        self._overfull = False
        self._overlong = False  # the line at hand has passed the limit: drop it up to its end
        self.malformed = 0  # lines that were no event: somebody else wrote here, or the disk was full

    def read(self, most: int = STREAM_LIMIT_BYTES) -> Iterator[dict[str, Any]]:
        """The events that were completed since the last call, from about `most` bytes; to be taken to their end."""
        for line in self._lines(most):
            event = _parsed(line)
            if event is None:
                self.malformed += 1
            else:
                yield event

    def _lines(self, most: int) -> Iterator[bytes]:
        for data in self._pieces(most):
            first, *others = data.split(b"\n")
            self._rest += first
            for piece in others:
                if not self._overlong:
                    yield self._rest
                self._overlong = False
                self._rest = piece
            self._drop_overlong()

    def _pieces(self, most: int) -> Iterator[bytes]:
        end = min(self.offset + most, STREAM_LIMIT_BYTES)
        try:
            with open(self._path, "rb", opener=_without_waiting) as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    return
                stream.seek(self.offset)
                while self.offset < end and (data := stream.read(READ_BYTES)):
                    self.offset += len(data)
                    yield data
        except OSError:  # it is not there yet, or no more
            return
        if self.offset >= STREAM_LIMIT_BYTES and not self._overfull:
            self._overfull = True
            self.malformed += 1

    def _drop_overlong(self) -> None:
        if self._overlong:
            self._rest = b""
        elif len(self._rest) > LINE_LIMIT_BYTES:
            self._overlong = True
            self._rest = b""
            self.malformed += 1


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a FIFO would wait for somebody to write to it


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


_decode = json.JSONDecoder(parse_constant=_refused).decode


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        event = _decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("e"), str) else None
