"""Editable builds (PEP 660) of units whose code or metadata only their build backend knows. Kept until what they are made from changes."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from integrity.envs import distinfo
from integrity.envs.faults import env_fault, failed, too_slow
from integrity.envs.inputs import BUILD_VARIABLES, build_inputs
from integrity.envs.layer import tidy
from integrity.envs.markers import marker_holds
from integrity.envs.once import Once, locked
from integrity.envs.places import put_in_place, temporary_beside
from integrity.envs.project import Project
from integrity.envs.sealed import Contents, contents_of, is_whole
from integrity.envs.wanted import settings_folder
from integrity.model.unit import Dependency, Place, normalised
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrity.envs.env import Allowance
    from integrity.envs.interpreter import Interpreter
    from integrity.model.unit import Unit
    from integrity.system.process import Completed
    from integrity.system.uv import Uv

_LEFT_BEHIND = ("*.egg-info", "src/*.egg-info", "build")
_SEAL = "build.json"


class _Seal(Record, frozen=True, kw_only=True, tag="integrity.build/1"):
    """What a finished build holds."""

    unit: str
    contents: Contents


class Builder:
    """Builds each unit at most once for an interpreter; `folder` keeps the results."""

    def __init__(self, uv: Uv, folder: Path, root: Path) -> None:
        self._uv = uv
        self._folder = folder
        self._root = root
        self._made: Once[Project] = Once()

    async def project(
        self, unit: Unit, interpreter: Interpreter, names: Mapping[str, Unit], allowance: Allowance
    ) -> Project:
        """The unit as its build backend describes it; `names` are the monorepo's units by distribution."""
        key = (unit.path, interpreter.identity)
        return await self._made.get(key, lambda: self._project(unit, interpreter, names, allowance))

    async def _project(
        self, unit: Unit, interpreter: Interpreter, names: Mapping[str, Unit], allowance: Allowance
    ) -> Project:
        # An editable names its source by its whole path: what was built where the repository stood before is of no use.
        made_from = [
            str(self._root),
            unit.path,
            build_inputs(unit, self._root),
            self._variables(),
            interpreter.identity,
        ]
        key = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:32]
        folder = await self._get(key, unit, interpreter, allowance)
        found = distinfo.installed(folder)
        dist_info = found.get(unit.distribution or "") or next(iter(found.values()), None)
        if dist_info is None:
            raise env_fault(
                f"the build of {unit.path} gave no metadata", hint=f"See what `uv pip install -e {unit.path}` does."
            )
        groups = (item for item in unit.dependencies if item.group is not None)
        return Project(
            unit=unit,
            dependencies=(*_dependencies(unit, dist_info, names, interpreter.markers), *groups),
            paths=_path_lines(folder),
            editable=folder,
            version=distinfo.version_of(dist_info),
            entry_points=distinfo.entry_points_of(dist_info),
        )

    def _variables(self) -> dict[str, str]:
        return {name: value for name, value in self._uv.environment.items() if name.startswith(BUILD_VARIABLES)}

    async def _get(self, key: str, unit: Unit, interpreter: Interpreter, allowance: Allowance) -> Path:
        final = self._folder / key
        if _stands(final):
            return final / "site"
        self._folder.mkdir(parents=True, exist_ok=True)
        # One build at a time in a source tree: backends write beside the source.
        place = hashlib.sha256(unit.path.encode()).hexdigest()[:16]
        async with locked(self._folder / f"{place}.lock", timeout_s=allowance.timeout_s):
            if _stands(final):
                return final / "site"
            with temporary_beside(self._folder, place) as temporary:
                async with allowance.slot():
                    await self._build(unit, temporary / "site", interpreter, allowance.timeout_s)
                write_record(temporary / _SEAL, _Seal(unit=unit.path, contents=contents_of(temporary)))
                put_in_place(temporary, final)
        return final / "site"

    async def _build(self, unit: Unit, target: Path, interpreter: Interpreter, timeout_s: float) -> None:
        source = self._root / unit.path
        before = _left_behind(source)
        try:
            built = await self._uv_install(unit, target, interpreter, timeout_s)
        except TimeoutError:
            raise too_slow(f"building {unit.path}", timeout_s) from None
        finally:
            for path in _left_behind(source) - before:
                shutil.rmtree(path, ignore_errors=True)
        if built.status != 0:
            raise failed(f"{unit.path} could not be built", built)
        tidy(target, None)

    async def _uv_install(self, unit: Unit, target: Path, interpreter: Interpreter, timeout_s: float) -> Completed:
        return await self._uv.run(
            "pip", "install", "--no-deps", "--target", str(target), "--python", str(interpreter.path),
            "--editable", str(self._root / unit.path),
            cwd=settings_folder(unit, self._root), timeout_s=timeout_s,
        )  # fmt: skip


def _stands(folder: Path) -> bool:
    seal = read_record(folder / _SEAL, _Seal)
    return seal is not None and is_whole(folder, seal.contents, "site")


def _path_lines(site: Path) -> tuple[Path, ...]:
    """The folders that the editable's own path files name: source goes before third-party packages, built or not."""
    texts = (file.read_text(encoding="utf-8", errors="surrogateescape") for file in sorted(site.glob("*.pth")))
    lines = (line.strip() for text in texts for line in text.splitlines())
    return tuple(Path(line) for line in lines if line.startswith("/") and Path(line).is_dir())


def _left_behind(source: Path) -> set[Path]:
    return {path for pattern in _LEFT_BEHIND for path in source.glob(pattern) if path.is_dir()}


def _dependencies(
    unit: Unit, dist_info: Path, names: Mapping[str, Unit], markers: Mapping[str, str]
) -> Iterator[Dependency]:
    """Requires-Dist as dependencies: what holds without an extra, and what each extra adds.

    What the manifest states, too, is what discovery found it to be; other names are units where they are one unit's.
    """
    targets: dict[str, str | None] = {name: unit.path for name, unit in names.items()}
    targets |= {item.name: item.target for item in sorted(unit.dependencies, key=lambda item: item.target or "")}
    stated, extras = distinfo.requirements_of(dist_info)
    for text in stated:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            raise env_fault(
                f"the build of {unit.path} states {text!r}, which is no requirement", hint="Correct what computes it."
            ) from None
        conditions = _conditions(requirement, extras, markers)
        requirement.marker = None
        for extra in conditions:
            yield Dependency(
                text=str(requirement),
                name=normalised(requirement.name),
                via="Requires-Dist",
                place=Place(path=unit.manifest_path or unit.path),
                extra=extra,
                target=targets.get(normalised(requirement.name)),
                target_extras=tuple(sorted(requirement.extras)),
            )


def _conditions(requirement: Requirement, extras: tuple[str, ...], markers: Mapping[str, str]) -> list[str | None]:
    """Under what it holds here: always, or with each of some extras, or never."""
    if marker_holds(requirement, markers):
        return [None]
    return [extra for extra in extras if marker_holds(requirement, markers, extra=extra)]
