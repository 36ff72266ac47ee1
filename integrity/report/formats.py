"""The reports that can be made of a run, each a pure rendering of its `report.json`: live, replayed and merged are the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.report import ctrf, document, html, junit, summary, trace
from integrity.report.annotations import parts as annotation_parts

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
    "junit-strict": Format(file="junit.xml", parts=junit.strict_parts, is_always=False),
    "markdown": Format(file="summary.md", parts=lambda report: (summary.render(report),)),
    "html": Format(file="report.html", parts=html.parts),
    "trace": Format(file="trace.json", parts=trace.parts),
    "ctrf": Format(file="ctrf.json", parts=ctrf.parts, is_always=False),
    "github": Format(file="annotations.txt", parts=annotation_parts, is_always=False),
}


def written(*, junit_strict: bool = False) -> tuple[Format, ...]:
    """Those that every run writes, `junit.xml` in its strict dialect where that is asked for."""
    other = {"junit": FORMATS["junit-strict"]} if junit_strict else {}
    return tuple(other.get(name, form) for name, form in FORMATS.items() if form.is_always)


def encoded(parts: Iterable[str]) -> Iterator[bytes]:
    """The bytes of a report's file."""
    return (part.encode("utf-8", "replace") for part in parts)
