"""From a unit to its env, step by step: interpreter → closure → pins → layer → overlay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.version import Version

from integrity.envs import overlay as overlays
from integrity.envs.build import Builder
from integrity.envs.choice import PythonChooser
from integrity.envs.closure import Closure, Requested, check_choice, closure
from integrity.envs.env import Allowance, Env
from integrity.envs.faults import env_fault, unforeseen
from integrity.envs.inside import inside_folder
from integrity.envs.interpreter import Interpreters
from integrity.envs.layer import Layers
from integrity.envs.locks import Lock, Locks, lock_of
from integrity.envs.once import Once
from integrity.envs.places import sweep
from integrity.envs.project import Project, plain_project, refuse_shadows
from integrity.envs.resolution import Pins, Resolver, name_of
from integrity.envs.uv_settings import UvSettings
from integrity.envs.wanted import Gatherer, Wanted
from integrity.errors import UnitFault
from integrity.model.outcome import ErrorKind
from integrity.model.unit import normalised
from integrity.system.uv import Uv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from integrity.envs.env import EnvRequest
    from integrity.envs.interpreter import Interpreter
    from integrity.envs.layer import Layer
    from integrity.model.unit import Dependency, Monorepo, Unit
    from integrity.planning.graph import Graph

_PYTEST = "pytest>=7"
_XDIST = "pytest-xdist>=3"
_RUNNER = frozenset({"pytest", "pytest-xdist"})  # what every env gets, whatever units are called


class EnvStore:
    """The envs of one run."""

    def __init__(
        self,
        *,
        monorepo: Monorepo,
        graph: Graph,
        store: Path,
        environment: Mapping[str, str],
        refresh: bool,
    ) -> None:
        uv = Uv(environment)
        self._root = monorepo.root
        self._store = store
        self._units = {unit.path: unit for unit in monorepo.units}
        self._named = _by_distribution(monorepo)
        self._names = {name: units[0] for name, units in self._named.items() if len(units) == 1}
        self._unreadable = {
            normalised(unit.name): unit
            for unit in monorepo.units
            if unit.problem is not None and unit.distribution is None
        }
        self._plain: dict[str, Project | None] = {}
        settings = UvSettings(uv.environment)
        interpreters = Interpreters(uv, settings, store / "interpreters" / "v1", monorepo.root)
        self._chooser = PythonChooser(interpreters, monorepo, graph)
        self._builder = Builder(uv, store / "builds" / "v1", monorepo.root)
        self._gatherer = Gatherer(monorepo.root)
        resolutions = store / "resolutions" / "v1"
        self._resolver = Resolver(uv, settings, resolutions, refresh=refresh)
        self._locks = Locks(uv, settings, resolutions)
        self._layers = Layers(uv, store / "layers" / "v1", store / "bytecode" / "v1")
        self._inside: Once[Path] = Once()
        self._swept = False

    async def prepare(self, request: EnvRequest, slot: Callable[[], AbstractAsyncContextManager[None]]) -> Env:
        """The env of a unit, made or verified. Raises UnitFault, whatever goes wrong: it is this unit's trouble.

        `slot` is held around work that burns CPU, never while waiting for others. What several units need is made once,
        in the slot of the one that asked first.
        """
        try:
            return await self._prepare(request, slot)
        except UnitFault:
            raise
        except Exception as problem:  # other units go on; a bug keeps its traceback in the detail
            raise unforeseen(request.unit.path, problem) from problem

    async def _prepare(self, request: EnvRequest, slot: Callable[[], AbstractAsyncContextManager[None]]) -> Env:
        unit = request.unit
        if unit.problem is not None:
            raise UnitFault(unit.problem)
        self._swept = self._swept or self._sweep()
        check_choice(unit, request.extras, request.groups)
        allowance = Allowance(slot=slot, timeout_s=request.timeout_s)
        interpreter = await self._chooser.choose(request, allowance)
        projects, pins = await self._settled(request, interpreter, allowance)
        refuse_shadows(projects)
        layer = await self._layers.get(pins, interpreter, allowance)
        return await self._overlay(request, interpreter, projects, layer)

    async def _settled(
        self, request: EnvRequest, interpreter: Interpreter, allowance: Allowance
    ) -> tuple[tuple[Project, ...], Pins]:
        """Projects and pins. A unit that only third-party packages ask for joins the projects, and never comes from an index."""
        joined: dict[str, Unit] = {}
        while True:
            found, projects = await self._closure(request, interpreter, tuple(joined.values()), allowance)
            self._guard_names(found)
            wanted = self._gatherer.gather(request.unit, found.siblings, found.third_party, interpreter.markers)
            wanted = replace(
                wanted, requirements=_with_pytest(wanted, workers=request.workers), dropped=tuple(sorted(joined))
            )
            pins = await self._pins(wanted, self._lock(request, found.siblings, wanted), interpreter, allowance)
            stated = {normalised(item.requirement.name) for item in found.third_party}
            more = {
                name: unit
                for name in pins.names - stated - joined.keys() - _RUNNER
                if (unit := self._names.get(name)) is not None
            }
            if not more:
                return projects, replace(pins, dropped=wanted.dropped)
            joined |= more

    async def _closure(
        self, request: EnvRequest, interpreter: Interpreter, joined: tuple[Unit, ...], allowance: Allowance
    ) -> tuple[Closure, tuple[Project, ...]]:
        """The closure and its projects, the unit's own first. Units that have to be built are, as soon as they are reached."""
        requested = Requested(
            unit=request.unit, extras=request.extras, groups=request.groups, markers=interpreter.markers, joined=joined
        )
        built: dict[str, Project] = {}
        while True:
            unknown: dict[str, Unit] = {}

            def stated(unit: Unit, unknown: dict[str, Unit] = unknown) -> tuple[Dependency, ...]:
                project = built.get(unit.path) or self._plain_project(unit)
                if project is None:
                    unknown[unit.path] = unit
                return () if project is None else project.dependencies

            found = closure(requested, self._units, stated)
            if not unknown:
                projects = (
                    built.get(unit.path) or self._plain_project(unit) for unit in (request.unit, *found.siblings)
                )
                return found, tuple(project for project in projects if project is not None)
            for unit in unknown.values():
                built[unit.path] = await self._builder.project(unit, interpreter, self._names, allowance)

    def _guard_names(self, found: Closure) -> None:
        """A name that is of several units, or of one whose manifest can't be read, must not be taken from an index instead."""
        for item in found.third_party:
            name = normalised(item.requirement.name)
            if item.requirement.url is not None:
                continue
            if len(units := self._named.get(name, ())) > 1:
                raise env_fault(
                    f"{item.owner.path} needs {name}, which is the name of {' and of '.join(unit.path for unit in units)}",
                    hint="Say which: a path in its [tool.uv.sources], or exclude the others.",
                    kind=ErrorKind.CONFIG,
                )
            if name in self._unreadable:
                unit = self._unreadable[name]
                raise env_fault(
                    f"{item.owner.path} needs {name}, which seems to be {unit.path}, and that can't be used",
                    hint=f"Mend {unit.manifest_path or unit.path} first.",
                    detail="" if unit.problem is None else unit.problem.message,
                )

    def _plain_project(self, unit: Unit) -> Project | None:
        if unit.problem is not None:
            raise UnitFault(unit.problem)
        if unit.path not in self._plain:
            self._plain[unit.path] = plain_project(unit, self._root / unit.path)
        return self._plain[unit.path]

    def _lock(self, request: EnvRequest, siblings: Iterable[Unit], wanted: Wanted) -> Lock | None:
        lock = lock_of(request.unit, self._root, request.extras, request.groups)
        if lock is None:
            return None
        own = {unit.distribution for unit in siblings if unit.distribution is not None}
        return replace(lock, apart=tuple(sorted(own.union(wanted.dropped))))

    async def _pins(self, wanted: Wanted, lock: Lock | None, interpreter: Interpreter, allowance: Allowance) -> Pins:
        """From the lock where there is one; what it lacks (pytest, units outside its workspace) is resolved to fit it."""
        if lock is None:
            return await self._resolver.pins(wanted, interpreter, allowance)
        locked = await self._locks.get(lock, interpreter, allowance)
        _check_pytest(lock, locked.versions)
        held = frozenset(map(name_of, locked.packages))
        lacking = tuple(line for line in wanted.requirements if name_of(line) not in held)
        indexed = tuple(pair for pair in wanted.indexed if name_of(pair[0]) not in held)
        pins = Pins(directory=wanted.directory, settings="")
        if lacking or indexed:
            constraints = tuple(f"{name}=={version}" for name, version in sorted(locked.versions.items()))
            rest = replace(wanted, requirements=lacking, indexed=indexed, constraints=constraints)
            pins = await self._resolver.pins(rest, interpreter, allowance)
        lines = tuple(line for line in pins.lines if name_of(line) not in held)
        return replace(pins, lines=lines, locked=locked.packages, lock_text=locked.text, locked_local=locked.local)

    async def _overlay(
        self, request: EnvRequest, interpreter: Interpreter, projects: tuple[Project, ...], layer: Layer
    ) -> Env:
        overlay = overlays.Overlay(
            directory=self._store / "envs" / overlays.env_name(request),
            root=self._root,
            interpreter=interpreter,
            layer=layer,
            projects=projects,
            inside=await self._inside.get("", lambda: self._inside_folder(request.timeout_s)),
        )
        await overlays.ensure(overlay, timeout_s=request.timeout_s)
        return Env(
            directory=overlay.directory,
            python=overlay.python,
            version=interpreter.version,
            layer=layer.digest,
            packages=layer.packages,
        )

    async def _inside_folder(self, timeout_s: float) -> Path:
        return await inside_folder(self._store / "inside" / "v1", timeout_s=timeout_s)

    def _sweep(self) -> bool:
        for folder in ("layers/v1", "builds/v1", "resolutions/v1", "inside/v1", "envs"):
            sweep(self._store / folder)
        return True


def _by_distribution(monorepo: Monorepo) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in monorepo.units:
        if unit.distribution is not None:
            found.setdefault(unit.distribution, []).append(unit)
    return found


def _with_pytest(wanted: Wanted, *, workers: bool) -> tuple[str, ...]:
    return (*wanted.requirements, _PYTEST, *((_XDIST,) if workers else ()))


def _check_pytest(lock: Lock, versions: Mapping[str, str]) -> None:
    if "pytest" in versions and Version(versions["pytest"]) < Version("7"):
        raise env_fault(
            f"{lock.file} holds pytest {versions['pytest']}, and 7 or newer is needed",
            hint="uv lock --upgrade-package pytest",
        )
