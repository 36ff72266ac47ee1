"""What `integrity check` found, as values, and as lines for people."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from integrity.checks.wording import finding_lines
from integrity.report.line import EMPTY, Style, line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrity.checks.model import Finding
    from integrity.report.line import Line

LEVELS = {"error": Style.BAD, "warning": Style.DOUBTFUL, "info": Style.DIM}
_NAMED = 5  # files that were not examined, as many as are named unasked


class Unexamined(NamedTuple):
    """A file or folder that could not be read or parsed; `path` is relative to the root."""

    path: str
    line: int | None
    reason: str


class Trouble(NamedTuple):
    """Why what a unit declares can't be examined."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedUnit:
    """One unit; `name` is empty for what no unit owns. `findings` are those that stand, sorted.

    `allowed` is how many an exception means, `known` how many the baseline has.
    """

    name: str
    path: str
    findings: tuple[Finding, ...] = ()
    allowed: int = 0
    known: int = 0
    files: int = 0
    entries: int = 0
    notes: tuple[str, ...] = ()
    unexamined: tuple[Unexamined, ...] = ()
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """All units that were examined, sorted by path, what no unit owns at the end."""

    units: tuple[CheckedUnit, ...]

    @property
    def is_green(self) -> bool:
        """Whether there is no error, and nothing that was declared in vain."""
        return not self.counted("error")

    def counted(self, level: str) -> int:
        """How many findings have this level; a unit's trouble is an error."""
        found = sum(finding.level == level for unit in self.units for finding in unit.findings)
        return found + (sum(unit.trouble is not None for unit in self.units) if level == "error" else 0)

    def lines(self, *, verbose: bool = False) -> Iterator[Line]:
        """For people: the findings of each unit, what was not examined, the sums. Infos and notes come only where asked for."""
        for unit in self.units:
            shown = list(_unit_lines(unit, verbose=verbose))
            if shown:
                yield from [line((_title(unit), Style.BOLD))] if len(self.units) > 1 or unit.name else []
                yield from shown
                yield EMPTY
        unexamined = [each for unit in self.units for each in unit.unexamined]
        if unexamined:
            yield from _unexamined_lines(unexamined, len(unexamined) if verbose else _NAMED)
            yield EMPTY
        yield self._sums()
        notes = sum(len(unit.notes) for unit in self.units)
        if notes and not verbose:
            places, them = ("place was", "it") if notes == 1 else ("places were", "them")
            yield line((f"{notes} {places} not examined: -v lists {them}", Style.DIM))

    def _sums(self) -> Line:
        errors, warnings, infos = (self.counted(level) for level in LEVELS)
        units = sum(bool(unit.name) for unit in self.units)
        counts = [
            _count(errors, "error"),
            _count(warnings, "warning"),
            *([f"{infos} of level info (-v shows them)"] if infos else []),
        ]
        allowed, known = sum(unit.allowed for unit in self.units), sum(unit.known for unit in self.units)
        entries = sum(unit.entries for unit in self.units)
        examined = (
            f"examined {_count(sum(unit.files for unit in self.units), 'file')}, "
            f"{entries} {'entry' if entries == 1 else 'entries'}"
        )
        where = f" in {_count(units, 'unit')}" if units else ""
        beside = f"{f'; {allowed} allowed' if allowed else ''}{f'; {known} known' if known else ''}"
        text = f"{', '.join(counts)}{where}; {examined}{beside}"
        style = Style.BAD if errors else Style.DOUBTFUL if warnings else Style.GOOD
        return line((text, style))


def _title(unit: CheckedUnit) -> str:
    if not unit.name:
        return "in no unit"
    return f"{unit.name} ({unit.path})"


def _unit_lines(unit: CheckedUnit, *, verbose: bool) -> Iterator[Line]:
    if unit.trouble is not None:
        for text in unit.trouble.message.split("\n"):
            yield line("  ", (text, Style.BAD))
        if unit.trouble.hint:
            yield line(f"    → {unit.trouble.hint}")
    for finding in unit.findings:
        if finding.level != "info" or verbose:
            head, *rest = finding_lines(replace(finding, unit=""))
            yield line("  ", (f"{finding.level}: ", LEVELS[finding.level]), head)
            yield from (line(f"  {text}") for text in rest)
    if verbose:
        yield from (line((f"  note: {note}", Style.DIM)) for note in unit.notes)


def _unexamined_lines(unexamined: list[Unexamined], most: int) -> Iterator[Line]:
    version = ".".join(map(str, sys.version_info[:2]))
    title = f"not examined: {_count(len(unexamined), 'file')} (Python is read as {version} has it)"
    yield line((title, Style.DOUBTFUL))
    for each in unexamined[:most]:
        place = each.path if each.line is None else f"{each.path}:{each.line}"
        yield line(f"  {place}: {each.reason}")
    if len(unexamined) > most:
        yield line((f"  … and {len(unexamined) - most} more (-v shows them)", Style.DIM))


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
