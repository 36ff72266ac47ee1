"""The page that people search for a message by holds messages that the program says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "how-to" / "troubleshooting.md").read_text(encoding="utf-8")
TITLES = re.findall(r"(?m)^### `(.+)`$", PAGE)
NOT_OURS = (
    "ModuleNotFoundError: No module named",
    "KeyError:",
    "unrecognized arguments:",
)  # Python's and pytest's words
SHORTEST = 8


def texts(path):
    """The constant texts of a module, also those inside of f-strings."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


SAID = "\n".join(text for path in sorted((ROOT / "integrity").rglob("*.py")) for text in texts(path))


@pytest.mark.parametrize("title", TITLES)
def test_title_is_what_the_program_says(title):
    """Each part of a title between two `…` stands in the source: whole, or as two texts that are put together."""
    for words in NOT_OURS:
        title = title.replace(words, "…")
    parts = [part.strip(" '.,:?()") for part in title.split("…")]

    assert [part for part in parts if len(part) >= SHORTEST and not is_said(part)] == []


def is_said(part):
    halves = [(part[: space.start()], part[space.end() :]) for space in re.finditer(" ", part)]
    return part in SAID or any(head in SAID and tail in SAID for head, tail in halves)


def test_there_are_titles():
    """The test above had something to look at."""
    assert len(TITLES) > 20
