"""What a unit's pytest wrote becomes events: relative paths, masked text, and no trust in its shape."""

from pathlib import Path

import pytest

from integrity.execute.translate import Shown, Translator, masked
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


@pytest.mark.parametrize(
    "raw",
    [
        {"e": "test-end", "id": "x", "outcome": "passed", "duration_s": []},
        {"e": "test-end", "id": "x", "outcome": "passed", "duration_s": "1"},
    ],
)
def test_malformed_end_raises_value_error(raw):
    """Whatever is wrong with an event of a test, it is a ValueError, which counts as malformed."""
    with pytest.raises(ValueError, match="duration"):
        TRANSLATOR.translated(raw)


@pytest.mark.parametrize(("line", "told"), [(3, 3), (True, None), (0, None), (10**40, None), ("3", None)])
def test_line_is_one_that_a_file_can_have(line, told):
    """A number that no file has is left out: the journal can hold 64 bits."""
    _, fields = TRANSLATOR.translated({"e": "warning", "category": "W", "message": "m", "path": "/x", "line": line})

    assert fields["line"] == told


@pytest.mark.parametrize(("duration", "told"), [(10**400, 10**9), (-5, 0)])
def test_absurd_duration_is_kept_in_bounds(duration, told):
    """A test that moves the clock, or forges, brings no number that JSON or a schema can't hold."""
    _, fields = TRANSLATOR.translated({"e": "test-end", "id": "x", "outcome": "passed", "duration_s": duration})

    assert fields["duration_s"] == told


def test_finding_without_a_path_of_text_is_left_out():
    """Places of a finding come from the unit too."""
    raw = {"e": "test-end", "id": "x", "outcome": "passed", "duration_s": 0, "findings": [{"places": [{"path": 7}]}]}

    _, fields = TRANSLATOR.translated(raw)

    assert fields["findings"][0].places == []


def test_tests_whose_ids_are_masked_alike_stay_apart():
    """Two secrets in two ids: one test's failure must not be hidden by the other's pass."""
    shown = Shown(Masker({"secret-a", "secret-b"}))

    planned = shown.event({"e": "planned", "ids": ["t[secret-a]", "t[secret-b]", "t[c]"]})
    ended = shown.event({"e": "test-end", "id": "t[secret-b]", "text": "secret-b"})

    assert planned["ids"] == ["t[•••]", "t[•••] (2)", "t[c]"]
    assert (ended["id"], ended["text"]) == ("t[•••] (2)", "•••")
