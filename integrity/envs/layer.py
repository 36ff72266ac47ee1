"""Layers: third-party packages, installed once for all units whose pinned closure is the same, never changed afterwards.

A layer is built in a temporary folder under a lock, checked, sealed, and renamed; one whose files are not those of its
seal is built again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.envs import bytecode, distinfo
from integrity.envs.faults import env_fault, failed, too_slow
from integrity.envs.once import Once, locked
from integrity.envs.places import put_in_place, temporary_beside
from integrity.envs.sealed import Contents, contents_of, is_whole
from integrity.system.process import capture
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrity.envs.env import Allowance
    from integrity.envs.interpreter import Interpreter
    from integrity.envs.resolution import Pins
    from integrity.system.process import Completed
    from integrity.system.uv import Uv

FORMAT = 2  # raise it when the same pins have to give other files
SEAL = "layer.json"
_HEALTH = "import site, sys; site.addsitedir(sys.argv[1]); import pytest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer that stands. `scripts` are console entry points, `programs` other files that belong beside Python."""

    digest: str
    folder: Path
    packages: Mapping[str, str]
    scripts: Mapping[str, str]
    programs: tuple[str, ...]

    @property
    def site_packages(self) -> Path:
        """What an env adds to its path."""
        return self.folder / "site-packages"


class _Seal(Record, frozen=True, kw_only=True, tag="integrity.layer/2"):
    """What a finished layer holds."""

    packages: dict[str, str]
    scripts: dict[str, str]
    programs: tuple[str, ...]
    contents: Contents


class Layers:
    """The layers under `folder`, shared by all runs on this monorepo."""

    def __init__(self, uv: Uv, folder: Path, bytecode_store: Path) -> None:
        self._uv = uv
        self._folder = folder
        self._bytecode = bytecode_store
        self._made: Once[Layer] = Once()

    async def get(self, pins: Pins, interpreter: Interpreter, allowance: Allowance) -> Layer:
        """The layer of these pins, built if it is not there or not whole."""
        digest = layer_digest(pins, interpreter)
        return await self._made.get(digest, lambda: self._get(digest, pins, interpreter, allowance))

    async def _get(self, digest: str, pins: Pins, interpreter: Interpreter, allowance: Allowance) -> Layer:
        if (layer := await asyncio.to_thread(read_layer, self._folder / digest)) is not None:
            return layer
        self._folder.mkdir(parents=True, exist_ok=True)
        async with locked(self._folder / f"{digest}.lock", timeout_s=allowance.timeout_s):
            if (layer := read_layer(self._folder / digest)) is not None:
                return layer
            return await self._build(digest, pins, interpreter, allowance)

    async def _build(self, digest: str, pins: Pins, interpreter: Interpreter, allowance: Allowance) -> Layer:
        final = self._folder / digest
        with temporary_beside(self._folder, digest) as temporary:
            async with allowance.slot():
                await self._install(temporary, pins, interpreter, allowance)
                bytecode.share(temporary / "site-packages", self._bytecode)
                await self._check(temporary, pins, interpreter, allowance)
            write_record(temporary / SEAL, _seal(temporary))
            put_in_place(temporary, final)
        if (layer := read_layer(final)) is None:
            raise env_fault(
                f"the layer {final} changed while it was built", hint="Run again; see who else writes there."
            )
        return layer

    async def _install(self, temporary: Path, pins: Pins, interpreter: Interpreter, allowance: Allowance) -> None:
        target = temporary / "site-packages"
        for requirements in pins.write_to(temporary):
            installed = await self._uv_install(requirements, target, pins, interpreter, allowance)
            if installed.status != 0:
                raise failed("third-party packages could not be installed", installed)
            requirements.unlink()  # it may hold the credentials of an index
        tidy(target, temporary / "bin")

    async def _uv_install(
        self, requirements: Path, target: Path, pins: Pins, interpreter: Interpreter, allowance: Allowance
    ) -> Completed:
        # uv would take what it built from a folder before, whatever was edited there since.
        fresh = [part for name in pins.local for part in ("--refresh-package", name)]
        try:
            return await self._uv.run(
                "pip", "install", "--quiet", "--no-deps", "--target", str(target), "--python", str(interpreter.path),
                "--requirements", str(requirements), *fresh,
                cwd=pins.directory, timeout_s=allowance.timeout_s,
            )  # fmt: skip
        except TimeoutError:
            raise too_slow("installing third-party packages", allowance.timeout_s) from None

    async def _check(self, temporary: Path, pins: Pins, interpreter: Interpreter, allowance: Allowance) -> None:
        """Each pinned distribution is there, and pytest starts. Its bytecode, which every unit needs, is compiled by this."""
        target = temporary / "site-packages"
        missing = sorted(pins.names - set(distinfo.installed(target)))
        if missing:
            raise env_fault(
                f"uv installed no {', '.join(missing)}, and said that all is well",
                hint="`uv cache clean` and run again.",
            )
        if pins.dropped:
            return  # pytest may need what is missing here and comes from a unit's source
        command = [str(interpreter.path), "-I", "-S", "-c", _HEALTH, str(target)]
        try:
            checked = await capture(
                command, cwd=temporary, environment=self._uv.python_environment, timeout_s=allowance.timeout_s
            )
        except TimeoutError:
            raise too_slow("importing pytest", allowance.timeout_s) from None
        if checked.status != 0:
            raise failed("pytest can't be imported with the unit's third-party packages", checked)


def tidy(target: Path, programs: Path | None) -> None:
    """Take out of a `uv pip install --target` what is no module: its lock, and `bin`, which goes to `programs`."""
    (target / ".lock").unlink(missing_ok=True)
    if programs is None:
        shutil.rmtree(target / "bin", ignore_errors=True)
    elif (target / "bin").is_dir():
        (target / "bin").rename(programs)


def layer_digest(pins: Pins, interpreter: Interpreter) -> str:
    """The name of the layer that these pins make under this interpreter."""
    return hashlib.sha256(json.dumps([FORMAT, interpreter.identity, pins.identity]).encode()).hexdigest()[:32]


def read_layer(folder: Path) -> Layer | None:
    """The layer in `folder`, if it is as it was when it was sealed."""
    seal = read_record(folder / SEAL, _Seal)
    if seal is None or not is_whole(folder, seal.contents, "site-packages"):
        return None
    return Layer(
        digest=folder.name, folder=folder, packages=seal.packages, scripts=seal.scripts, programs=seal.programs
    )


def _seal(folder: Path) -> _Seal:
    distributions = distinfo.installed(folder / "site-packages")
    scripts: dict[str, str] = {}
    for dist_info in distributions.values():
        groups = distinfo.entry_points_of(dist_info)
        scripts.update({**groups.get("gui_scripts", {}), **groups.get("console_scripts", {})})
    programs = (
        {path.name for path in (folder / "bin").iterdir() if path.is_file()} if (folder / "bin").is_dir() else set()
    )
    return _Seal(
        packages={name: distinfo.version_of(path) for name, path in distributions.items()},
        scripts=scripts,
        programs=tuple(sorted(programs - scripts.keys())),
        contents=contents_of(folder),
    )
