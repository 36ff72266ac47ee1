"""The template with its filters. Every text that it puts out is made safe here, in one place: a template cannot forget it."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from integrity.inside.wire import cut
from integrity.model.outcome import TestOutcome
from integrity.report import words
from integrity.report.page.lists import choices, shares
from integrity.report.sanitise import for_html

if TYPE_CHECKING:
    import jinja2

FOLDER = Path(__file__).parent
TEST_SIGNS = {
    TestOutcome.PASSED: "✓",
    TestOutcome.FAILED: "✗",
    TestOutcome.ERROR: "!",
    TestOutcome.SKIPPED: "○",
    TestOutcome.XFAILED: "○",
    TestOutcome.XPASSED: "✓",
}
_LEVELS = {"error": "failed", "warning": "flaky"}  # the tones that they share with outcomes


class Assets(NamedTuple):
    """Style and script as they stand in the page, and what the page's policy allows them by."""

    style: str
    script: str
    style_digest: str
    script_digest: str


def template() -> Any:
    """The macros of the template, by name."""
    return _environment().get_template("template.html.j2").module


@cache
def assets() -> Assets:
    """What the page holds besides its content."""
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    return Assets(style, script, _digest(style), _digest(script))


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - only who writes the page pays for it

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        finalize=_safe,
    )
    environment.globals.update(choices=choices, shares=shares)
    environment.filters.update(
        duration=words.duration,
        excerpt=cut,
        folder=lambda unit: _link(f"units/{unit}"),
        level=lambda level: _LEVELS.get(level, "skipped"),
        link=_link,
        moment=_moment,
        place=words.placed,
        plural=words.plural,
        sign=words.sign,
        test_sign=TEST_SIGNS.__getitem__,
        word=words.outcome_of,
    )
    return environment


def _safe(value: object) -> object:
    """Whatever the template puts out, but for numbers and for markup that it made itself."""
    from markupsafe import Markup  # noqa: PLC0415

    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return Markup(for_html(value))  # noqa: S704 - that made it safe


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _link(path: str) -> str:
    """A path below the results folder as a relative address, whatever its name holds; empty for one that leaves the folder."""
    if ".." in path.split("/"):
        return ""
    return quote(path.lstrip("/"), safe="/@", errors="replace")


def _moment(started: str) -> str:
    try:
        return datetime.fromisoformat(started).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return started
