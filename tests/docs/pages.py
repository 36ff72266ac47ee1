"""The project's pages that are written by hand, and the blocks and tables in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
GENERATED = (DOCS / "reference" / "command-line.md", DOCS / "reference" / "configuration.md")
PAGES = tuple(path for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md"))) if path not in GENERATED)


def page(name):
    """The text of a page below `docs`."""
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(path, language):
    """Each block of code in this language: its line, and its text without the indentation of a list."""
    text = path.read_text(encoding="utf-8")
    for found in re.finditer(rf"(?ms)^( *)```{language}\n(.*?)^\1```$", text):
        indent, content = found.groups()
        yield text.count("\n", 0, found.start()) + 2, re.sub(rf"(?m)^{indent}", "", content)


def rows(text, heading):
    """The rows of the table whose head starts so, each as a list of its cells."""
    table = text[text.index(heading) :].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def code(cell):
    """What stands in a cell between backticks."""
    return re.findall(r"`([^`]+)`", cell)
