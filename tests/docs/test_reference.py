"""Generated pages say what the program says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"


@pytest.mark.parametrize("name", ["make_command_line", "make_codes"])
def test_page_is_in_step(name):
    """The page holds what the program says now: the help of every command, the text of every code."""
    script = DOCS / f"{name}.py"
    told = f"import runpy, sys; made = runpy.run_path({str(script)!r}); sys.stdout.write(str(made['PAGE']) + chr(0) + made['page']())"

    # In a process of its own: click keeps the help of a command as it was first asked for.
    page, _, now = subprocess.run(
        [sys.executable, "-c", told], check=True, capture_output=True, encoding="utf-8"
    ).stdout.partition(chr(0))

    assert Path(page).read_text(encoding="utf-8") == now, f"run: python docs/{name}.py"


def test_links_between_pages_lead_somewhere():
    """Every relative link of the project's pages names a file that is there, and a heading that it has."""
    root = DOCS.parent
    pages = [*root.glob("*.md"), *DOCS.rglob("*.md"), *(root / "benchmarks").glob("*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    ]

    broken = [
        f"{page.relative_to(root)}: {link}"
        for page, link in links
        if "://" not in link and not leads_somewhere(page, link)
    ]

    assert broken == []
    assert len(links) > 10


def test_index_names_every_page():
    """Whoever reads the list of pages misses none."""
    index = DOCS / "README.md"
    linked = {(DOCS / link).resolve() for link in re.findall(r"\]\(([^)\s]+)\)", index.read_text(encoding="utf-8"))}

    assert {path for path in DOCS.rglob("*.md") if path != index} - linked == set()


def leads_somewhere(page, link):
    path, _, heading = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not heading or heading in anchors(target))


def anchors(page):
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
