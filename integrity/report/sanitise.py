"""Text that tests, builds and file names bring along, made safe for the places where it is shown.

Untrusted text may say anything, but only as text: it can't move the cursor, give commands to a CI runner, break XML, or
format, link or mention anything. What can't be shown is replaced visibly, never dropped; only colours are taken out.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # shown as nothing
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, directions
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # fillers, variation selectors, annotations
    "\ud800-\udfff"  # halves of surrogate pairs
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # musical controls, tags
)
_SHOWN_IN_TERMINALS = frozenset("\u200c\u200d\ufe0e\ufe0f")  # scripts and emoji are joined and chosen by these
_NOT_XML = "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # slow to compile, and seldom needed
_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_FOR_STDOUT = re.compile("[\x7f-\U0010ffff]|#(?=#)")  # in JSON only inside of strings, where it can be spelled
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def for_terminal(text: str) -> str:
    """`text` as one line of a terminal."""
    return block_for_terminal(text).replace("\n", "␊")


def block_for_terminal(text: str) -> str:
    """`text` as lines of a terminal; only line feeds break them, tabs become spaces."""
    clean = _COLOURS.sub("", text).replace("\r\n", "\n").expandtabs(4)
    return clean if clean.isascii() and clean.replace("\n", "").isprintable() else _INVISIBLE.sub(_shown, clean)


def for_ci_log(line: str) -> str:
    """One whole line of output, ours included, as no CI runner reads it as a command.

    GitHub takes `::name::` at a line's start, after any white space, and `##[name]` anywhere; Azure and TeamCity take
    `##name[`. Runners compare as people do, so that characters which are shown as nothing count as nothing.
    """
    return without_command(visible(line))


def visible(line: str) -> str:
    """`line` without characters that are shown as nothing; one of ASCII alone stays as it is."""
    return line if line.isascii() else _INVISIBLE.sub(_escaped, line)


def without_command(line: str) -> str:
    """A whole line whose invisible characters are gone, with colours of ours or without, as no CI runner reads it as a command."""
    broken = re.sub(r"##(?=\w*\[)", "# #", line)
    return re.sub(r"^(\s*):(?=:)", r"\1: ", broken)


def for_xml(text: str) -> str:
    """`text` with only characters that XML 1.0 allows and every parser hands on unchanged; others as `#x1B`."""
    if text.isascii() and text.isprintable():
        return text
    clean = _COLOURS.sub("", text).replace("\r\n", "\n")
    return re.sub(_NOT_XML, lambda match: f"#x{ord(match[0]):02X}", clean)


def for_html(text: str) -> str:
    """`text` for an element or a quoted attribute of HTML."""
    return html.escape(block_for_terminal(text), quote=True)


def for_markdown(text: str) -> str:
    """`text` in one line of Markdown, also in a cell of a table, as code: no character of it is markup, link or mention."""
    return f"<code>{_PUNCTUATION.sub(lambda match: f'&#{ord(match[0])};', for_terminal(text))}</code>"


def block_for_markdown(text: str) -> str:
    """`text` as a block of Markdown that keeps its lines: raw HTML, which ends only at the `</pre>` of our own."""
    return f"<pre>\n{for_html(text)}\n</pre>"


def json_for_stdout(text: str) -> bytes:
    """The same JSON in ASCII, and nothing in it is a command to a CI runner or a terminal."""
    return _NOT_FOR_STDOUT.sub(_spelled, text).encode("ascii")


def without_surrogates(value: Any) -> Any:
    """`value` (of JSON types) with every lone surrogate in its strings spelled out: UTF-8 can't hold them."""
    match value:
        case str():
            return value if value.isascii() else _SURROGATES.sub(_escaped, value)
        case list() | tuple():
            return [without_surrogates(item) for item in value]
        case dict():
            return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
        case _:
            return value


def _spelled(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if match[0] > "\x7f" else f"\\u{ord(match[0]):04x}"


def _shown(match: re.Match[str]) -> str:
    return match[0] if match[0] in _SHOWN_IN_TERMINALS else _escaped(match)


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x20:  # noqa: PLR2004 - the C0 controls have pictures of their own
        return chr(0x2400 + number)
    if number == 0x7F:  # noqa: PLR2004
        return "␡"
    return f"\\x{number:02x}" if number <= 0xFF else f"\\u{number:04x}"  # noqa: PLR2004
