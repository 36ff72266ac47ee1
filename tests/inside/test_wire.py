"""The stream's two ends: what is written is read, whatever it holds and whenever it is read."""

from __future__ import annotations

import itertools
import json
import os
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.inside import wire
from integrity.inside.wire import Reader, Writer, cut, identity

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=5,
)
EVENTS = st.lists(st.tuples(ANY_TEXT, JSON), max_size=6)


@pytest.fixture
def stream(tmp_path):
    return tmp_path / "events.jsonl"


def written(events) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "stream")
        with closing(Writer(str(path))) as writer:
            for kind, value in events:
                writer.write(kind, value=value)
        return path.read_bytes()


def shown(events):
    return [(event["e"], event["value"]) for event in events]


@settings(deadline=None)  # the disk takes its time
@given(EVENTS)
def test_what_is_written_is_read(events):
    """Any kind and value comes back as it was, in order, one ASCII line each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "stream")
        path.write_bytes(written(events))
        reader = Reader(str(path))

        read = list(reader.read())

        assert shown(read) == events
        assert reader.malformed == 0
        assert path.read_bytes().isascii()
        assert path.read_bytes().count(b"\n") == len(events)


@settings(deadline=None)  # the disk takes its time
@given(EVENTS, st.lists(st.integers(0, 400), max_size=8))
def test_reading_while_it_grows_tells_the_same(events, sizes):
    """However the bytes arrive, every event is told once, when its line is whole."""
    data = written(events)
    ends = [0, *sorted(min(size, len(data)) for size in sizes), len(data)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "stream")
        reader = Reader(str(path))
        read = []

        for start, end in itertools.pairwise(ends):
            with path.open("ab") as stream:
                stream.write(data[start:end])
            read += reader.read()
            assert len(read) == data[:end].count(b"\n")

        assert shown(read) == events
        assert reader.malformed == 0


def test_missing_stream_is_empty(stream):
    """A process that died before its first event left no file, which is no error."""
    assert list(Reader(str(stream)).read()) == []


def test_torn_last_line_is_no_event(stream):
    """What SIGKILL cut off is neither an event nor malformed."""
    stream.write_bytes(b'{"e": "planned", "ids": []}\n{"e": "test-st')
    reader = Reader(str(stream))

    assert [event["e"] for event in reader.read()] == ["planned"]
    assert reader.malformed == 0


@pytest.mark.parametrize(
    "line",
    [b"", b"text", b"[]", b"{}", b'{"e": 1}', b"\xff\xfe", b"[" * 200_000, b'{"e": "x"', b"9" * 5000],
    ids=["empty", "text", "list", "no kind", "kind is a number", "not utf-8", "deep", "unclosed", "long number"],
)
def test_foreign_line_is_counted_and_passed_over(stream, line):
    """What a unit forges into the stream is counted, and hides nothing behind it."""
    stream.write_bytes(line + b'\n{"e": "planned"}\n')
    reader = Reader(str(stream))

    assert [event["e"] for event in reader.read()] == ["planned"]
    assert reader.malformed == 1


def test_overlong_line_is_dropped_not_held(stream, monkeypatch):
    """A line without an end costs no more memory than the limit, and what follows it is read."""
    monkeypatch.setattr(wire, "LINE_LIMIT_BYTES", 1000)
    monkeypatch.setattr(wire, "READ_BYTES", 100)
    reader = Reader(str(stream))

    stream.write_bytes(b"x" * 5000)
    assert list(reader.read()) == []
    assert len(reader._rest) <= 1100
    with stream.open("ab") as more:
        more.write(b'yz\n{"e": "planned"}\n')

    assert [event["e"] for event in reader.read()] == ["planned"]
    assert reader.malformed == 1


@pytest.mark.parametrize("value", [float("nan"), object(), {("a", 1): 2}], ids=["nan", "object", "tuple key"])
def test_what_is_no_json_is_refused_whole(stream, value):
    """An event that can't be told leaves no trace in the stream."""
    with closing(Writer(str(stream))) as writer:
        with pytest.raises((TypeError, ValueError)):
            writer.write("note", text=value)
        writer.write("note", text="fine")

    assert [json.loads(line)["text"] for line in stream.read_text().splitlines()] == ["fine"]


@given(ANY_TEXT, st.integers(0, 200))
def test_cut_keeps_short_text_and_bounds_long(text, limit):
    """Never longer than the limit; what fits stays; cutting again changes nothing."""
    result = cut(text, limit)

    assert len(result) <= limit
    assert cut(result, limit) == result
    if len(text) <= limit:
        assert result == text


@given(st.text("ab\n", min_size=201, max_size=1000), st.integers(60, 200))
def test_cut_keeps_head_and_tail_and_says_what_is_missing(text, limit):
    """Head and tail are the text's own, and the number between is what was left out."""
    head, rest = cut(text, limit).split("\n[... ")
    number, tail = rest.split(" characters cut ...]\n")

    assert text.startswith(head)
    assert text.endswith(tail)
    assert len(head) + int(number) + len(tail) == len(text)
    assert 0 < len(head) < len(tail)


def test_what_is_no_file_is_never_waited_for(stream):
    """A FIFO or folder in the stream's place gives no event, and holds nobody up."""
    os.mkfifo(stream)
    assert list(Reader(str(stream)).read()) == []
    stream.unlink()
    stream.mkdir()
    assert list(Reader(str(stream)).read()) == []


def test_number_that_is_no_json_makes_a_foreign_line(stream):
    """`Infinity` can't be told in any report."""
    stream.write_text('{"e": "session-end", "exit": Infinity}\n{"e": "note", "text": NaN}\n')
    reader = Reader(str(stream))

    assert list(reader.read()) == []
    assert reader.malformed == 2


def test_reader_takes_a_bounded_piece_and_then_the_next(stream, monkeypatch):
    """Who reads a little at a time gets all, in order."""
    monkeypatch.setattr(wire, "READ_BYTES", 100)
    with closing(Writer(str(stream))) as writer:
        for number in range(20):
            writer.write("note", text=str(number))
    reader = Reader(str(stream))

    pieces = [[event["text"] for event in reader.read(100)] for _ in range(20)]

    assert len(pieces[0]) <= 2
    assert list(itertools.chain(*pieces)) == [str(number) for number in range(20)]


def test_stream_without_end_is_given_up(stream, monkeypatch):
    """What is beyond the limit isn't read, and the stream counts as malformed, once."""
    monkeypatch.setattr(wire, "READ_BYTES", 100)
    monkeypatch.setattr(wire, "STREAM_LIMIT_BYTES", 1000)
    stream.write_bytes(b'{"e": "note"}\n' * 1000)
    reader = Reader(str(stream))

    assert 70 < len(list(reader.read())) < 90
    assert list(reader.read()) == []
    assert reader.malformed == 1


def test_writer_keeps_writing_when_a_test_replaces_the_clock_and_the_system(stream, monkeypatch):
    """What a test patches for its whole session doesn't touch the record."""
    with closing(Writer(str(stream))) as writer, monkeypatch.context() as patch:
        patch.setattr("time.time", object)
        patch.setattr("os.write", None)
        writer.write("note", text="fine")

    assert [event["text"] for event in Reader(str(stream)).read()] == ["fine"]


def test_identity_is_short_and_tells_long_ids_apart():
    """An id that holds a whole file is told by its beginning and a digest."""
    first, second = ("t.py::test[" + "x" * 10**6 + last for last in "12")

    assert identity("t.py::test") == "t.py::test"
    assert identity(first) != identity(second)
    assert len(identity(first)) <= wire.ID_LIMIT
    assert identity("\udcff" * 2000) == identity("\udcff" * 2000)
