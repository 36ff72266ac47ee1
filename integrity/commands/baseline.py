"""`integrity baseline`: writes down what is found already, so that only what is new is an error, and strikes off what is gone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.checks.allowances import NEVER_KNOWN
from integrity.checks.bare import bare_results
from integrity.checks.baseline import (
    NAME,
    Baseline,
    Known,
    WrongBaseline,
    baseline_text,
    known_of,
    lowered,
    read_baseline,
    title_of,
)
from integrity.checks.codes import all_codes
from integrity.checks.configuration import WrongDeclaration
from integrity.checks.standing import codes_elsewhere, static_codes
from integrity.checks.unit import allowances_of, declarations_of
from integrity.commands.check import TOP, subjects
from integrity.discover import Globs, discover
from integrity.errors import ConfigError, UnitFault, UsageError
from integrity.model.report import Report
from integrity.planning.choose import choose
from integrity.planning.graph import graph_of
from integrity.report.document import read, replace_file
from integrity.settings import unit_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from integrity.checks.case import Unit as Subject
    from integrity.checks.model import Finding
    from integrity.model.event import Finding as ReportedFinding
    from integrity.model.unit import Unit
    from integrity.settings import RootSettings

_DECLARED = re.compile(r"\[[^\[\]]+:(?P<slug>[a-z0-9-]+)\]$")  # the end of a declared test's id
_SHOWN = 20
REPORT, STALE = "report.json", "IGN002"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRequest:
    """What is asked for: selectors of units (none means all); `prune` only strikes off; `in_ci` refuses to add."""

    selectors: tuple[str, ...] = ()
    prune: bool = False
    in_ci: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """One file: its path relative to the root, and what came and went, a line each."""

    path: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """All files that changed. `run` is when the run was started whose findings were taken over, or empty."""

    files: tuple[Rewritten, ...]
    known: int
    run: str = ""

    def text(self) -> str:
        """For people: each file with what came and went, then the sums."""
        lines = [line for file in self.files for line in _file_lines(file)]
        added, removed = sum(len(file.added) for file in self.files), sum(len(file.removed) for file in self.files)
        taken = f"; of the tests, those of the run of {self.run}" if self.run else ""
        return "\n".join([*lines, f"{added} added, {removed} struck off, {self.known} known{taken}"])


def run(request: BaselineRequest, settings: RootSettings) -> Rewriting:
    """Write the baselines anew. Raises UsageError where CI would add something, ConfigError for what can't be examined."""
    report = _last_report(settings)
    wanted = {
        subject.path: _new_findings(subject, _unless_taken_over(report, subject, settings), prune=request.prune)
        for _, subject in subjects(request.selectors, settings)
    }
    before = {path: _read(settings.root / path) for path in dict.fromkeys((*wanted, TOP))}
    after = {path: old._replace(findings=wanted.get(path, old.findings)) for path, old in before.items()}
    after[TOP] = after[TOP]._replace(missing=_missing(request, settings, before[TOP].missing))
    files = tuple(each for path in after if (each := _rewritten(path, before[path], after[path])) is not None)
    if request.in_ci and any(file.added for file in files):
        names = ", ".join(file.path for file in files if file.added)
        raise UsageError(
            f"In CI a baseline only shrinks, and {names} would grow.",
            hint="Run it on your own machine, and have the change reviewed.",
        )
    for path, baseline in after.items():
        if baseline_text(baseline) != baseline_text(before[path]):
            _write(settings.root / path / NAME, baseline)
    known = sum(line.times for baseline in after.values() for line in baseline.findings)
    return Rewriting(
        files=files, known=known + len(after[TOP].missing), run=report.run.started if report is not None else ""
    )


def _new_findings(subject: Subject, report: Report | None, *, prune: bool) -> tuple[Known, ...]:
    """The unit's lines: of codes that sources show, what is there now; of others, what is known or was found, less what is gone."""
    try:
        declared, allowances = declarations_of(subject), allowances_of(subject)
        results = list(bare_results(subject, declared, allowances))
    except WrongDeclaration as wrong:
        raise ConfigError(f"{subject.path}: {wrong}", hint="Mend it first: `integrity check` shows it too.") from None
    judged = static_codes(results, codes_elsewhere(subject, declared))
    there = {finding for result in results for finding in (*result.findings, *result.known) if _counts(finding)}
    reported = [finding for finding in _reported(report, subject.path) if finding.code not in judged - {STALE}]
    now = known_of(there)
    now += _of_tests(allowances.known, reported, {line.code for line in now} | judged)
    return lowered(allowances.known, now) if prune else tuple(sorted(now))


def _of_tests(known: Iterable[Known], reported: list[ReportedFinding], judged: set[str]) -> tuple[Known, ...]:
    """The lines of codes that sources don't show: the known ones but for what the tests missed, and what they found anew."""
    gone = {finding.entry for finding in reported if finding.code == STALE and finding.registry == "baseline"}
    lines = {
        line.key: line._replace(times=line.times - (title_of(line) in gone))
        for line in known
        if line.code not in judged
    }
    for finding in filter(_counts, reported):
        key = (finding.code, finding.registry, finding.entry)
        line = lines.get(key, Known(*key, 0, finding.fingerprint))
        lines[key] = line._replace(times=line.times + 1)
    return tuple(line for line in lines.values() if line.times)


def _counts(finding: Finding | ReportedFinding) -> bool:
    return finding.level != "info" and finding.code not in NEVER_KNOWN


def _reported(report: Report | None, path: str) -> Iterator[ReportedFinding]:
    """What the unit's declared tests found in the last run; of several Pythons, what the first of them did."""
    units = [unit for unit in report.units if unit.path == path] if report is not None else []
    slugs = {row.slug for row in all_codes().values()}
    for test in units[0].tests if units else ():
        match = _DECLARED.search(test.id)
        if match is not None and match["slug"] in slugs:
            yield from test.findings


def _missing(request: BaselineRequest, settings: RootSettings, listed: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of units that have no test file, where their `missing` is `baseline`; those that aren't named stay as they are."""
    units = discover(settings.root, Globs.of(settings))
    chosen = choose(units, graph_of(units.units), request.selectors) if request.selectors else units.units
    lacking = {unit.path for unit in chosen if _lacks_test(unit, settings)}
    others = set(listed) - {unit.path for unit in chosen} if request.selectors else set()
    return tuple(sorted(others | (lacking & set(listed) if request.prune else lacking)))


def _lacks_test(unit: Unit, settings: RootSettings) -> bool:
    try:
        own = unit_settings(settings, unit)
    except UnitFault:
        return False
    return own.missing == "baseline" and not any((settings.root / unit.path / name).exists() for name in own.test_file)


def _last_report(settings: RootSettings) -> Report | None:
    path = settings.results / REPORT
    return read(path, Report) if path.exists() else None


def _unless_taken_over(report: Report | None, subject: Subject, settings: RootSettings) -> Report | None:
    """The report, unless the unit's baseline was written after it: what its tests found is in there already."""
    baseline = settings.root / subject.path / NAME
    if report is None or not baseline.exists():
        return report
    is_newer = (settings.results / REPORT).stat().st_mtime_ns > baseline.stat().st_mtime_ns
    return report if is_newer else None


def _read(folder: Path) -> Baseline:
    try:
        return read_baseline(str(folder))
    except WrongBaseline as problem:
        raise ConfigError(str(problem), hint="Mend it, or remove it and write it anew.") from None


def _write(path: Path, baseline: Baseline) -> None:
    """The file, or none where nothing is known any more."""
    if baseline.findings or baseline.missing:
        replace_file(path, [baseline_text(baseline).encode()])
    else:
        path.unlink(missing_ok=True)


def _rewritten(path: str, before: Baseline, after: Baseline) -> Rewritten | None:
    name = NAME if path == TOP else f"{path}/{NAME}"
    old, new = _counted(before.findings), _counted(after.findings)
    added = [_described(key, new[key] - old[key]) for key in new if new[key] > old[key]]
    removed = [_described(key, old[key] - new[key]) for key in old if old[key] > new[key]]
    added += [f"{unit} has no test file" for unit in after.missing if unit not in before.missing]
    removed += [f"{unit} has no test file" for unit in before.missing if unit not in after.missing]
    return Rewritten(path=name, added=tuple(added), removed=tuple(removed)) if added or removed else None


def _counted(lines: Iterable[Known]) -> Counter[tuple[str, str, str]]:
    return Counter({line.key: line.times for line in lines})


def _described(key: tuple[str, str, str], times: int) -> str:
    code, registry, entry = key
    return f"{code} {'/'.join(part for part in (registry, entry) if part)}{f' ({times} times)' if times > 1 else ''}"


def _file_lines(file: Rewritten) -> Iterator[str]:
    yield file.path
    for sign, lines in (("+", file.added), ("-", file.removed)):
        yield from (f"  {sign} {line}" for line in lines[:_SHOWN])
        if len(lines) > _SHOWN:
            yield f"  {sign} and {len(lines) - _SHOWN} more"
