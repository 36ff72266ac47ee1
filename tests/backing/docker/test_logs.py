"""What is kept of a container's log."""

from __future__ import annotations

import threading

import pytest

from integrity.backing.docker.endpoints import Candidate
from integrity.backing.docker.engine import Engine
from integrity.backing.docker.logs import LogFollower


class Stream:
    """A container's log as the SDK streams it: chunks, then silence until it is closed."""

    def __init__(self, chunks):
        self._chunks = chunks
        self._closed = threading.Event()
        self.told = threading.Event()

    def logs(self, container, **options):
        return self

    def __iter__(self):
        yield from self._chunks
        self.told.set()
        self._closed.wait(10)
        raise ConnectionResetError

    def close(self):
        self._closed.set()


@pytest.fixture
def following():
    followers = []

    def follow(*chunks):
        stream = Stream(chunks)
        candidate = Candidate(url="", origin="")
        followers.append(LogFollower(Engine(candidate=candidate, host={}, client=stream, is_podman=False), "c"))
        assert stream.told.wait(10)
        return followers[-1]

    yield follow
    for each in followers:
        each.close()
        each.wait_for_end(10)


def test_positions_count_from_the_beginning(following):
    """What came since a position is what was not there then."""
    log = following(b"one\n", b"two\n")

    assert log.position() == 8
    assert (log.since(0), log.since(4), log.since(8)) == (b"one\ntwo\n", b"two\n", b"")


def test_only_the_last_ten_mebibytes_are_kept(following):
    """A longer log loses its beginning; positions stay what they were."""
    mebibyte = bytes(1024**2)
    log = following(b"begin", *[mebibyte] * 12, b"end")

    assert log.position() == 12 * 1024**2 + 8
    assert len(log.since(0)) == 10 * 1024**2
    assert log.since(log.position() - 4) == b"\0end"


def test_stream_that_breaks_leaves_what_came(following):
    """A log whose engine is gone is what it was until then."""
    log = following(b"one\n")

    log.close()
    log.wait_for_end(10)

    assert log.since(0) == b"one\n"
