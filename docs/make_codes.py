"""Makes docs/reference/codes.md from the table of codes and their explanations: `python docs/make_codes.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from integrity.checks import codes, families
from integrity.checks.explanation import explanation_of
from integrity.report.explained import how_found, mended

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from integrity.checks.code import Code

PAGE = Path(__file__).parent / "reference" / "codes.md"
OWN = "every family"
LANGUAGES = {
    "py": "python",
    "toml": "toml",
    "json": "json",
    "yaml": "yaml",
    "yml": "yaml",
    "ini": "ini",
    "cfg": "ini",
    "env": "bash",
    "sh": "bash",
    "md": "markdown",
}
HEAD = """\
# Codes

<!-- Made from integrity/checks/*/table.py and integrity/checks/explained/ by `python docs/make_codes.py`. -->

Each kind of defect has a code that keeps its meaning. `integrity check --explain CODE` prints what stands here.

- *automatic*: `integrity check` looks for it without any configuration.
- *declared*: it is looked for where a unit declares its family in `[tool.integrity.registries]` or `[tool.integrity.checks]`; see
  [configuration](configuration.md#registries).
- *opt-in*: it is looked for only where a key asks for it.
- Needs env: sources are not enough; the unit's tests find it in the unit's env (`integrity.declared_tests()`).

An error ends the command with 1; a warning may be meant; what is only worth knowing has the level info.
"""


def page() -> str:
    """The page as it should be."""
    grouped = {**{family: families.codes(family) for family in families.FAMILIES}, OWN: codes.OWN}
    sections = [section for rows in grouped.values() for row in rows for section in _section(row)]
    return "\n".join([HEAD, *_table(grouped), "", *sections])


def _table(grouped: Mapping[str, Sequence[Code]]) -> Iterator[str]:
    yield "| code | slug | what is wrong | level | looked for | needs env |\n|---|---|---|---|---|---|"
    for family, rows in grouped.items():
        if rows:
            yield f"| **{family}** | | | | | |"
        for row in rows:
            looked = "automatic" if row.is_automatic else "opt-in" if row.is_opt_in else "declared"
            code = f"[{row.code}](#{row.code.lower()}-{row.slug})"
            yield f"| {code} | `{row.slug}` | {_plain(row.title)} | {row.level} | {looked} | {'' if row.is_static else 'yes'} |"


def _section(row: Code) -> Iterator[str]:
    yield f"## {row.code} {row.slug}\n"
    yield f"{_plain(row.title)}. {how_found(row)}\n"
    try:
        example = explanation_of(row.code)
    except FileNotFoundError:
        return  # tests/checks/test_drift.py demands it of every code
    yield f"{_plain(example.prose)}\n"
    yield from _files("Wrong", example.wrong)
    yield from _files("Right", mended(example))
    yield from (f"Right: `{path}` is gone.\n" for path in example.wrong if path not in example.right)


def _files(title: str, files: Mapping[str, str]) -> Iterator[str]:
    for path, text in files.items():
        name = path.rpartition("/")[2]
        language = LANGUAGES.get(name.rpartition(".")[2] if not name.startswith(".env") else "env", "text")
        fence = "```" if "```" not in text else "````"
        yield f"{title}, `{path}`:\n\n{fence}{language}\n{text.rstrip()}\n{fence}\n"


def _plain(text: str) -> str:
    """Text in which only what stands in backquotes is markup."""
    parts = text.split("`")
    marks = {"|": "&#124;", "<": "&lt;", "*": r"\*", "_": r"\_"}
    for place in range(0, len(parts), 2):
        for mark, shown in marks.items():
            parts[place] = parts[place].replace(mark, shown)
    return "`".join(part.replace("|", "&#124;") if place % 2 else part for place, part in enumerate(parts))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
