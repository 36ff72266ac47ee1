"""The run's event stream as a file: one JSON object a line. It is appended to while the run lasts and read by every replay.

A journal that can't be written never stops a run: what is missing in it is lost to replays, which then are not green.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import msgspec

from integrity.errors import IntegrityError
from integrity.model.event import SCHEMA, Base, Event
from integrity.report.sanitise import without_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

EventType = TypeVar("EventType", bound=Base)

_MAJOR = SCHEMA.rpartition("/")[2]
_encoder = msgspec.json.Encoder()


class Journal:
    """Appends events. `problem` is the first error of the file system; after it, nothing more is written."""

    def __init__(self, path: Path) -> None:
        self.problem: OSError | None = None
        self._descriptor: int | None = None
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as problem:
            self.problem = problem

    def append(self, event: EventType) -> EventType:
        """Write one event, as one line, at once; returns it as a reader will get it (without lone surrogates)."""
        try:
            line = _encoder.encode(event)
        except UnicodeEncodeError:
            event = _readable(event)
            line = _encoder.encode(event)
        if self._descriptor is not None:
            self._write(self._descriptor, line + b"\n")
        return event

    def close(self) -> None:
        """Release the file; may be called twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, descriptor: int, rest: bytes) -> None:
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError as problem:
            self.problem = problem
            self.close()


def read(path: Path) -> Iterator[Event]:
    """The events of a journal, in their order. Raises IntegrityError as `events_in` does."""
    with path.open("rb") as journal:
        yield from events_in(journal, str(path))


def events_in(lines: Iterable[bytes], place: str) -> Iterator[Event]:
    """The events that stand in these lines of a journal, which is named `place` in errors.

    Unknown types are passed over, and so is a last line that was torn off. Raises IntegrityError for any other line
    that is no event, and for a journal of a newer major version.
    """
    decoder = msgspec.json.Decoder(Event)
    for number, line in enumerate(lines, start=1):
        header = _header(line)
        if header is None:
            if line.endswith(b"\n"):
                raise _broken(place, number, "it is no event")
            return
        if header.type not in _TYPES:
            continue
        _check_major(place, header)
        try:
            yield decoder.decode(line)
        except _UNREADABLE as problem:
            raise _broken(place, number, str(problem)) from problem


_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Header(msgspec.Struct):
    type: str
    schema: str | None = None


_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in Event.__args__)
_header_decoder = msgspec.json.Decoder(_Header)


def _header(line: bytes) -> _Header | None:
    try:
        return _header_decoder.decode(line)
    except _UNREADABLE:
        return None


def _check_major(place: str, header: _Header) -> None:
    if header.schema is None or header.schema.rpartition("/")[2] == _MAJOR:
        return
    raise IntegrityError(
        f"{place} is written in {header.schema}, and this version reads {SCHEMA}",
        hint="Read it with the version of nox-integrity that wrote it, or a newer one.",
    )


def _broken(place: str, number: int, reason: str) -> IntegrityError:
    return IntegrityError(
        f"{place}:{number} can't be read: {reason}",
        hint="Something else than integrity wrote to it, or the disk was full; the run has to be repeated.",
    )


def _readable(event: EventType) -> EventType:
    return msgspec.convert(without_surrogates(msgspec.to_builtins(event)), type(event))
