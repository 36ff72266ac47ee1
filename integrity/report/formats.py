"""The reports that can be made of a run, each a pure rendering of its `report.json`: live, replayed and merged are the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.report import document, junit, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from integrity.model.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`parts` yields the report piece by piece, so that it need never stand in memory whole.

    `file` is its name in the results folder; `is_always` ones every run writes, the others only who asks for them.
    """

    file: str
    parts: Callable[[Report], Iterable[str]]
    is_always: bool = True


FORMATS: Mapping[str, Format] = {
    "json": Format(file="report.json", parts=lambda report: (document.encoded(report).decode(),)),
    "junit": Format(file="junit.xml", parts=junit.parts),
    "markdown": Format(file="summary.md", parts=lambda report: (summary.render(report),)),
}


def encoded(parts: Iterable[str]) -> Iterator[bytes]:
    """The bytes of a report's file."""
    return (part.encode("utf-8", "replace") for part in parts)
