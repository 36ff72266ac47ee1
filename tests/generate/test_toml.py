"""TOML that is written by hand."""

from __future__ import annotations

import tomllib

import pytest

from integrity.errors import UsageError
from integrity.generate.toml import assigned, extended


@pytest.mark.parametrize(
    "value",
    [
        "",
        'a "b" \\ c',
        "ü\t\n\x00\x7f",
        True,
        3,
        [],
        ["a", "b"],
        ["long " * 20, "longer " * 20],
        {"a": {"b": ["c"]}, "d e": "f"},
    ],
)
def test_value_is_read_as_it_was(value):
    """Whatever is in it."""
    assert tomllib.loads(assigned("key", value)) == {"key": value}
    assert tomllib.loads(assigned("a key: ü", value)) == {"a key: ü": value}


@pytest.mark.parametrize(
    "before",
    [
        "a = 1",
        "[project]\nname = 'x'\r\n",
        "[tool.integrity]\nneeds = ['redis']\n",
        "[tool.integrity.needs]\nredis = '7'\n",
        "# only a comment",
        "",
    ],
)
def test_table_is_added_below(before):
    """What was there is still there."""
    after = extended("x.toml", before, '[tool.integrity.registries]\nplans = "a:B"\n').after

    assert tomllib.loads(after)["tool"]["integrity"]["registries"] == {"plans": "a:B"}
    assert after.startswith(before)


@pytest.mark.parametrize(
    "before", ["tool = { a = 1 }\n", "[tool]\nintegrity = {}\n", "[tool]\nintegrity.registries.a = 'b'\n", "[[tool]]\n"]
)
def test_document_that_takes_no_table_is_refused(before):
    """With the text, to add it by hand."""
    with pytest.raises(UsageError) as refusal:
        extended("x.toml", before, '[tool.integrity.registries]\nplans = "a:B"\n')

    assert "x.toml: " in refusal.value.message
    assert 'plans = "a:B"' in refusal.value.hint
