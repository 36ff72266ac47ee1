"""Untrusted text in the four places where it is shown."""

import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from integrity.report import sanitise
from tests.report import github
from tests.report.sample import HOSTILE, PROPERTY


def dangerous(text, allowed=""):
    """The characters of `text` that a terminal would act on, hide or can't show."""
    return [
        found for found in text if unicodedata.category(found) in {"Cc", "Cs", "Zl", "Zp"} and found not in allowed
    ] + [
        found
        for found in text
        if unicodedata.bidirectional(found) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    ]


@PROPERTY
@given(HOSTILE)
def test_terminal_line_has_no_controls(text):
    """Nothing in a line can move the cursor, end the line or turn its direction."""
    assert dangerous(sanitise.for_terminal(text)) == []


@PROPERTY
@given(HOSTILE)
def test_terminal_block_breaks_at_line_feeds_only(text):
    """A block has the lines of its text and no other control."""
    shown = sanitise.block_for_terminal(text)

    assert dangerous(shown, allowed="\n") == []
    assert shown.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünï 日本 👩‍💻", "plain ünï 日本 👩‍💻"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇"),
        ("a\x00b\x7f", "a␀b␡"),
        ("one\ntwo\r\nthree\rfour", "one␊two␊three␍four"),
        ("\x9b31m", "\\x9b31m"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("bad \udcff byte", "bad \\udcff byte"),
        ("a\tb", "a   b"),
    ],
)
def test_terminal_shows_what_it_replaces(text, shown):
    """Colours go, everything else that can't be shown stays visible."""
    assert sanitise.for_terminal(text) == shown


@PROPERTY
@given(HOSTILE)
def test_ci_runner_finds_no_command(text):
    """No line of a block, in whatever place, is a command to GitHub's runner."""
    for line in sanitise.block_for_terminal(text).split("\n"):
        for prefix in ("", "  ", "  │ "):
            guarded = sanitise.for_ci_log(prefix + line)
            assert [github.command(found) for found in github.lines(guarded)] == [None]
            assert "##[" not in guarded


@pytest.mark.parametrize(
    "line",
    [
        "::error::x",
        "  ::add-mask::a",
        "\u2003::ERROR file=a::x",
        "x ##[error]y",
        "###[group]x",
        "##[add-mask]",
        "#\u200d#\u200b[error]y",
        "##vso[task.complete]",
    ],
)
def test_ci_commands_are_broken_visibly(line):
    """Each way of giving a command is broken by a space or by showing what was hidden."""
    guarded = sanitise.for_ci_log(line)

    assert github.command(guarded) is None
    assert guarded != line
    assert not any(hidden in guarded for hidden in "\u200d\u200b")


def test_ci_log_leaves_other_text_alone():
    """Ordinary output, node ids among it, is not touched."""
    for line in ("[1/8] passed  a::b", "tests/x.py::test_a", "## Title", "a # b [c]", "│ ü"):
        assert sanitise.for_ci_log(line) == line


@PROPERTY
@given(HOSTILE)
def test_xml_is_read_back_unchanged(text):
    """What the sanitiser lets through comes back from a parser as it is."""
    element = ET.Element("a", {"b": sanitise.for_xml(text)})
    element.text = sanitise.for_xml(text)

    found = ET.fromstring(ET.tostring(element, encoding="utf-8"))

    assert (found.text or "", found.get("b")) == (sanitise.for_xml(text), sanitise.for_xml(text))


def test_xml_shows_what_it_replaces():
    """Characters that XML can't hold are named by their numbers."""
    assert sanitise.for_xml("\x00 \x1b[2J \ud800 \ufffe \x85 \r ü\t\n") == "#x00 #x1B[2J #xD800 #xFFFE #x85 #x0D ü\t\n"


class Tags(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.attributes = [], "", []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Keep the tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        """Keep the text."""
        self.text += data


def rendered(markdown):
    """The page that GitHub-flavoured Markdown becomes."""
    return Tags(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


@PROPERTY
@given(HOSTILE)
def test_markdown_line_is_only_code(text):
    """In a paragraph, a heading or a table, text makes no tag, and reads as it stood."""
    shown = sanitise.for_markdown(text)

    assert rendered(f"a {shown} b").tags == ["p", "code"]
    assert rendered(f"# {shown}").tags == ["h1", "code"]
    assert "|" not in shown
    table = rendered(f"| a | b |\n|---|---|\n| {shown} | c |\n")
    assert table.tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "code", "td"]
    assert table.text.split() == ["a", "b", *sanitise.for_terminal(text).split(), "c"]
    assert sanitise.for_terminal(text) in rendered(f"a {shown} b").text


@PROPERTY
@given(HOSTILE)
def test_markdown_block_is_only_preformatted(text):
    """A block ends where we end it, keeps its lines, and nothing in it becomes markup."""
    page = rendered(f"before\n\n{sanitise.block_for_markdown(text)}\n\nafter *it*\n")

    assert page.tags == ["p", "pre", "p", "em"]
    assert sanitise.block_for_terminal(text) in page.text


@PROPERTY
@given(HOSTILE)
def test_html_text_makes_no_tag(text):
    """Text in an element or an attribute stays there."""
    page = Tags(f'<p title="{sanitise.for_html(text)}">{sanitise.for_html(text)}</p>')

    assert page.tags == ["p"]
    assert page.attributes == [("title", sanitise.block_for_terminal(text))]
    assert page.text == sanitise.block_for_terminal(text)


@PROPERTY
@given(HOSTILE)
def test_json_values_become_encodable(text):
    """Lone surrogates are spelled out in values and keys, and nothing else changes."""
    values, keys = sanitise.without_surrogates([[text, 1, None], {text: 2}])

    for found in (values[0], *keys):
        found.encode("utf-8")
    assert (values[1:], list(keys.values())) == ([1, None], [2])
    if text.isascii():
        assert (values[0], list(keys)) == (text, [text])
