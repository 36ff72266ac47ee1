"""Lines, and the stream that they go to."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.report.line import Style, cells, fitted, line, padded, painted, plain
from integrity.report.output import Output
from integrity.report.words import counted, duration, plural
from integrity.report.wrap import wrapped
from tests.report import github
from tests.report.sample import HOSTILE, PROPERTY


@PROPERTY
@given(HOSTILE, st.integers(0, 30))
def test_fitted_text_fits(text, width):
    """No text is wider than its column, and a padded one has exactly its width."""
    assert cells(fitted(text, width)) <= width
    assert cells(padded(text, width)) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("billing", 7, "billing"),
        ("billing", 6, "billi…"),
        ("日本語", 5, "日本…"),
        ("日本語", 6, "日本語"),
        ("ab", 0, ""),
        ("ab", 1, "…"),
    ],
)
def test_cut_is_shown(text, width, shown):
    """Where something is missing stands an ellipsis; wide characters take two columns."""
    assert fitted(text, width) == shown


@PROPERTY
@given(HOSTILE)
def test_only_our_own_colours_are_painted(text):
    """Text in a line brings no escape sequence of its own, and never a second line."""
    shown = line(text, (text, Style.BAD))

    assert "\x1b" not in plain(shown)
    assert painted(shown).count("\x1b") == (2 if text and plain(line(text)) + "x" != "x" else 0) or not text.strip()
    assert "\n" not in painted(shown)


@PROPERTY
@given(st.lists(HOSTILE, max_size=3), st.booleans())
def test_guarded_output_gives_no_command(texts, color):
    """Pieces that are harmless alone make no command together, with colour or without."""
    stream = io.StringIO()

    Output(stream, color=color, guarded=True).show([line(*texts), line("##", "[error]x"), line(":", ":error::x")])

    assert [github.command(found) for found in github.lines(stream.getvalue())] == [None] * 4


def test_guarded_output_keeps_its_colours():
    """In CI a line with a sign beyond ASCII is coloured like any other; what a test brought along stays visible text."""
    stream = io.StringIO()

    Output(stream, color=True, guarded=True).show([line(("✗ ", Style.BAD), "a\x1b[2Jb\u202e")])

    assert stream.getvalue() == "\x1b[31m✗ \x1b[0ma␛[2Jb\\u202e\n"


@PROPERTY
@given(st.lists(st.tuples(HOSTILE, st.sampled_from(Style)), max_size=5), st.integers(4, 40))
def test_broken_lines_fit_and_lose_nothing(pieces, width):
    """Only a word that is too long for a row of its own makes it wider than the terminal, and every word is still there."""
    shown = line(*((text, style) for text, style in pieces if style is not Style.COMMAND))

    rows = [plain(row) for row in wrapped(shown, width)]

    assert "".join("".join(rows).split()).replace("│", "") == "".join(plain(shown).split()).replace("│", "")
    for row in rows:
        assert cells(row) <= width or len(row.replace("│", " ").split()) <= 2


@pytest.mark.parametrize(
    ("shown", "rows"),
    [
        ("  one two three", ["  one two", "  three"]),
        ("✗ one two three", ["✗ one two", "  three"]),
        ("  → one two three", ["  → one two", "    three"]),
        ("  │ one two three", ["  │ one two", "  │ three"]),
        ("one two 58.5 s, 3", ["one two", "  58.5 s, 3"]),
        ("a_word_that_is_long b", ["a_word_that_is_long", "  b"]),
        ("fits in it", ["fits in it"]),
    ],
)
def test_rest_of_a_line_stands_below_its_first_word(shown, rows):
    """Sign, arrow and gutter keep their column; a number is not torn from its unit."""
    assert [plain(row) for row in wrapped(line(shown), 12)] == rows


def test_command_is_not_broken():
    """What one copies into a shell stays one line."""
    shown = line("  again  ", ("nox -s integrity -- billing", Style.COMMAND))

    assert list(wrapped(shown, 12)) == [shown]


def test_narrow_encoding_is_no_error():
    """A stream that can't show a sign gets a question mark."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")

    Output(stream).show([line("✓ ok")])

    assert stream.buffer.getvalue() == b"? ok\n"


def test_reader_that_went_away_is_no_error():
    """`integrity run | head` ends quietly."""

    class Gone(io.StringIO):
        def write(self, _):
            raise BrokenPipeError

    Output(Gone()).show([line("x")])


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"),
        (0.04, "0.0 s"),
        (12.34, "12.3 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3600, "60 min 00 s"),
    ],
)
def test_durations_are_short(seconds, shown):
    """Times are written for people."""
    assert duration(seconds) == shown


def test_counts_name_failures_first():
    """What matters stands first, and what did not happen is left out."""
    assert counted({"passed": 11, "failed": 1, "skipped": 0}) == "1 failed, 11 passed"
    assert (plural(1, "test"), plural(5000, "test")) == ("1 test", "5,000 tests")
