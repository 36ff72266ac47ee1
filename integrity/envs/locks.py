"""`uv.lock`: whether it is up to date, and what of it a unit gets."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.markers import Marker

from integrity.envs.faults import env_fault, failed, too_slow
from integrity.envs.once import Once
from integrity.envs.uv_settings import document_of
from integrity.model.document import section
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from integrity.envs.env import Allowance
    from integrity.envs.interpreter import Interpreter
    from integrity.envs.uv_settings import UvSettings
    from integrity.model.unit import Unit
    from integrity.system.process import Completed
    from integrity.system.uv import Uv


_LOCAL_SOURCE = re.compile(r'\b(?:editable|virtual|directory) = "([^"]+)"')
_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock and what is asked of it. `package` is None where the lock is the unit's own; `apart` are packages left out."""

    file: Path
    package: str | None
    extras: tuple[str, ...]
    groups: tuple[str, ...]
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """What a lock gives under one interpreter: `versions` by name, `packages` as `name==version digest`, `text` for uv.

    `local` maps names to the files and folders (absolute) that they are installed from.
    """

    versions: Mapping[str, str]
    packages: tuple[str, ...]
    text: str
    local: Mapping[str, str]


class _Checked(Record, frozen=True, kw_only=True, tag="integrity.lock-checked/1"):
    """That a lock was found up to date."""

    lock: str


class _Exported(Record, frozen=True, kw_only=True, tag="integrity.lock-exported/1"):
    """What of a lock is for one interpreter, and uv's own words for it."""

    versions: dict[str, str]
    packages: tuple[str, ...]
    local: dict[str, str]
    text: str


def lock_of(unit: Unit, root: Path, extras: Iterable[str], groups: Iterable[str]) -> Lock | None:
    """The lock that holds for a unit: its workspace's, else the one in its own folder."""
    chosen = (tuple(sorted(extras)), tuple(sorted(groups)))
    if unit.workspace is not None and (file := root / unit.workspace / "uv.lock").is_file():
        return Lock(file=file, package=unit.distribution, extras=chosen[0], groups=chosen[1])
    if unit.workspace is None and (file := root / unit.path / "uv.lock").is_file():
        return Lock(file=file, package=None, extras=chosen[0], groups=chosen[1])
    return None


class Locks:
    """Asks uv about locks; answers are kept in `folder` under a digest of the lock and of all manifests that it speaks for."""

    def __init__(self, uv: Uv, settings: UvSettings, folder: Path) -> None:
        self._uv = uv
        self._settings = settings
        self._folder = folder
        self._digests: dict[Path, str] = {}
        self._checked: Once[None] = Once()
        self._exported: Once[Locked] = Once()

    async def get(self, lock: Lock, interpreter: Interpreter, allowance: Allowance) -> Locked:
        """Raises UnitFault when the lock is out of date."""
        digest = self._digest(lock.file)
        await self._checked.get((lock.file, digest), lambda: self._check(lock, digest, interpreter, allowance))
        key = _key(
            [
                digest,
                str(lock.file),
                lock.package,
                lock.extras,
                lock.groups,
                lock.apart,
                interpreter.identity,
                self._uv.identity,
            ]
        )
        return await self._exported.get(key, lambda: self._get(key, lock, interpreter, allowance))

    def _digest(self, file: Path) -> str:
        """Of the lock, of all manifests that it speaks for, and of uv's settings; read once in a run."""
        if file not in self._digests:
            contents = hashlib.sha256(self._settings.digest(file.parent).encode())
            for path in (file, *sorted(_manifests(file))):
                contents.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
            self._digests[file] = contents.hexdigest()
        return self._digests[file]

    async def _check(self, lock: Lock, digest: str, interpreter: Interpreter, allowance: Allowance) -> None:
        record = self._folder / f"lock-{_key([digest, str(lock.file), self._uv.identity])}.json"
        if read_record(record, _Checked) is not None:
            return
        async with allowance.slot():
            checked = await self._run(lock, "lock", "--check", interpreter=interpreter, timeout_s=allowance.timeout_s)
        if checked.status == 0:
            write_record(record, _Checked(lock=str(lock.file)))
        elif "needs to be updated" in checked.stderr or "out-of-date" in checked.stderr or "outdated" in checked.stderr:
            message = f"{lock.file} is out of date: the manifests ask for something else than it holds"
            raise env_fault(
                message, hint=f"Run `uv lock` in {lock.file.parent}, and commit the result.", detail=checked.stderr
            )
        else:
            raise failed(f"{lock.file} could not be checked", checked)

    async def _get(self, key: str, lock: Lock, interpreter: Interpreter, allowance: Allowance) -> Locked:
        record = self._folder / f"{key}.json"
        known = read_record(record, _Exported)
        if known is None:
            async with allowance.slot():
                text = await self._export(lock, interpreter, allowance.timeout_s)
            known = _exported(_with_whole_paths(text, lock.file.parent), interpreter.markers)
            write_record(record, known)
        return Locked(versions=known.versions, packages=known.packages, text=known.text, local=known.local)

    async def _export(self, lock: Lock, interpreter: Interpreter, timeout_s: float) -> str:
        arguments = [
            "--frozen",
            "--format",
            "pylock.toml",
            "--no-header",
            "--no-annotate",
            "--no-default-groups",
            "--no-emit-workspace",
        ]
        arguments += ["--package", lock.package] if lock.package is not None else []
        arguments += [part for name in lock.extras for part in ("--extra", name)]
        arguments += [part for name in lock.groups for part in ("--group", name)]
        arguments += [part for name in lock.apart for part in ("--no-emit-package", name)]
        exported = await self._run(lock, "export", *arguments, interpreter=interpreter, timeout_s=timeout_s)
        if exported.status != 0:
            raise failed(f"{lock.file} could not be read for {lock.package or 'its project'}", exported)
        return exported.stdout

    async def _run(self, lock: Lock, *arguments: str, interpreter: Interpreter, timeout_s: float) -> Completed:
        try:
            python = ("--python", str(interpreter.path))
            return await self._uv.run(*arguments, *python, "--quiet", cwd=lock.file.parent, timeout_s=timeout_s)
        except TimeoutError:
            raise too_slow(f"uv {arguments[0]}", timeout_s) from None


def _manifests(lock: Path) -> set[Path]:
    """Those of the project or workspace beside a lock, and of the folders that it takes packages from."""
    folder = lock.parent
    found = {folder / "pyproject.toml"}
    members = section(document_of(folder / "pyproject.toml"), "tool", "uv", "workspace").get("members")
    for pattern in members if isinstance(members, list) else []:
        with suppress(ValueError, NotImplementedError):  # a pattern that is none: uv says so
            found.update(folder.glob(f"{pattern}/pyproject.toml"))
    local = _LOCAL_SOURCE.findall(lock.read_text(encoding="utf-8", errors="replace"))
    return found | {folder / path / name for path in local for name in _MANIFESTS}


def _with_whole_paths(text: str, folder: Path) -> str:
    """Absolute paths: uv writes them relative to where it runs, and reads them relative to the file."""

    def whole(match: re.Match[str]) -> str:
        return f"path = {json.dumps(str((folder / json.loads(match[1])).resolve()))}"

    return re.sub(r'\bpath = ("(?:[^"\\]|\\.)*")', whole, text)


def _exported(text: str, markers: Mapping[str, str]) -> _Exported:
    """The packages of a pylock file (PEP 751) that are for this interpreter."""
    held = [package for package in tomllib.loads(text).get("packages", []) if _holds(package, markers)]
    return _Exported(
        versions={package["name"]: package["version"] for package in held if "version" in package},
        local={package["name"]: path for package in held if (path := _local_path(package)) is not None},
        packages=tuple(f"{package['name']}=={package.get('version', '')} {_key([package])}" for package in held),
        text=text,
    )


def _local_path(package: Mapping[str, Any]) -> str | None:
    sources = (package.get("directory", {}), package.get("archive", {}))
    return next((source["path"] for source in sources if "path" in source), None)


def _holds(package: Mapping[str, Any], markers: Mapping[str, str]) -> bool:
    return "marker" not in package or Marker(package["marker"]).evaluate({**markers, "extra": ""})


def _key(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()[:32]
