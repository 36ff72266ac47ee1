"""Lines of keys in TOML texts."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrity.settings.toml import key_lines

DOCUMENT = '''\
# comment with [tool.integrity] and = in it
title = "a # b"
text = """
[tool.integrity]
timeout = 1
"""
other = \'\'\'x = [\'\'\'

[tool.integrity]   # here
timeout = 1.5
exclude = [
  "a",  # first ]
  'b',
  [1, { deep = 2 }],
]
env = { A = "x", "B.C" = "}", D.E = "y" }
"quoted key" = 1
dotted.key . more = true
when = 2024-01-01T00:00:00Z

[[array]]
name = "one"
[ tool . "other" ]
x = -1
y = { a = """quoted"""", b = "z" }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("other",), 7),
        (("tool", "integrity"), 9),
        (("tool", "integrity", "timeout"), 10),
        (("tool", "integrity", "exclude"), 11),
        (("tool", "integrity", "exclude", 0), 12),
        (("tool", "integrity", "exclude", 1), 13),
        (("tool", "integrity", "exclude", 2, 1, "deep"), 14),
        (("tool", "integrity", "env", "A"), 16),
        (("tool", "integrity", "env", "B.C"), 16),
        (("tool", "integrity", "env", "D", "E"), 16),
        (("tool", "integrity", "quoted key"), 17),
        (("tool", "integrity", "dotted", "key", "more"), 18),
        (("tool", "integrity", "when"), 19),
        (("array", "name"), 22),
        (("tool", "other", "x"), 24),
        (("tool", "other", "y", "b"), 25),
    ],
)
def test_each_kind_of_key_has_its_line(path, line):
    """Keys in tables, inline tables, dotted, quoted, after multi-line strings, and items of lists have their line."""
    tomllib.loads(DOCUMENT)

    assert key_lines(DOCUMENT)[path] == line


def test_text_inside_strings_is_no_key():
    """What looks like a table or a key inside a string or comment is none."""
    lines = key_lines(DOCUMENT)

    assert ("timeout",) not in lines
    assert lines[("tool", "integrity")] == 9


KEYS = st.text(alphabet="abc-_.\"' é=[]#", min_size=1, max_size=5)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-9, 9)
    | st.floats(0, 9).map(lambda number: round(number, 2))
    | st.text("ab\"'#[]{}=,\n\\", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def written(value):
    """TOML of a value; tables are inline."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {written(content)}" for key, content in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[\n" + ",\n".join(written(item) for item in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_top_level_keys_stand_where_they_were_written(table):
    """Whatever their values hold, keys are found at the lines at which they were written."""
    text, expected = "", {}
    for key, value in table.items():
        expected[(key,)] = text.count("\n") + 1
        text += f"{json.dumps(key, ensure_ascii=False)} = {written(value)}\n"
    assert tomllib.loads(text) == table

    lines = key_lines(text)

    assert {path: line for path, line in lines.items() if len(path) == 1} == expected


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("ab=.,[]{}\"'#\n \\", max_size=40))
def test_any_text_is_survived(text):
    """Text that is no TOML gives some answer, and an end."""
    assert isinstance(key_lines(text), dict)
