"""The table of codes: all that any check can find. A code once published keeps its meaning."""

from __future__ import annotations

import difflib
from functools import lru_cache

from integrity.checks import families
from integrity.checks.code import Code

OWN = (
    Code("VAC005", "examined-nothing", "What is declared had nothing to examine"),
    Code("VAC010", "cannot-fail", "A check stayed green on a mutated copy of its entries"),
    Code("IGN001", "exception-without-reason", "An exception gives no reason"),
    Code("IGN002", "stale-exception", "An exception, an ignore or a line of the baseline matches nothing any more"),
    Code("IGN003", "expired-exception", "An exception is past its date"),
)


@lru_cache(maxsize=None)
def all_codes() -> dict[str, Code]:
    """Every code's row, by code, in the order of families."""
    rows = [row for family in families.FAMILIES for row in families.codes(family)]
    return {row.code: row for row in (*rows, *OWN)}


def code_named(name: str) -> Code | None:
    """The row of a code or slug, whatever its case."""
    wanted = name.strip().lower()
    return next((row for row in all_codes().values() if wanted in (row.code.lower(), row.slug)), None)


def nearest_code(name: str) -> str:
    """The code that a misspelt one, or a misspelt slug, most likely means; "" where none is near."""
    slugs = {row.slug: row.code for row in all_codes().values()}
    near = difflib.get_close_matches(name.strip().upper(), list(all_codes()), n=1)
    near = near or [slugs[slug] for slug in difflib.get_close_matches(name.strip().lower(), list(slugs), n=1)]
    return near[0] if near else ""
