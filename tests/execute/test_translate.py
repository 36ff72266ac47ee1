"""What a unit's pytest wrote becomes events: relative paths, masked text, and no trust in its shape."""

from pathlib import Path

import pytest

from integrity.execute.translate import Translator, masked
from integrity.model.event import Planned, TestEnd
from integrity.model.outcome import TestOutcome
from integrity.model.secret import Masker

TRANSLATOR = Translator(Path("/repo"))


def test_end_of_a_test_becomes_an_event_with_relative_paths():
    """Absolute paths below the root are told relative to it, in findings too."""
    raw = {
        "e": "test-end",
        "id": "t.py::test_a",
        "outcome": "failed",
        "duration_s": 0.5,
        "path": "/repo/services/a/t.py",
        "line": 3,
        "message": "no",
        "findings": [
            {"code": "REG101", "places": [{"path": "/repo/services/a/x.py", "line": 7, "role": "duplicate"}]},
            "junk",
        ],
    }

    kind, fields = TRANSLATOR.translated(raw)

    event = kind(seq=0, ts=0, unit="a", **fields)
    assert kind is TestEnd
    assert (event.outcome, event.path, event.line) == (TestOutcome.FAILED, "services/a/t.py", 3)
    assert [(place.path, place.line) for place in event.findings[0].places] == [("services/a/x.py", 7)]
    assert len(event.findings) == 1


def test_unknown_kinds_stay_inside():
    """Session starts and ends feed the verdict, not the journal."""
    assert TRANSLATOR.translated({"e": "session-start"}) is None


def test_unknown_outcome_is_refused():
    """A result that no pytest gives raises, so that it is counted as malformed."""
    with pytest.raises(ValueError, match="'great' is not a valid TestOutcome"):
        TRANSLATOR.translated({"e": "test-end", "id": "x", "outcome": "great"})


def test_wrongly_typed_fields_become_empty():
    """A forged event can't bring values of other types into the journal."""
    kind, fields = TRANSLATOR.translated({"e": "planned", "ids": "not a list"})

    assert (kind, fields) == (Planned, {"ids": []})


def test_every_string_is_masked():
    """Masking reaches into lists and tables."""
    value = {"text": "key hunter2!", "list": ["hunter2!", 3], "table": {"deep": "xhunter2!x"}}

    assert masked(value, Masker({"hunter2!"})) == {"text": "key •••", "list": ["•••", 3], "table": {"deep": "x•••x"}}
