"""Which Python a unit runs in: found by uv, asked once what it is, remembered until its file changes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrity.envs.faults import env_fault, failed, too_slow
from integrity.envs.once import Once
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrity.envs.env import Allowance
    from integrity.envs.uv_settings import UvSettings
    from integrity.system.process import Completed
    from integrity.system.uv import Uv

_SELECTING = (
    "PATH",
    "UV_PYTHON_PREFERENCE",
    "UV_MANAGED_PYTHON",
    "UV_NO_MANAGED_PYTHON",
    "UV_PYTHON_INSTALL_DIR",
    "PYENV_ROOT",
)
_QUESTION = """
import json, os, platform, sys, sysconfig
scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix"
base = os.path.join(os.sep, "base")
implementation = sys.implementation
release = ".".join(map(str, implementation.version[:3]))
print(json.dumps({
    "path": getattr(sys, "_base_executable", sys.executable) or sys.executable,
    "version": platform.python_version(),
    "site": os.path.relpath(sysconfig.get_path("purelib", scheme, {"base": base, "platbase": base}), base),
    "tag": [implementation.name, implementation.cache_tag, sysconfig.get_config_var("EXT_SUFFIX"), sysconfig.get_platform(), platform.libc_ver()],
    "markers": {
        "implementation_name": implementation.name, "implementation_version": release, "os_name": os.name,
        "platform_machine": platform.machine(), "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(), "platform_system": platform.system(), "platform_version": platform.version(),
        "python_full_version": platform.python_version(), "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A base Python. `tag` says what compiled packages fit it, `site` is where an env keeps its site-packages."""

    path: Path
    version: str
    site: str
    tag: str
    markers: Mapping[str, str]

    @property
    def identity(self) -> str:
        """Equal for interpreters that can share layers."""
        return f"{self.version} {self.tag}"


class _Known(Record, frozen=True, kw_only=True, tag="integrity.interpreter/1"):
    """What an interpreter said, and the size and time of its file then."""

    stamp: tuple[int, int]
    path: str
    version: str
    site: str
    tag: str
    markers: dict[str, str]


class Interpreters:
    """Finds interpreters by uv's version requests (`3.13`, `>=3.11`); what was found is kept in `folder`."""

    def __init__(self, uv: Uv, settings: UvSettings, folder: Path, root: Path) -> None:
        self._uv = uv
        self._settings = settings
        self._folder = folder
        self._root = root
        self._found: Once[Interpreter | None] = Once()

    async def find(self, request: str, allowance: Allowance) -> Interpreter | None:
        """The interpreter that uv picks for `request`, downloaded where its settings allow; None when there is none."""
        return await self._found.get(request, lambda: self._find(request, allowance))

    async def _find(self, request: str, allowance: Allowance) -> Interpreter | None:
        record = self._folder / f"{self._key(request)}.json"
        if (known := _read(record)) is not None:
            return known
        async with allowance.slot():
            path = await self._search(request, allowance.timeout_s)
            if path is None:
                return None
            interpreter = await self._ask(path, allowance.timeout_s)
        _write(record, interpreter)
        return interpreter

    def _key(self, request: str) -> str:
        environment = {name: self._uv.environment.get(name) for name in _SELECTING}
        asked = [request, environment, self._settings.digest(self._root), self._uv.identity, _QUESTION]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]

    async def _search(self, request: str, timeout_s: float) -> Path | None:
        """Uv's search path first, then pyenv's versions (its shims fail for those not switched on), then a download."""
        arguments = ("python", "find", "--no-project", "--system", "--", request)
        found = await self._run(*arguments, timeout_s=timeout_s)
        if found.status != 0 and (versions := self._pyenv_versions()):
            found = await self._run(*arguments, timeout_s=timeout_s, path=versions)
        if found.status == 0:
            return Path(found.stdout.strip())
        return await self._download(request, timeout_s)

    async def _download(self, request: str, timeout_s: float) -> Path | None:
        # `uv venv` installs a missing Python exactly when uv's settings say that this happens by itself.
        with tempfile.TemporaryDirectory(prefix="integrity-python-") as folder:
            venv = Path(folder) / "venv"
            made = await self._run("venv", "--no-project", f"--python={request}", str(venv), timeout_s=timeout_s)
            return (venv / "bin" / "python").resolve() if made.status == 0 else None

    async def _ask(self, path: Path, timeout_s: float) -> Interpreter:
        from integrity.system.process import capture  # noqa: PLC0415 - a known interpreter is not asked

        hint = "Repair or remove this Python; `uv python list` shows the others."
        command = [str(path), "-I", "-S", "-c", _QUESTION]
        try:
            answer = await capture(
                command, cwd=self._root, environment=self._uv.python_environment, timeout_s=timeout_s
            )
        except OSError as problem:
            raise env_fault(f"{path} can't be started: {problem.strerror}", hint=hint) from problem
        except TimeoutError:
            raise too_slow(f"asking {path} what it is", timeout_s) from None
        if answer.status != 0:
            raise failed(f"{path} does not work", answer, hint=hint)
        return _interpreter(json.loads(answer.stdout))

    async def installed(self, timeout_s: float) -> str:
        """The versions that are there, for an error's text."""
        listed = await self._run("python", "list", "--only-installed", "--output-format", "json", timeout_s=timeout_s)
        versions = set(re.findall(r'"version":\s*"([^"]+)"', listed.stdout)) if listed.status == 0 else set()
        versions |= {path.parent.name for path in map(Path, self._pyenv_versions())}
        return ", ".join(sorted(versions, key=_sortable)) or "none"

    async def _run(self, *arguments: str, timeout_s: float, path: tuple[str, ...] = ()) -> Completed:
        try:
            return await self._uv.run(*arguments, cwd=self._root, timeout_s=timeout_s, path=path)
        except TimeoutError:
            raise too_slow(f"uv {arguments[0]} {arguments[1]}", timeout_s) from None

    def _pyenv_versions(self) -> tuple[str, ...]:
        home = self._uv.environment.get("HOME", "/nonexistent")
        folder = Path(self._uv.environment.get("PYENV_ROOT", f"{home}/.pyenv")) / "versions"
        found = [path for path in folder.glob("*/bin") if (path / "python").exists()]
        return tuple(str(path) for path in sorted(found, key=lambda path: _sortable(path.parent.name), reverse=True))


def _sortable(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _interpreter(facts: Mapping[str, Any]) -> Interpreter:
    return Interpreter(
        path=Path(facts["path"]),
        version=facts["version"],
        site=facts["site"],
        tag=json.dumps(facts["tag"]),
        markers=facts["markers"],
    )


def _read(record: Path) -> Interpreter | None:
    """What was written, as long as the interpreter's file is the one that was asked."""
    known = read_record(record, _Known)
    try:
        if known is None or known.stamp != _stamp(Path(known.path)):
            return None
    except (OSError, ValueError):
        return None
    return Interpreter(
        path=Path(known.path), version=known.version, site=known.site, tag=known.tag, markers=known.markers
    )


def _write(record: Path, interpreter: Interpreter) -> None:
    known = _Known(
        stamp=_stamp(interpreter.path),
        path=str(interpreter.path),
        version=interpreter.version,
        site=interpreter.site,
        tag=interpreter.tag,
        markers=dict(interpreter.markers),
    )
    write_record(record, known)


def _stamp(path: Path) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - follows links, as the start of a process does
    return status.st_size, status.st_mtime_ns


def no_interpreter(unit: str, wanted: str, installed: str) -> Exception:
    """The error of a unit whose Python is not there."""
    return env_fault(
        f"{unit} needs Python {wanted}, and no such interpreter is found (there are: {installed})",
        hint=f"uv python install '{wanted}', or loosen requires-python.",
    )
