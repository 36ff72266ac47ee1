"""`summary.md`: the run on one page of Markdown, what is not green first. Whatever a test says stays text in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.inside.wire import cut
from integrity.model.outcome import TestOutcome
from integrity.report.sanitise import block_for_markdown, for_markdown
from integrity.report.words import duration, few, is_green, named, plural, red_first, service_notes, sign, summed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from integrity.model.report import Report, ReportedTest, ReportedUnit

SIZE_LIMIT_BYTES = 900 * 1024  # GitHub drops a page of more than 1 MiB, and other steps may write to it too
TABLE_SHARE = 0.5
MESSAGE_LIMIT = 2000
TEXT_LIMIT = 8000
TESTS_SHOWN = 20
NAMES_SHOWN = 10
_FAILING = (TestOutcome.FAILED, TestOutcome.ERROR)


def render(report: Report) -> str:
    """The page; at most 900 KiB, and it says what was left out."""
    units = red_first(report.units)
    red = [unit for unit in units if not is_green(unit)]
    page = _Page()
    page.add(_head(report))
    page.add(_table_rows(units), limit=int(SIZE_LIMIT_BYTES * TABLE_SHARE), missing="units")
    page.add(_services(units), missing="notes on services")
    page.add((_unit(unit) for unit in red), limit=SIZE_LIMIT_BYTES, missing="units that are not green")
    return page.text()


class _Page:
    """Text that grows by whole parts up to a limit."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0

    def add(self, parts: Iterable[str], *, limit: int = SIZE_LIMIT_BYTES, missing: str = "") -> None:
        left_out = 0
        for part in parts:
            size = len(part.encode("utf-8"))
            if left_out or self._size + size > limit:
                left_out += 1
                continue
            self._parts.append(part)
            self._size += size
        if left_out:
            self._parts.append(f"\n… and {left_out} more {missing}: see report.json.\n")

    def text(self) -> str:
        return "".join(self._parts)


def _head(report: Report) -> Iterator[str]:
    totals = report.totals
    mark = "✓" if report.run.exit_code == 0 else "✗"
    yield f"## {mark} integrity: {plural(totals.units, 'unit')}: {summed(totals)}\n\n"
    yield f"{plural(totals.tests, 'test')} in {duration(report.run.duration_s)}\n\n"


def _table_rows(units: Iterable[ReportedUnit]) -> Iterator[str]:
    yield "| unit | outcome | tests | time |\n|---|---|---:|---:|\n"
    for unit in units:
        word = named(unit.outcome, unit.error.kind if unit.error else None, flaky=unit.flaky)
        time = duration(sum(unit.phases_s.values()))
        yield f"| {for_markdown(unit.id)} | {sign(unit.outcome)} {word} | {len(unit.tests)} | {time} |\n"


def _services(units: Iterable[ReportedUnit]) -> Iterator[str]:
    for note, ids in service_notes(units).items():
        yield f"\nService: {for_markdown(cut(note, MESSAGE_LIMIT))} ({for_markdown(few(ids, NAMES_SHOWN))})\n"


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
    if test.message:
        yield f"{block_for_markdown(cut(test.message, MESSAGE_LIMIT))}\n\n"
    yield from _folded("details", test.text)


def _folded(title: str, text: str) -> Iterator[str]:
    if text.strip():
        yield f"<details><summary>{title}</summary>\n\n{block_for_markdown(cut(text, TEXT_LIMIT))}\n\n</details>\n\n"


def _paragraph(text: str) -> Iterator[str]:
    if text:
        yield f"{for_markdown(cut(text, MESSAGE_LIMIT))}\n\n"
