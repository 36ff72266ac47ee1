"""`summary.md`: the run on one page of Markdown, what is not green first. Whatever a test says stays text in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from integrity.inside.wire import cut
from integrity.report.sanitise import block_for_markdown, for_markdown
from integrity.report.words import (
    duration,
    failing_tests,
    few,
    is_green,
    outcome_of,
    placed,
    plural,
    red_first,
    service_notes,
    sign,
    summed,
    trouble_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from integrity.model.event import Finding
    from integrity.model.report import Report, ReportedTest, ReportedUnit
    from integrity.model.run import Shard

SIZE_LIMIT_BYTES = 900 * 1024  # GitHub drops a page of more than 1 MiB, and other steps may write to it too
HEAD_SHARE, FAILURES_SHARE = 0.1, 0.7
MESSAGE_LIMIT = 2000
NAMES_SHOWN = 10


class _Depth(NamedTuple):
    """How much is told of a unit: so many tests, findings of each, and characters of a message and of a text."""

    tests: int
    findings: int
    message: int
    text: int


_WHOLE, _BRIEF = _Depth(20, 20, MESSAGE_LIMIT, 8000), _Depth(3, 3, 400, 0)


def render(report: Report) -> str:
    """The page; at most 900 KiB, and it says what was left out."""
    units = red_first(report.units)
    red = [unit for unit in units if not is_green(unit)]
    page = _Page()
    page.add([_head(report)])
    page.add(_problems(report), share=HEAD_SHARE, missing="problems of the run")
    page.add(_units(red, FAILURES_SHARE * SIZE_LIMIT_BYTES), share=FAILURES_SHARE, missing="units that are not green")
    page.add(_flaky(units), share=FAILURES_SHARE + HEAD_SHARE, missing="flaky units")
    page.add(_services(units), share=FAILURES_SHARE + 2 * HEAD_SHARE, missing="notes on services")
    page.add(_table_rows(units), missing="units")
    return page.text()


def shard_line(report: Report, shard: Shard) -> str:
    """The page of one shard's own run: a line, since what merges the shards writes the whole."""
    red = [unit.id for unit in red_first(report.units) if not is_green(unit)]
    names = f": {for_markdown(few(red, NAMES_SHOWN))}" if red else ""
    units = f"{plural(report.totals.units, 'unit')}: {summed(report.totals)}" if report.units else "nothing to run"
    time = duration(report.run.duration_s)
    return f"{_mark(report)} integrity, shard {shard.index} of {shard.total}: {units} in {time}{names}\n\n"


class _Page:
    """Text that grows by whole parts up to a share of the limit."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0

    def add(self, parts: Iterable[str], *, share: float = 1.0, missing: str = "") -> None:
        left_out = 0
        for part in parts:
            size = _size(part)
            if left_out or self._size + size > share * SIZE_LIMIT_BYTES:
                left_out += 1
                continue
            self._parts.append(part)
            self._size += size
        if left_out:
            self._parts.append(f"\n… and {left_out} more {missing}: see report.json.\n")

    def text(self) -> str:
        return "".join(self._parts)


def _size(part: str) -> int:
    return len(part.encode("utf-8", "replace"))


def _head(report: Report) -> str:
    if not report.units and report.run.exit_code == 0:
        return "## ✓ integrity: nothing is affected\n\nNo unit had to run.\n"
    totals = report.totals
    units = f"{plural(totals.units, 'unit')}: {summed(totals)}" if report.units else "no unit was chosen"
    tests = f"{plural(totals.tests, 'test')} in {duration(report.run.duration_s)}"
    return f"## {_mark(report)} integrity: {units}\n\n{tests}\n"


def _mark(report: Report) -> str:
    return "✓" if report.run.exit_code == 0 else "✗"


def _problems(report: Report) -> Iterator[str]:
    for problem in report.run.problems:
        yield f"\n**Not whole:** {for_markdown(cut(problem, MESSAGE_LIMIT))}\n"


def _units(red: Sequence[ReportedUnit], room: float) -> Iterator[str]:
    """Each with as much as its share of the room holds: none takes the place of those after it."""
    for waiting, unit in zip(range(len(red), 0, -1), red, strict=True):
        part = "".join(_unit(unit, _WHOLE))
        if _size(part) > room / waiting:
            part = "".join(_unit(unit, _BRIEF))
        room -= _size(part)
        yield part


def _unit(unit: ReportedUnit, depth: _Depth) -> Iterator[str]:
    yield f"\n### {sign(unit.outcome)} {for_markdown(unit.id)} {outcome_of(unit)}\n\n"
    yield from _paragraph(trouble_of(unit), depth)
    if unit.error is not None:
        yield from _paragraph(unit.error.hint, depth)
    failing = failing_tests(unit)
    for test in failing[: depth.tests]:
        yield from _test(test, depth)
    if len(failing) > depth.tests:
        yield f"… and {plural(len(failing) - depth.tests, 'failure')} more: see report.json.\n\n"
    if unit.error is not None and not failing:
        yield from _folded("output", unit.error.detail, depth)
    yield f"Again: {for_markdown(unit.rerun)}\n"


def _test(test: ReportedTest, depth: _Depth) -> Iterator[str]:
    where = placed(test)
    yield f"- {for_markdown(cut(test.id, depth.message))}"
    yield f" at {for_markdown(where)}\n\n" if where else "\n\n"
    for finding in test.findings[: depth.findings]:
        yield f"{block_for_markdown(cut(_finding(finding), depth.message))}\n\n"
    if len(test.findings) > depth.findings:
        yield f"… and {plural(len(test.findings) - depth.findings, 'finding')} more: see report.json.\n\n"
    if test.message and not test.findings:
        yield f"{block_for_markdown(cut(test.message, depth.message))}\n\n"
    yield from _folded("details", test.text, depth)


def _finding(finding: Finding) -> str:
    """Code and message, every place with what stands there, and what to do."""
    lines = [
        f"{finding.code} {finding.slug}: {finding.message}",
        *(f"  {placed(place)}  {place.role}".rstrip() for place in finding.places),
        *([f"  → {finding.hint}"] if finding.hint else []),
    ]
    return "\n".join(lines)


def _folded(title: str, text: str, depth: _Depth) -> Iterator[str]:
    if text.strip() and depth.text:
        yield f"<details><summary>{title}</summary>\n\n{block_for_markdown(cut(text, depth.text))}\n\n</details>\n\n"


def _paragraph(text: str, depth: _Depth) -> Iterator[str]:
    if text:
        yield f"{for_markdown(cut(text, depth.message))}\n\n"


def _flaky(units: Iterable[ReportedUnit]) -> Iterator[str]:
    for unit in units:
        if unit.flaky:
            failed = list(dict.fromkeys(test for earlier in unit.earlier for test in earlier.failed))
            names = f": before, {for_markdown(cut(few(failed, NAMES_SHOWN), MESSAGE_LIMIT))} failed" if failed else ""
            yield f"\nFlaky: {for_markdown(unit.id)} passed on attempt {unit.attempts} only{names}\n"


def _services(units: Iterable[ReportedUnit]) -> Iterator[str]:
    for note, ids in service_notes(units).items():
        yield f"\nService: {for_markdown(cut(note, MESSAGE_LIMIT))} ({for_markdown(few(ids, NAMES_SHOWN))})\n"


def _table_rows(units: list[ReportedUnit]) -> Iterator[str]:
    if units:
        yield "\n| unit | outcome | tests | time |\n|---|---|---:|---:|\n"
    for unit in units:
        time = duration(sum(unit.phases_s.values()))
        yield f"| {for_markdown(unit.id)} | {sign(unit.outcome)} {outcome_of(unit)} | {len(unit.tests)} | {time} |\n"
