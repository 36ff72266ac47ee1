"""Recorded times are kept small, and a broken file of them is worth nothing, not an error."""

import pytest

from integrity.cache.timings import costs, read_timings


def test_cost_is_the_median_of_the_last_passes():
    """One slow run doesn't move a unit."""
    assert costs({"a": [1.0, 9.0, 2.0]}) == {"a": 2.0}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema": "integrity.timings/2", "units": {"a": [1]}}',
        b'{"schema": "integrity.timings/1"}',
        b"\xff",
    ],
)
def test_unreadable_file_is_no_timings(tmp_path, content):
    """Torn, foreign or newer files are ignored."""
    (tmp_path / "timings.json").write_bytes(content)

    assert read_timings(tmp_path) == {}
