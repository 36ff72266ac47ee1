"""`summary.md`: the run on one page of Markdown, what is not green first. Whatever a test says stays text in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.inside.wire import cut
from integrity.model.outcome import TestOutcome
from integrity.report.sanitise import block_for_markdown, for_markdown
from integrity.report.words import (
    duration,
    few,
    is_green,
    named,
    placed,
    plural,
    red_first,
    service_notes,
    sign,
    summed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from integrity.model.event import Finding
    from integrity.model.report import Report, ReportedTest, ReportedUnit
    from integrity.model.run import Shard

SIZE_LIMIT_BYTES = 900 * 1024  # GitHub drops a page of more than 1 MiB, and other steps may write to it too
HEAD_SHARE, FAILURES_SHARE = 0.1, 0.7
MESSAGE_LIMIT = 2000
TEXT_LIMIT = 8000
TESTS_SHOWN = 20
FINDINGS_SHOWN = 20
NAMES_SHOWN = 10
_FAILING = (TestOutcome.FAILED, TestOutcome.ERROR)


def render(report: Report) -> str:
    """The page; at most 900 KiB, and it says what was left out."""
    units = red_first(report.units)
    red = [unit for unit in units if not is_green(unit)]
    page = _Page()
    page.add([_head(report)])
    page.add(_problems(report), share=HEAD_SHARE, missing="problems of the run")
    page.add((_unit(unit) for unit in red), share=FAILURES_SHARE, missing="units that are not green")
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
            size = len(part.encode("utf-8", "replace"))
            if left_out or self._size + size > share * SIZE_LIMIT_BYTES:
                left_out += 1
                continue
            self._parts.append(part)
            self._size += size
        if left_out:
            self._parts.append(f"\n… and {left_out} more {missing}: see report.json.\n")

    def text(self) -> str:
        return "".join(self._parts)


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


def _unit(unit: ReportedUnit) -> str:
    return "".join(_unit_parts(unit))


def _unit_parts(unit: ReportedUnit) -> Iterator[str]:
    word = named(unit.outcome, unit.error.kind if unit.error else None)
    yield f"\n### {sign(unit.outcome)} {for_markdown(unit.id)} {word}\n\n"
    yield from _paragraph(unit.error.message if unit.error else unit.message)
    if unit.error is not None:
        yield from _paragraph(unit.error.hint)
    failing = [test for test in unit.tests if test.outcome in _FAILING]
    for test in failing[:TESTS_SHOWN]:
        yield from _test(test)
    if len(failing) > TESTS_SHOWN:
        yield f"… and {plural(len(failing) - TESTS_SHOWN, 'failure')} more: see report.json.\n\n"
    if unit.error is not None and not failing:
        yield from _folded("output", unit.error.detail)
    yield f"Again: {for_markdown(unit.rerun)}\n"


def _test(test: ReportedTest) -> Iterator[str]:
    place = test.path or ""
    where = place if test.line is None else f"{place}:{test.line}"
    yield f"- {for_markdown(cut(test.id, MESSAGE_LIMIT))}"
    yield f" at {for_markdown(where)}\n\n" if where else "\n\n"
    for finding in test.findings[:FINDINGS_SHOWN]:
        yield f"{block_for_markdown(_finding(finding))}\n\n"
    if len(test.findings) > FINDINGS_SHOWN:
        yield f"… and {plural(len(test.findings) - FINDINGS_SHOWN, 'finding')} more: see report.json.\n\n"
    if test.message and not test.findings:
        yield f"{block_for_markdown(cut(test.message, MESSAGE_LIMIT))}\n\n"
    yield from _folded("details", test.text)


def _finding(finding: Finding) -> str:
    """Code and message, every place with what stands there, and what to do."""
    lines = [
        f"{finding.code} {finding.slug}: {finding.message}",
        *(f"  {placed(place)}  {place.role}".rstrip() for place in finding.places),
        *([f"  → {finding.hint}"] if finding.hint else []),
    ]
    return cut("\n".join(lines), MESSAGE_LIMIT)


def _folded(title: str, text: str) -> Iterator[str]:
    if text.strip():
        yield f"<details><summary>{title}</summary>\n\n{block_for_markdown(cut(text, TEXT_LIMIT))}\n\n</details>\n\n"


def _paragraph(text: str) -> Iterator[str]:
    if text:
        yield f"{for_markdown(cut(text, MESSAGE_LIMIT))}\n\n"


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
        word = named(unit.outcome, unit.error.kind if unit.error else None, flaky=unit.flaky)
        time = duration(sum(unit.phases_s.values()))
        yield f"| {for_markdown(unit.id)} | {sign(unit.outcome)} {word} | {len(unit.tests)} | {time} |\n"
