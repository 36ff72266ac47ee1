"""`integrity check`: examines units by their sources alone, all in this process. Nothing of them is imported or run."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.checks.allowances import NEVER_MEANT
from integrity.checks.bare import bare_results
from integrity.checks.case import Unit as Subject
from integrity.checks.codes import all_codes, nearest_code
from integrity.checks.configuration import WrongDeclaration
from integrity.checks.sources import Sources, in_passing
from integrity.checks.unit import allowances_of, declarations_of
from integrity.discover import Globs, discover
from integrity.errors import NothingSelectedError, UnitFault, UsageError
from integrity.planning.choose import choose
from integrity.planning.graph import graph_of
from integrity.report.checkup import CheckedUnit, Checkup, Trouble, Unexamined
from integrity.settings import unit_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from integrity.checks.judging import Result
    from integrity.checks.model import Finding
    from integrity.model.unit import Monorepo, Unit
    from integrity.settings import RootSettings

TOP = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What was asked for: selectors of units, and codes, slugs or beginnings of codes; none of either means all."""

    selectors: tuple[str, ...] = ()
    select: tuple[str, ...] = ()


def run(request: CheckRequest, settings: RootSettings) -> Checkup:
    """Examine the units that are named; without a name all, and what no unit owns."""
    codes = selected_codes(request.select) if request.select else None
    checked = [_checked(unit, subject, settings, codes) for unit, subject in subjects(request.selectors, settings)]
    if not any(unit.files or unit.trouble or unit.unexamined for unit in checked):
        raise NothingSelectedError(
            f"There is nothing to examine in {settings.root}.", hint="Name the root of the repository with --root DIR."
        )
    return Checkup(units=tuple(checked))


def subjects(selectors: tuple[str, ...], settings: RootSettings) -> Iterator[tuple[Unit | None, Subject]]:
    """The units that are named, as the check library sees them; without a name all, and what no unit owns (None) at the end.

    Each is yielded once and then forgotten: the syntax trees of all together would fill the memory.
    """
    monorepo = discover(settings.root, Globs.of(settings))
    if not monorepo.units and settings.file is not None and {"services", "packages"} & set(settings.file.table):
        raise NothingSelectedError(
            f"{settings.file.place(())}: services and packages match no folder with a manifest.",
            hint="Mend the globs; `integrity list` shows what they find, and what was passed over.",
        )
    chosen: list[Unit | None] = list(_chosen(monorepo, selectors))
    sources = Sources.by_folder(str(settings.root), [unit.path for unit in monorepo.units])
    if not selectors and all(unit.path != TOP for unit in monorepo.units):
        chosen.append(None)
    largest = max(sources.values(), key=lambda each: len(each.files))
    largest.outlive()
    for unit in chosen:
        subject = _subject(unit, sources.pop(_path(unit)), settings)
        yield unit, subject
        if subject.sources is not largest:
            subject.sources.forget()


def selected_codes(names: Iterable[str]) -> frozenset[str]:
    """The codes that these names mean: a code, a slug, or the beginning of codes, such as `REG`. Raises UsageError."""
    rows = all_codes().values()
    found: set[str] = set()
    for name in names:
        word = name.strip()
        meant = {row.code for row in rows if row.slug == word.lower() or row.code.startswith(word.upper())}
        if not meant or not word:
            near = nearest_code(word)
            raise UsageError(
                f"There is no code {word!r}.{f' Did you mean {near}?' if near else ''}",
                hint="Name a code, its slug, or the beginning of codes, such as REG.",
            )
        found |= meant
    if not any(all_codes()[code].is_static for code in found):
        listed = ", ".join(sorted(found))
        raise UsageError(f"{listed} can't be found in sources.", hint="`integrity run` finds it, in the unit's env.")
    return frozenset(found)


def _chosen(monorepo: Monorepo, selectors: tuple[str, ...]) -> tuple[Unit, ...]:
    if not selectors:
        return monorepo.units
    return choose(monorepo, graph_of(monorepo.units), selectors)


def _path(unit: Unit | None) -> str:
    return TOP if unit is None else unit.path


def _subject(unit: Unit | None, sources: Sources, settings: RootSettings) -> Subject:
    """The unit as the check library sees it: its name is its folder's, as in its own tests, which know no other."""
    name = "" if unit is None else Path(sources.folder).name
    missing = "" if unit is None or settings.file is None else _level_of_missing(unit, settings)
    return Subject(
        name=name, path=_path(unit), folder=sources.folder, root=sources.root, sources=sources, missing=missing
    )


def _level_of_missing(unit: Unit, settings: RootSettings) -> str:
    """How a unit without a test file is told of; only `integrity run` calls it an error. Wrong settings are told elsewhere."""
    try:
        own = unit_settings(settings, unit)
    except UnitFault:
        return ""
    return "info" if own.missing == "warn" or own.is_known_missing else "warning"


def _checked(unit: Unit | None, subject: Subject, settings: RootSettings, codes: frozenset[str] | None) -> CheckedUnit:
    trouble: Trouble | None = None
    results: list[Result] = []
    try:
        if unit is not None:
            _refuse_wrong_settings(unit, settings)
        declared, allowances = declarations_of(subject), allowances_of(subject)
        results.extend(bare_results(subject, declared, allowances, _examined_codes(codes)))
    except UnitFault as fault:
        trouble = Trouble(fault.message, fault.hint)
    except WrongDeclaration as wrong:
        trouble = Trouble(str(wrong), "")
    except Exception as error:  # noqa: BLE001 - one unit's trouble, also where it is ours, leaves the others their findings
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"a check broke in {Path(where.filename).name}:{where.lineno}: {type(error).__name__}: {error}"
        trouble = Trouble(
            told, "This is a bug of integrity; please report it. What the check looks at is not examined."
        )
    selected = (each for result in results for each in result.findings if codes is None or each.code in codes)
    findings = _told_once(set(selected))
    unexamined = tuple(_unexamined(subject.sources))
    return CheckedUnit(
        name=subject.name if unit is None else unit.name,
        path=subject.path,
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        allowed=len({finding for result in results for finding in result.allowed}),
        known=len({finding for result in results for finding in result.known}),
        files=len(subject.sources.read.difference((each.path for each in unexamined), _passed_over(results))),
        entries=sum(_entries(results).values()),
        notes=tuple(dict.fromkeys(note for result in results for note in result.notes)),
        unexamined=unexamined,
        trouble=trouble,
    )


def _examined_codes(codes: frozenset[str] | None) -> frozenset[str] | None:
    """What has to be looked for to find these; whether an exception is stale only all the others tell."""
    return None if codes is None or codes & set(NEVER_MEANT) else codes


def _told_once(findings: set[Finding]) -> set[Finding]:
    """Without those that a declared registry's finding of the same code tells of the same places, too."""
    of_registries = {(each.code, place) for each in findings if each.registry for place in each.places}
    return {
        each
        for each in findings
        if each.registry or not each.places or any((each.code, place) not in of_registries for place in each.places)
    }


def _refuse_wrong_settings(unit: Unit, settings: RootSettings) -> None:
    if unit.problem is not None:
        raise UnitFault(unit.problem)
    unit_settings(settings, unit)


def _passed_over(results: Iterable[Result]) -> frozenset[str]:
    """The files that were read, and could not be examined as what they are."""
    return frozenset(path for result in results for path in result.passed_over)


def _entries(results: Iterable[Result]) -> dict[str, int]:
    """How many entries each subject has: several checks look at the same ones."""
    found: dict[str, int] = {}
    for result in results:
        found[result.case.subject] = max(result.count, found.get(result.case.subject, 0))
    return found


def _unexamined(sources: Sources) -> Iterator[Unexamined]:
    """What can't be read, and Python that doesn't parse: never passed over in silence."""
    for module in in_passing(sources.modules):
        if not module.parses and module.path not in sources.unreadable:
            yield Unexamined(module.path, module.problem_line, module.problem)
    for path, reason in sorted(sources.unreadable.items()):
        yield Unexamined(path, None, reason)
