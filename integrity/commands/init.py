"""`integrity init`: adopts the tool in an existing monorepo. Files are made, and tables added where there are none; nothing else changes."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from integrity.checks.bare import bare_results
from integrity.checks.baseline import NAME, Baseline, baseline_text, known_of
from integrity.checks.configuration import WrongDeclaration
from integrity.checks.unit import allowances_of, declarations_of
from integrity.commands.check import TOP, subjects
from integrity.discover import Globs, discover
from integrity.errors import NothingSelectedError, UnitFault
from integrity.generate import root as roots
from integrity.generate.adoption import own_lines, unit_changes, unit_tables
from integrity.generate.changes import Change, diff, text_of, write
from integrity.generate.declaration import Declaration, declaration_of, found_in
from integrity.generate.layout import Layout, layout_of
from integrity.generate.survey import FRAMEWORKS, survey_of
from integrity.report.sanitise import for_terminal
from integrity.settings import load_root, unit_settings
from integrity.system.git import main_branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from integrity.checks.case import Unit as Subject
    from integrity.checks.model import Finding
    from integrity.generate.survey import Survey
    from integrity.model.unit import Unit
    from integrity.settings import RootSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """What is asked for. `root` is absolute; `ci` names the system whose pipeline is wanted: without it, GitHub's where it has workflows."""

    root: Path
    host: Mapping[str, str]
    ci: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What was found and changed; of a dry run: what would be."""

    units: tuple[Unit, ...]
    surveys: tuple[Survey, ...]
    left_out: Mapping[str, str]
    changes: tuple[Change, ...]
    steps: tuple[str, ...]
    is_dry_run: bool = False

    def text(self) -> str:
        """For people: the diff of a dry run; else what was found, what was made, and what to do next."""
        if not self.changes:
            return "nothing to do"
        if self.is_dry_run:
            return diff(self.changes).rstrip("\n")
        made = [f"{'made' if change.is_new else 'added to'} {change.path}" for change in self.changes]
        lines = [*self._found(), "", *made, "", "next:", *(f"  {step}" for step in self.steps)]
        return "\n".join(map(for_terminal, lines))

    def _found(self) -> Iterator[str]:
        width = max((len(unit.path) for unit in self.units), default=0)
        surveys = {survey.unit.path: survey for survey in self.surveys}
        for unit in self.units:
            yield f"{unit.path.ljust(width)}  {unit.kind.value.ljust(7)}  {_summary(unit, surveys.get(unit.path))}".rstrip()
        yield from (
            f"left out {path}: {reason}" for path, reason in sorted(self.left_out.items()) if not self._is_below(path)
        )

    def _is_below(self, path: str) -> bool:
        """Whether a folder around it is left out for the same reason."""
        reason = self.left_out[path]
        return any(path.startswith(f"{other}/") and self.left_out[other] == reason for other in self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What is known of one unit, or of what no unit owns; `declaration` is None where there is a test file already."""

    path: str
    declaration: Declaration | None = None
    test_file: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def has_no_test(self) -> bool:
        """Whether there is none, and none will be made."""
        return self.declaration is not None and self.declaration.is_empty


def run(request: InitRequest) -> Adoption:
    """Adopt the tool. Raises NothingSelectedError where no unit is found, UsageError where a file can't be added to."""
    root = request.root
    layout = None if roots.is_configured(root) else _layout(root)
    settings = load_root(root, environ=request.host, flags={})
    if layout is not None:
        settings = replace(settings, services=layout.services, packages=layout.packages, exclude=layout.exclude)
    units = discover(root, Globs.of(settings)).units
    if not units:
        raise NothingSelectedError(
            "no unit was found.", hint="A unit is a folder with a pyproject.toml, setup.py or requirements.txt."
        )
    looks = [_look(unit, subject, settings) for unit, subject in subjects((), settings)]
    changes = [*_root_changes(request, layout, looks), *_unit_changes(root, looks, is_new=layout is not None)]
    if layout is not None:
        changes += _baselines(root, looks)
    if not request.dry_run:
        write(root, changes)
    return Adoption(
        units=units,
        surveys=tuple(look.declaration.survey for look in looks if look.declaration is not None),
        left_out={} if layout is None else layout.left_out,
        changes=tuple(changes),
        steps=tuple(_steps(root)),
        is_dry_run=request.dry_run,
    )


def _layout(root: Path) -> Layout:
    found = discover(root, Globs(packages=("**", "."))).units
    return layout_of(found, {unit.path: sorted(os.listdir(root / unit.path)) for unit in found})  # noqa: PTH208 - names


def _look(unit: Unit | None, subject: Subject, settings: RootSettings) -> _Look:
    if unit is not None and unit.problem is not None:
        return _Look(path=subject.path)  # `list` and `run` tell of it
    try:
        files = () if unit is None else unit_settings(settings, unit).test_file
        if unit is None or any((settings.root / unit.path / file).exists() for file in files):
            results = bare_results(subject, declarations_of(subject), allowances_of(subject))
            return _Look(path=subject.path, findings=found_in(results))
    except (UnitFault, WrongDeclaration):  # likewise
        return _Look(path=subject.path)
    is_loose = unit.path != TOP and not (settings.root / unit.path / "pyproject.toml").exists()
    declaration = declaration_of(survey_of(unit, subject), subject, is_loose=is_loose)
    return _Look(path=subject.path, declaration=declaration, test_file=files[0], findings=declaration.findings)


def _root_changes(request: InitRequest, layout: Layout | None, looks: Iterable[_Look]) -> Iterator[Change]:
    if layout is not None:
        own = next((look.declaration for look in looks if look.path == TOP), None)
        lines, more = ([], "") if own is None else (own_lines(own), unit_tables(own))
        yield roots.root_table(request.root, layout, own=lines, more=more)
    made = roots.noxfile(request.root)
    if made is not None:
        yield made
    system = request.ci or ("github" if roots.uses_github(request.root) else None)
    if system is not None:
        yield from roots.pipeline(request.root, system, branch=main_branch(request.root, request.host))


def _unit_changes(root: Path, looks: Iterable[_Look], *, is_new: bool) -> Iterator[Change]:
    for look in looks:
        if look.declaration is not None:
            yield from unit_changes(root, look.declaration, look.test_file, is_declared=is_new and look.path == TOP)


def _baselines(root: Path, looks: Iterable[_Look]) -> Iterator[Change]:
    """What is found already, beside each manifest; at the root the units without a test file too. One that is there stays."""
    missing = tuple(look.path for look in looks if look.has_no_test)
    for look in looks:
        known = Baseline(known_of(look.findings), missing if look.path == TOP else ())
        path = NAME if look.path == TOP else f"{look.path}/{NAME}"
        if (known.findings or known.missing) and text_of(root / path) is None:
            yield Change(path=path, after=baseline_text(known))


def _summary(unit: Unit, survey: Survey | None) -> str:
    if unit.problem is not None:
        return unit.problem.message
    if survey is None:
        return "has a test file"
    registries = len(survey.registries)
    parts = [
        ", ".join(FRAMEWORKS[each] for each in survey.frameworks),
        f"{registries} {'registry' if registries == 1 else 'registries'}" if registries else "",
        "exports" if survey.exports or survey.scripts else "",
        survey.example,
    ]
    return "; ".join(filter(None, parts)) or "nothing that could be declared"


def _steps(root: Path) -> Iterator[str]:
    if roots.lacks_sessions(root):
        yield f"add to {roots.NOXFILE}: `import integrity` and `integrity.register(nox, root=__file__)`"
    if not roots.ignores_results(root):
        yield "add to .gitignore: integrity-results/"
    yield "integrity check    what sources alone show"
    yield "integrity run      every unit in an env of its own"
