"""`.env` files are read as python-dotenv reads them, with all that it silently overwrites."""

from __future__ import annotations

import io

import pytest
from dotenv.parser import parse_stream
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.checks.sources.envfile import envfile_of

PIECES = st.lists(
    st.sampled_from(
        ["A", "B", "=", "'", '"', "\n", " ", "#", "export ", "\\", "n", "\r", "\t", "\x0b", "é", "1", "\ufeff"]
    )
)


@settings(deadline=None)
@given(PIECES.map("".join))
def test_text_is_read_as_python_dotenv_reads_it(text):
    """Names and values in their order, and as many lines that are none."""
    theirs = list(parse_stream(io.StringIO(text, newline="")))

    file = envfile_of(text)

    assert [(each.name, each.value) for each in file.active] == [(each.key, each.value) for each in theirs if each.key]
    assert len(file.invalid) == sum(each.error for each in theirs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1", ("A", "1", 1, "")),
        ("\n\nexport A = 'x y' # why", ("A", "x y", 3, "'")),
        ('A="1\n2"\r\n', ("A", "1\n2", 1, '"')),
        ("A=1#2", ("A", "1#2", 1, "")),
        ("A=1 # 2", ("A", "1", 1, "")),
        ("A= # why", ("A", "", 1, "")),
        (r'A="\"\n"', ("A", '"\n', 1, '"')),
        ("A", ("A", None, 1, "")),
    ],
)
def test_setting_is_read(text, expected):
    """With its value, its line and its quotes."""
    (setting,) = envfile_of(text).settings

    assert (setting.name, setting.value, setting.line, setting.quote) == expected


def test_commented_setting_is_known_as_such():
    """It documents a variable, and sets none."""
    file = envfile_of("# A=1 or\n#B=2\n## export C='3'\n# prose: D\n")

    assert [(each.name, each.value, each.is_commented) for each in file.settings] == [
        ("A", "1 or", True),
        ("B", "2", True),
        ("C", "3", True),
    ]
    assert file.active == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A B=1", "the name has a space in it"),
        ("=1", "it has no name"),
        ("A='1", "its quote is never closed"),
        ("A='1'2", "something stands behind the closing quote"),
    ],
)
def test_line_that_is_none_says_why(text, problem):
    """And the lines around it are read."""
    file = envfile_of(f"X=1\n{text}\n")

    assert file.invalid == ((2, problem),)
    assert [each.name for each in file.active] == ["X"]


def test_lines_are_counted_behind_values_of_several_lines():
    """However they end."""
    file = envfile_of("A='\n\n'\r\nB=1\rC=2\n")

    assert [(each.name, each.line) for each in file.active] == [("A", 1), ("B", 4), ("C", 5)]
