"""How each test ended, where and why: the whole zoo, under each style of traceback."""

from __future__ import annotations

import pytest

from tests.inside.recording import record
from tests.inside.zoo import EXPECTED, SOURCE, marked_lines


@pytest.fixture(scope="module", params=["--tb=auto", "--tb=short", "--tb=native", "--tb=no", "-n2"])
def zoo(request, tmp_path_factory):
    """The zoo's recording, and the option that it ran with."""
    folder = tmp_path_factory.mktemp("zoo") / "unit"
    files = {"pytest.ini": "[pytest]\n", "test_unit.py": SOURCE}
    return record(folder, files, "--doctest-modules", request.param), folder, request.param


def test_every_test_is_planned_and_ends_once(zoo):
    """The plan, the starts and the ends name the same tests, and the session closes after them."""
    recording, _, _ = zoo
    starts = [event["id"] for event in recording.of("test-start")]
    ends = [event["id"] for event in recording.of("test-end")]

    assert sorted(recording.planned) == sorted(starts) == sorted(ends)
    assert {name.rpartition("::")[2].removesuffix(".py") for name in ends} >= set(EXPECTED) - {"test_unit"}
    assert len(ends) == len(EXPECTED)
    assert recording.kinds[0] == "session-start"
    assert recording.kinds[-1] == "session-end"
    assert recording.malformed == 0
    assert not recording.of("note")


@pytest.mark.parametrize("name", EXPECTED)
def test_outcome_and_message(zoo, name):
    """The outcome is pytest's, and the message says what went wrong under any style of traceback."""
    end = zoo[0].ends[name]

    assert end["outcome"] == EXPECTED[name].outcome
    assert EXPECTED[name].message in end["message"]
    assert end["duration_s"] >= 0


@pytest.mark.parametrize("name", marked_lines(traceback=True))
def test_place_is_the_failing_line(zoo, name):
    """Path and line are the unit's own failing line, or where the test stands when no line is known."""
    recording, folder, option = zoo
    expected = marked_lines(traceback=option != "--tb=no")[name]

    end = recording.ends[name]

    assert (end["path"], end["line"]) == (str(folder / "test_unit.py"), expected)


def test_output_is_kept_with_its_titles_where_it_tells(zoo):
    """A failed test brings what it printed, by title; one that passed brings nothing."""
    ends = zoo[0].ends

    assert (
        ends["test_fail"]["output"]
        == "--- Captured stdout call ---\nto stdout\n\n--- Captured stderr call ---\nto stderr\n"
    )
    assert "--- Captured stdout setup ---\nin setup" in ends["test_setup"]["output"]
    assert ends["test_pass"]["output"] == ends["test_pass"]["text"] == ""


def test_text_holds_every_failure_of_a_test(zoo):
    """Call and teardown, and the parts of a test, stand one after the other under their titles."""
    recording, _, option = zoo

    both = recording.ends["test_call_and_teardown"]["text"]
    assert both.index("(call) ---") < both.index("(teardown) ---")
    if option != "--tb=no":
        assert both.index("assert 0") < both.index("(teardown) ---") < both.index("after")
        assert "1 != 0" in recording.ends["test_unit_sub"]["text"]
        assert "JSONDecodeError" in recording.ends["test_chain"]["text"]
