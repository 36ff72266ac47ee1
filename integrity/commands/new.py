"""`integrity new`: a unit from a template, whose integrity tests pass at once. Nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.discover import Globs, discover
from integrity.errors import UsageError
from integrity.generate.changes import Change, diff, write
from integrity.generate.naming import named
from integrity.generate.place import place_for
from integrity.generate.unit import unit_files
from integrity.model.unit import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.model.unit import Unit
    from integrity.settings import RootSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What is asked for. `path` is the unit's folder where it is not the one that the root's globs give."""

    kind: Kind
    name: str
    framework: str
    path: Path | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The new unit's files; `unit` is it as discovery finds it, None where no glob does, or of a dry run."""

    name: str
    path: str
    kind: Kind
    changes: tuple[Change, ...]
    unit: Unit | None = None
    is_dry_run: bool = False

    def text(self) -> str:
        """For people: the files, and what to do next; of a dry run the diff."""
        if self.is_dry_run:
            return diff(self.changes).rstrip("\n")
        return "\n".join([*(f"made {change.path}" for change in self.changes), "", "next:", *self._steps()])

    def _steps(self) -> list[str]:
        steps = [f"  integrity run {self.name}    its integrity tests, which pass"]
        if self.unit is None:
            steps = [f'  add "{self.path}" to `{self.kind}s` in the root\'s [tool.integrity]: no glob finds it', *steps]
        elif self.unit.workspace is not None:
            steps = ["  uv lock    it is a member of the workspace", *steps]
        return [
            *steps,
            f"  put your own registries into {self.path}/src, and declare them in {self.path}/pyproject.toml",
        ]


def run(request: NewRequest, settings: RootSettings) -> Made:
    """Write the unit. Raises UsageError for a name that can't be used, or a folder that is there or is not to be found."""
    globs = Globs.of(settings)
    unit = named(request.name, others=[unit.name for unit in discover(settings.root, globs).units])
    path = _path(request, settings)
    if (settings.root / path).is_symlink() or (settings.root / path).exists():
        raise UsageError(f"{path} is there already; nothing was written.", hint="Take another name, or --path DIR.")
    changes = unit_files(path, unit, request.kind, request.framework)
    found = None
    if not request.dry_run:
        write(settings.root, changes)
        found = next((each for each in discover(settings.root, globs).units if each.path == path), None)
    return Made(name=unit.name, path=path, kind=request.kind, changes=changes, unit=found, is_dry_run=request.dry_run)


def _path(request: NewRequest, settings: RootSettings) -> str:
    if request.path is not None:
        folder = request.path.resolve()
        if not folder.is_relative_to(settings.root) or folder == settings.root:
            raise UsageError(f"{request.path} is not below the root {settings.root}.")
        return folder.relative_to(settings.root).as_posix()
    globs = settings.services if request.kind is Kind.SERVICE else settings.packages
    path = place_for(request.name, globs)
    if path is None:
        shown = ", ".join(map(repr, globs)) or "nothing"
        raise UsageError(
            f"the root's `{request.kind}s` names {shown}, where {request.name!r} has no room.",
            hint="Say where it goes: --path DIR.",
        )
    return path
