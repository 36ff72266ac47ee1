"""What `integrity check --explain CODE` prints: the text of a code with its wrong and its right example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.checks.explanation import explanation_of
from integrity.report.line import EMPTY, Style, line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.checks.code import Code
    from integrity.checks.explanation import Example
    from integrity.report.line import Line


def explained_lines(code: Code) -> Iterator[Line]:
    """Title, level, how it is found, the prose, and the examples with a mark before each line at which something is found."""
    yield line((f"{code.code} {code.slug}", Style.BOLD), f" ({code.level})")
    yield line(f"{code.title}.")
    yield line((how_found(code), Style.DIM))
    try:
        example = explanation_of(code.code)
    except FileNotFoundError:
        return
    yield EMPTY
    yield from (line(text) for text in example.prose.split("\n"))
    yield from _files("Wrong", Style.BAD, example.wrong, {(path, number) for _, path, number in example.expected})
    yield from _files("Right", Style.GOOD, mended(example), set())
    yield from (line(f"  {path} is gone") for path in example.wrong if path not in example.right)


def how_found(code: Code) -> str:
    """When a check looks for it, in words."""
    if code.is_automatic:
        return "Looked for by `integrity check` without any configuration, and where it is declared."
    declared = "Looked for where a key asks for it" if code.is_opt_in else "Looked for where it is declared"
    place = (
        "`integrity check` and the unit's tests" if code.is_static else "the unit's tests, which import it in its env"
    )
    return f"{declared}, by {place}."


def mended(example: Example) -> dict[str, str]:
    """The files of the right example that differ from the wrong one."""
    return {path: text for path, text in example.right.items() if example.wrong.get(path) != text}


def _files(title: str, style: Style, files: dict[str, str], marked: set[tuple[str, int]]) -> Iterator[Line]:
    for path, text in files.items():
        yield EMPTY
        yield line((title, style), f" {path}")
        for number, content in enumerate(text.rstrip("\n").split("\n"), start=1):
            mark = "→" if (path, number) in marked else " "
            yield line(f"  {mark} {content}")
