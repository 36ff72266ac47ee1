"""Editable builds (PEP 660) of units whose code or metadata only their build backend knows. Kept until a manifest changes."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement

from integrity.envs import distinfo
from integrity.envs.faults import env_fault, failed, too_slow
from integrity.envs.layer import tidy
from integrity.envs.once import Once, locked
from integrity.envs.places import put_in_place, temporary_beside
from integrity.envs.project import Project
from integrity.envs.wanted import settings_folder
from integrity.model.unit import Dependency, Place, normalised
from integrity.system.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrity.envs.env import Allowance
    from integrity.envs.interpreter import Interpreter
    from integrity.model.unit import Unit
    from integrity.system.process import Completed
    from integrity.system.uv import Uv

_MANIFESTS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "MANIFEST.in",
    "hatch_build.py",
    "build.py",
    "Cargo.toml",
    "CMakeLists.txt",
    "meson.build",
)
_REQUIREMENTS = ("requirements*.txt", "requirements*.in", "requirements/*.txt", "requirements/*.in")
_COMPILED = frozenset({".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".pyx", ".pxd", ".rs"})
_LEFT_BEHIND = ("*.egg-info", "src/*.egg-info", "build")
_IGNORED = frozenset({".git", ".venv", "venv", "node_modules", "build", "dist", "target", "__pycache__"})
_STAMP = "build.json"


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
        inputs = json.dumps([unit.path, *self._inputs(unit), interpreter.identity])
        folder = await self._get(hashlib.sha256(inputs.encode()).hexdigest()[:32], unit, interpreter, allowance)
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

    def _inputs(self, unit: Unit) -> list[Any]:
        """What a build depends on: manifests by content, sources that are compiled by size and time."""
        folder = self._root / unit.path
        files = [folder / name for name in _MANIFESTS]
        files += sorted(path for pattern in _REQUIREMENTS for path in folder.glob(pattern))
        contents = [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in files if path.is_file()]
        compiled = [
            [str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns]
            for path in _compiled_sources(folder)
        ]
        return [contents, compiled]

    async def _get(self, key: str, unit: Unit, interpreter: Interpreter, allowance: Allowance) -> Path:
        final = self._folder / key
        if (final / _STAMP).is_file():
            return final / "site"
        self._folder.mkdir(parents=True, exist_ok=True)
        # One build at a time in a source tree: backends write beside the source.
        place = hashlib.sha256(unit.path.encode()).hexdigest()[:16]
        async with locked(self._folder / f"{place}.lock", timeout_s=allowance.timeout_s):
            if (final / _STAMP).is_file():
                return final / "site"
            with temporary_beside(self._folder, place) as temporary:
                async with allowance.slot():
                    await self._build(unit, temporary / "site", interpreter, allowance.timeout_s)
                write_atomically(temporary / _STAMP, json.dumps({"unit": unit.path}))
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


def _path_lines(site: Path) -> tuple[Path, ...]:
    """The folders that the editable's own path files name: source goes before third-party packages, built or not."""
    lines = (
        line.strip() for file in sorted(site.glob("*.pth")) for line in file.read_text(encoding="utf-8").splitlines()
    )
    return tuple(Path(line) for line in lines if line.startswith("/") and Path(line).is_dir())


def _left_behind(source: Path) -> set[Path]:
    return {path for pattern in _LEFT_BEHIND for path in source.glob(pattern) if path.is_dir()}


def _compiled_sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name in _IGNORED:
            continue
        if path.is_dir():
            yield from _compiled_sources(path)
        elif path.suffix in _COMPILED:
            yield path


def _dependencies(
    unit: Unit, dist_info: Path, names: Mapping[str, Unit], markers: Mapping[str, str]
) -> Iterator[Dependency]:
    """Requires-Dist as dependencies: what holds without an extra, and what each extra adds."""
    stated, extras = distinfo.requirements_of(dist_info)
    for text in stated:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            raise env_fault(
                f"the build of {unit.path} states {text!r}, which is no requirement", hint="Correct what computes it."
            ) from None
        holds, extra = _condition(requirement, extras, markers)
        if not holds:
            continue
        requirement.marker = None
        target = names.get(normalised(requirement.name))
        yield Dependency(
            text=str(requirement),
            name=normalised(requirement.name),
            via="Requires-Dist",
            place=Place(path=unit.manifest_path or unit.path),
            extra=extra,
            target=None if target is None else target.path,
            target_extras=tuple(sorted(requirement.extras)),
        )


def _condition(
    requirement: Requirement, extras: tuple[str, ...], markers: Mapping[str, str]
) -> tuple[bool, str | None]:
    """Whether it holds here at all, and with which extra."""
    marker = requirement.marker
    if marker is None or marker.evaluate({**markers, "extra": ""}):
        return True, None
    extra = next((extra for extra in extras if marker.evaluate({**markers, "extra": extra})), None)
    return extra is not None, extra
