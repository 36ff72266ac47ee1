"""Whose the changed files are: the units that each one touches by itself, and what touches all of them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from integrity.planning.choose import owner
from integrity.planning.globs import parts_of, predicate
from integrity.planning.linked import linked
from integrity.planning.renamed import former_name
from integrity.planning.shown import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from integrity.model.change import Changes
    from integrity.model.unit import Monorepo, Unit

ROOT_FILES = frozenset(
    {
        "pyproject.toml",
        "integrity.toml",
        "integrity-baseline.json",
        "noxfile.py",
        "uv.lock",
        "uv.toml",
        ".python-version",
    }
)
_ABOVE = frozenset(
    {"pyproject.toml", "uv.lock", "uv.toml", ".python-version"}
)  # what uv also reads above a unit's folder
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_OF_TOOLS = re.compile(
    r"__pycache__|__pypackages__|node_modules|\.?venv|site-packages|.*\.(?:egg|dist)-info|.*\.py[co]"
)
_OF_BUILDS = ("build", "dist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What a unit's settings add to its manifest: the extras and groups that its env gets, and the units that it needs running.

    `needs` are paths of units, `extra_inputs` globs, `files` those outside of its folder that its configuration names,
    files or whole folders.
    """

    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    extra_inputs: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The root's `shared-inputs` and `ignored-inputs`, and the folders that runs themselves write."""

    shared: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Units with the reason, by path; why all of them are (a clause), if so; and the files that nobody owns or lists."""

    units: Mapping[str, str]
    everything: str | None
    unowned: tuple[str, ...]


def touched(monorepo: Monorepo, wants: Mapping[str, Want | None], inputs: Inputs, changes: Changes) -> Touched:
    """What the changes touch before anything follows from it."""
    tracer = _Tracer(monorepo, wants, inputs)
    files = [path for path in changes.files if not tracer.is_left_over(path, changes)]
    for path in files:
        tracer.file(path, is_gone=path in changes.deleted)
    for path in changes.folders:
        tracer.folder(path)
    for link, paths in linked((*files, *changes.folders), changes.links).items():
        tracer.link(link, paths)
    tracer.manifests(changes)
    return Touched(units=tracer.reasons(), everything=tracer.everything(), unowned=tuple(tracer.unowned))


@dataclass(slots=True)
class _Touches:
    """The files that touch one unit, by how they do."""

    own: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    namesakes: list[str] = field(default_factory=list)

    def reason(self) -> str:
        if self.own:
            return f"changed: {named(self.own)}"
        if self.listed:
            return f"extra input changed: {named(self.listed)}"
        if self.linked:
            return f"changed behind a symbolic link: {named(self.linked)}"
        if self.above:
            return f"configuration above it changed: {named(self.above)}"
        return f"asks for the name of {named(self.namesakes)}, whose manifest changed"


class _Tracer:
    def __init__(self, monorepo: Monorepo, wants: Mapping[str, Want | None], inputs: Inputs) -> None:
        self._monorepo = monorepo
        self._units = {unit.path: unit for unit in monorepo.units}
        self._workspaces = {unit.workspace for unit in monorepo.units if unit.workspace is not None}
        self._listing = {path: want for path, want in wants.items() if want is not None and _lists(want)}
        self._is_extra = {path: listed(want.extra_inputs) for path, want in self._listing.items()}
        self._inputs = inputs
        self._is_shared = listed(inputs.shared)
        self._is_ignored = listed(inputs.ignored)
        self._touches: dict[str, _Touches] = {}
        self._broken = [unit.path for unit in monorepo.units if unit.problem is not None]
        self._renamed: list[str] = []
        self._removed: list[str] = []
        self._shared: list[str] = []
        self.unowned: list[str] = []

    def is_left_over(self, path: str, changes: Changes) -> bool:
        """Whether a path is what runs, builds and installs leave behind; what git knows is none, but for a run's results."""
        if any(_lies_in(path, folder) for folder in self._inputs.written):
            return True
        if path not in changes.untracked:
            return False
        folder, parts = "", path.split("/")
        for part in parts:
            if _OF_TOOLS.fullmatch(part) or (part in _OF_BUILDS and (folder or ".") in self._units):
                return True
            folder = f"{folder}/{part}" if folder else part
        return False

    def file(self, path: str, *, is_gone: bool) -> None:
        """One changed file: it may touch several units, all of them, or none."""
        folder, _, name = path.rpartition("/")
        mine = self._owner(path)
        if mine is not None:
            self._of(mine.path).own.append(path)
        is_listed = self._extras(path)
        is_above = name in _ABOVE and folder != "" and self._below(path, folder)
        if is_gone and name in _MANIFESTS and folder not in self._units:
            self._removed.append(path)
        if path in ROOT_FILES or self._is_shared(path):
            self._shared.append(path)
        elif mine is None and not is_listed and not is_above and not self._is_ignored(path):
            self.unowned.append(path)

    def folder(self, path: str) -> None:
        """A folder in which nobody can see what changed: whatever is at, above or below it."""
        units = {unit.path for unit in self._monorepo.units if _lies_in(unit.path, path)}
        if (mine := self._owner(path)) is not None:
            units.add(mine.path)
        for unit in units:
            self._of(unit).own.append(path)
        is_listed = False
        for unit_path, want in self._listing.items():
            if reaches(want.extra_inputs, path) or any(
                _lies_in(file, path) or _lies_in(path, file) for file in want.files
            ):
                self._of(unit_path).listed.append(path)
                is_listed = True
        if reaches(self._inputs.shared, path):
            self._shared.append(path)
        elif not units and not is_listed and not self._is_ignored(path):
            self.unowned.append(path)

    def link(self, link: str, paths: Iterable[str]) -> None:
        """A symbolic link to what changed, and how that is called through it; where nobody owns the link, only who lists it cares."""
        mine = self._owner(link)
        if mine is not None:
            self._of(mine.path).linked += paths
        for path in paths:
            self._extras(path)
            if self._is_shared(path):
                self._shared.append(path)

    def manifests(self, changes: Changes) -> None:
        """What follows from names: a unit that had another one, and those that ask for one and now get it from elsewhere."""
        changed: dict[str, str] = {}
        files = frozenset(changes.files)
        for unit in self._monorepo.units:
            folder = "" if unit.path == "." else f"{unit.path}/"
            paths = [f"{folder}{name}" for name in sorted(_MANIFESTS)]
            if unit.distribution is not None and not files.isdisjoint(paths):
                changed[unit.distribution] = unit.path
            for path in paths:
                was = former_name(path, changes.before.get(path), unit)
                if was is not None:
                    self._renamed.append(f"{unit.path} was called {was}")
        for unit in self._monorepo.units:
            for dependency in unit.dependencies:
                if dependency.target is None and changed.get(dependency.name, unit.path) != unit.path:
                    self._of(unit.path).namesakes.append(changed[dependency.name])

    def reasons(self) -> dict[str, str]:
        """Why each touched unit is, by path."""
        return {path: touches.reason() for path, touches in self._touches.items()}

    def everything(self) -> str | None:
        """Why all units are touched."""
        if self._broken:
            return f"the manifest of {named(self._broken)} can't be used, so that nobody can tell what depends on what"
        if self._renamed:
            return named(self._renamed)
        if self._removed:
            return f"gone: {named(self._removed)}, perhaps a unit's manifest"
        if self._shared:
            return f"shared input changed: {named(self._shared)}"
        return f"no unit owns {named(self.unowned)}, which changed" if self.unowned else None

    def _of(self, path: str) -> _Touches:
        return self._touches.setdefault(path, _Touches())

    def _owner(self, path: str) -> Unit | None:
        """The innermost unit; a unit that is the whole root owns only what is evidently its own code."""
        found = owner(self._monorepo, path)
        return None if found is not None and found.path == "." and not _is_code_of_root(path, found) else found

    def _extras(self, path: str) -> bool:
        found = [
            unit
            for unit, want in self._listing.items()
            if any(_lies_in(path, file) for file in want.files) or self._is_extra[unit](path) is not None
        ]
        for unit in found:
            self._of(unit).listed.append(path)
        return bool(found)

    def _below(self, path: str, folder: str) -> bool:
        """Units that uv looks from up to this folder; whether the folder is a workspace, whose members are all that it is for."""
        for unit in self._monorepo.units:
            if unit.path != folder and (unit.workspace == folder or _lies_in(unit.path, folder)):
                self._of(unit.path).above.append(path)
        return folder in self._workspaces


def listed(globs: Iterable[str]) -> Callable[[str], str | None]:
    """A function that names the glob which matches a path or a folder that contains it; `.` is the whole root."""
    globs = tuple(globs)
    whole = next((glob for glob in globs if parts_of(glob) == []), None)
    return predicate(globs) if whole is None else lambda _: whole


def reaches(globs: Iterable[str], folder: str) -> bool:
    """Whether a glob may match something in the folder, or the folder itself."""
    return any(_may_reach(parts, folder.split("/")) for glob in globs if (parts := parts_of(glob)) is not None)


def _may_reach(parts: list[str], folder: list[str]) -> bool:
    if not parts or not folder or parts[0] == "**":
        return True
    return fnmatchcase(folder[0], parts[0]) and _may_reach(parts[1:], folder[1:])


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _lists(want: Want) -> bool:
    return bool(want.extra_inputs or want.files)


def _is_code_of_root(path: str, root: Unit) -> bool:
    module = (root.distribution or root.name).replace("-", "_")
    first, slash, _ = path.partition("/")
    return first in {"src", "tests", module} if slash else first in {f"{module}.py", "test_integrity.py"}
