"""`integrity init`: adopts the tool in an existing monorepo. Files are made, and tables added where there are none; nothing else changes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.checks.sources import Sources
from integrity.discover import Globs, discover
from integrity.errors import NothingSelectedError
from integrity.generate import root as roots
from integrity.generate.adoption import unit_changes, unit_tables
from integrity.generate.changes import Change, diff, write
from integrity.generate.layout import Layout, layout_of
from integrity.generate.survey import FRAMEWORKS, survey_of
from integrity.settings import load_root, unit_settings
from integrity.system.git import main_branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from integrity.generate.survey import Survey
    from integrity.model.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """What is asked for. `root` is absolute; `with_workflow` asks for one although there are none yet."""

    root: Path
    host: Mapping[str, str]
    with_workflow: bool = False
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
        return "\n".join([*self._found(), "", *made, "", "next:", *(f"  {step}" for step in self.steps)])

    def _found(self) -> Iterator[str]:
        width = max((len(unit.path) for unit in self.units), default=0)
        surveys = {survey.unit.path: survey for survey in self.surveys}
        for unit in self.units:
            yield f"{unit.path.ljust(width)}  {unit.kind.value.ljust(7)}  {_summary(surveys.get(unit.path))}".rstrip()
        yield from (
            f"left out {path}: {reason}" for path, reason in sorted(self.left_out.items()) if not self._is_below(path)
        )

    def _is_below(self, path: str) -> bool:
        """Whether a folder around it is left out for the same reason."""
        reason = self.left_out[path]
        return any(path.startswith(f"{other}/") and self.left_out[other] == reason for other in self.left_out)


def run(request: InitRequest) -> Adoption:
    """Adopt the tool. Raises NothingSelectedError where no unit is found, UsageError where a file can't be added to."""
    root = request.root
    configured = roots.is_configured(root)
    layout = None if configured else _layout(root)
    globs = Globs.of(load_root(root, environ=request.host, flags={})) if layout is None else _globs(layout)
    units = discover(root, globs).units
    if not units:
        raise NothingSelectedError(
            "no unit was found.", hint="A unit is a folder with a pyproject.toml, setup.py or requirements.txt."
        )
    surveys = tuple(_surveys(request, units))
    changes = [*_root_changes(request, layout, surveys), *_unit_changes(root, surveys, is_new=layout is not None)]
    if not request.dry_run:
        write(root, changes)
    return Adoption(
        units=units,
        surveys=surveys,
        left_out={} if layout is None else layout.left_out,
        changes=tuple(changes),
        steps=tuple(_steps(root)),
        is_dry_run=request.dry_run,
    )


def _layout(root: Path) -> Layout:
    found = discover(root, Globs(packages=("**", "."))).units
    return layout_of(found, {unit.path: sorted(os.listdir(root / unit.path)) for unit in found})  # noqa: PTH208 - names


def _globs(layout: Layout) -> Globs:
    return Globs(services=layout.services, packages=layout.packages, exclude=layout.exclude)


def _surveys(request: InitRequest, units: tuple[Unit, ...]) -> Iterator[Survey]:
    """Of the units that have no test file yet."""
    settings = load_root(request.root, environ=request.host, flags={})
    sources = Sources.by_folder(str(request.root), [unit.path for unit in units])
    for unit in units:
        if unit.problem is not None:
            continue
        files = unit_settings(settings, unit).test_file
        if not any((request.root / unit.path / file).exists() for file in files):
            yield survey_of(unit, sources.pop(unit.path))  # its syntax trees go with it


def _root_changes(request: InitRequest, layout: Layout | None, surveys: Iterable[Survey]) -> Iterator[Change]:
    if layout is not None:
        own = next((survey for survey in surveys if survey.unit.path == "."), None)
        yield roots.root_table(request.root, layout, more="" if own is None else unit_tables(own))
    made = [roots.noxfile(request.root)]
    if request.with_workflow or (request.root / roots.WORKFLOWS).is_dir():
        made.append(roots.workflow(request.root, branch=main_branch(request.root, request.host)))
    yield from filter(None, made)


def _unit_changes(root: Path, surveys: Iterable[Survey], *, is_new: bool) -> Iterator[Change]:
    for survey in surveys:
        has_root_table = is_new and survey.unit.path == "." and (root / "pyproject.toml").exists()
        yield from unit_changes(root, survey, "test_integrity.py", is_declared=has_root_table)


def _summary(survey: Survey | None) -> str:
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
    yield "integrity check    what sources alone show"
    yield "integrity run      every unit in an env of its own"
