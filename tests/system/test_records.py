"""A kept document is believed only in the very shape that this release writes."""

from __future__ import annotations

import json

import pytest

from integrity.system.records import Record, read_record, write_record


class Note(Record, frozen=True, kw_only=True, tag="integrity.note/1"):
    """A document for these tests."""

    words: dict[str, tuple[int, int]]
    text: str


NOTE = Note(words={"a": (1, 2)}, text="x")


def test_what_is_written_is_read(tmp_path):
    """Also where its folder was not there."""
    write_record(tmp_path / "new" / "note.json", NOTE)

    assert read_record(tmp_path / "new" / "note.json", Note) == NOTE


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": 5},
        {"more": 1},
        {"schema": "integrity.note/2"},
        {"words": {"a": [1]}},
        {"words": []},
    ],
    ids=str,
)
def test_document_of_another_release_is_absent(tmp_path, change):
    """A field too few, one too many, of another type or of another meaning."""
    document = {"schema": "integrity.note/1", "words": {"a": [1, 2]}, "text": "x", **change}
    kept = {key: value for key, value in document.items() if value is not None}
    (tmp_path / "note.json").write_text(json.dumps(kept), encoding="utf-8")

    assert read_record(tmp_path / "note.json", Note) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"text": NaN}'])
def test_torn_document_is_absent(tmp_path, content):
    """Whatever stands in the file, reading it is no error."""
    (tmp_path / "note.json").write_bytes(content)

    assert read_record(tmp_path / "note.json", Note) is None


def test_folder_in_its_place_is_absent(tmp_path):
    """Neither is what is no file at all."""
    (tmp_path / "note.json").mkdir()

    assert read_record(tmp_path / "note.json", Note) is None
    assert read_record(tmp_path / "none.json", Note) is None
