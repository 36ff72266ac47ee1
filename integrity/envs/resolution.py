"""From requirements to pins: by uv's resolver or from a lock, remembered by all that went in."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from integrity.envs.faults import failed, too_slow
from integrity.envs.once import Once, locked
from integrity.envs.places import temporary_beside
from integrity.model.unit import normalised
from integrity.system.records import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from integrity.envs.env import Allowance
    from integrity.envs.interpreter import Interpreter
    from integrity.envs.uv_settings import UvSettings
    from integrity.envs.wanted import Wanted
    from integrity.system.uv import Uv


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """A resolution for one interpreter, ready to be installed from `directory`.

    `lines` are exact requirements, `indexed` those from a named index. `locked` are packages of a lock as `name==version digest`,
    and `lock_text` the file's text that uv takes them from. `settings` stands for the index settings in force. `dropped` are names
    that units of the monorepo supply, `locked_local` maps names to the paths that a lock has for them.
    """

    directory: Path
    settings: str
    lines: tuple[str, ...] = ()
    indexed: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    lock_text: str = ""
    dropped: tuple[str, ...] = ()
    locked_local: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The normalised names of all that is pinned."""
        return frozenset(map(name_of, (*self.lines, *(line for line, _ in self.indexed), *self.locked)))

    @property
    def local(self) -> dict[str, Path]:
        """The files and folders that something is installed from, by name."""
        return {**_local_paths(self.lines), **{name: Path(path) for name, path in self.locked_local.items()}}

    @property
    def identity(self) -> list[Any]:
        """Equal for pins that install the same files."""
        local = [_stamp(path) for path in self.local.values()]
        return [self.lines, self.indexed, self.options, self.locked, self.settings if self.lines else "", local]

    def write_to(self, folder: Path) -> list[Path]:
        """Files for `uv pip install`, each to be installed by a call of its own."""
        files = []
        if self.locked:
            files.append(folder / "pylock.toml")
            files[-1].write_text(self.lock_text, encoding="utf-8")
        if self.lines:
            files.append(folder / "requirements.txt")
            files[-1].write_text("".join(f"{line}\n" for line in (*self.options, *self.lines)), encoding="utf-8")
        if self.indexed:
            files.append(folder / "pyproject.toml")
            files[-1].write_text(indexed_project(self.indexed), encoding="utf-8")
        return files


def name_of(line: str) -> str:
    """The normalised name at the start of a requirement."""
    return normalised(re.split(r"[^A-Za-z0-9._-]", line.strip(), maxsplit=1)[0])


class _Resolution(Record, frozen=True, kw_only=True, tag="integrity.resolution/1"):
    """What uv's resolver answered."""

    lines: tuple[str, ...]


class Resolver:
    """Resolves by `uv pip compile`; answers are kept in `folder` and used again unless `refresh` is set."""

    def __init__(self, uv: Uv, settings: UvSettings, folder: Path, *, refresh: bool) -> None:
        self._uv = uv
        self._settings = settings
        self._folder = folder
        self._refresh = refresh
        self._made: Once[tuple[str, ...]] = Once()

    async def pins(self, wanted: Wanted, interpreter: Interpreter, allowance: Allowance) -> Pins:
        """Raises UnitFault where the requirements can't be met."""
        settings = self._settings.digest(wanted.directory)
        key = _key([*_content(wanted), settings, interpreter.identity, self._uv.identity])
        lines = await self._made.get(key, lambda: self._lines(key, wanted, interpreter, allowance))
        from_index = {name_of(line): index for line, index in wanted.indexed}
        hashes = dict(wanted.hashes)
        return Pins(
            directory=wanted.directory,
            settings=settings,
            lines=tuple(_hashed(line, hashes) for line in lines if name_of(line) not in from_index),
            indexed=tuple((line, from_index[name_of(line)]) for line in lines if name_of(line) in from_index),
            options=wanted.options,
        )

    async def _lines(self, key: str, wanted: Wanted, interpreter: Interpreter, allowance: Allowance) -> tuple[str, ...]:
        record = self._folder / f"{key}.json"
        if not self._refresh and (known := read_record(record, _Resolution)) is not None:
            return known.lines
        self._folder.mkdir(parents=True, exist_ok=True)
        async with locked(self._folder / f"{key}.lock", timeout_s=allowance.timeout_s):
            if not self._refresh and (known := read_record(record, _Resolution)) is not None:
                return known.lines
            with temporary_beside(self._folder, key) as temporary:
                async with allowance.slot():
                    lines = await self._compile(wanted, interpreter, temporary, allowance.timeout_s)
            write_record(record, _Resolution(lines=lines))
            return lines

    async def _compile(
        self, wanted: Wanted, interpreter: Interpreter, folder: Path, timeout_s: float
    ) -> tuple[str, ...]:
        command = [
            "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--no-strip-extras", "--python", str(interpreter.path),
            *_inputs(wanted, folder), *(("--refresh",) if self._refresh else ()),
        ]  # fmt: skip
        try:
            compiled = await self._uv.run(*command, cwd=wanted.directory, timeout_s=timeout_s)
        except TimeoutError:
            raise too_slow("resolving third-party requirements", timeout_s) from None
        if compiled.status != 0:
            raise failed("its third-party requirements can't be resolved", compiled)
        lines = (line.strip() for line in compiled.stdout.splitlines())
        return tuple(line for line in lines if line and not line.startswith(("#", "-")))


def _hashed(line: str, hashes: Mapping[str, tuple[str, ...]]) -> str:
    """A pinned line with the hashes that its requirement allows: uv refuses any other file."""
    return " ".join((line, *(f"--hash={allowed}" for allowed in hashes.get(name_of(line), ()))))


def _inputs(wanted: Wanted, folder: Path) -> list[str]:
    """Write the input files of `uv pip compile` and name them."""
    requirements = folder / "requirements.in"
    requirements.write_text("".join(f"{line}\n" for line in (*wanted.options, *wanted.requirements)), encoding="utf-8")
    arguments = [str(requirements)]
    if wanted.indexed:
        (folder / "pyproject.toml").write_text(indexed_project(wanted.indexed), encoding="utf-8")
        arguments.append(str(folder / "pyproject.toml"))
    if wanted.constraints:
        (folder / "constraints.txt").write_text("".join(f"{line}\n" for line in wanted.constraints), encoding="utf-8")
        arguments += ["--constraints", str(folder / "constraints.txt")]
    if wanted.dropped:
        # An override that never holds takes a package out of a resolution, whoever requires it.
        lines = (f"{name}; python_version < '0'\n" for name in wanted.dropped)
        (folder / "overrides.txt").write_text("".join(lines), encoding="utf-8")
        arguments += ["--overrides", str(folder / "overrides.txt")]
    return arguments


def indexed_project(indexed: tuple[tuple[str, str], ...]) -> str:
    """A project whose dependencies come from named indexes: the one place where uv reads such a wish."""
    tables = {json.loads(index)["name"]: json.loads(index) for _, index in indexed}
    sources = "".join(
        f"{json.dumps(name_of(line))} = {{ index = {json.dumps(json.loads(index)['name'])} }}\n"
        for line, index in indexed
    )
    definitions = "".join(
        "\n[[tool.uv.index]]\n" + "".join(f"{json.dumps(key)} = {_toml(value)}\n" for key, value in table.items())
        for table in tables.values()
        if "url" in table
    )
    dependencies = json.dumps([line for line, _ in indexed])
    return f'[project]\nname = "resolution"\nversion = "0"\ndependencies = {dependencies}\n\n[tool.uv.sources]\n{sources}{definitions}'


def _toml(value: Any) -> str:
    """A value as TOML has it; what TOML writes otherwise than JSON are tables."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return f"[{', '.join(map(_toml, value))}]" if isinstance(value, list) else json.dumps(value)


def _key(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def _content(wanted: Wanted) -> list[Any]:
    constraint_files = [
        option.split(maxsplit=1)[1] for option in wanted.options if option.startswith(("-c ", "--constraint "))
    ]
    files = [
        Path(path).read_text(encoding="utf-8", errors="replace") for path in constraint_files if Path(path).is_file()
    ]
    local = [_stamp(path) for path in (*_local_paths(wanted.requirements).values(), *_link_folders(wanted.options))]
    return [wanted.requirements, wanted.indexed, wanted.options, wanted.constraints, wanted.dropped, files, local]


def _link_folders(options: Iterable[str]) -> list[Path]:
    """Local folders and pages that packages are looked for in."""
    stated = (option.partition(" ")[2] for option in options if option.startswith(("-f ", "--find-links ")))
    return [Path(path) for path in stated if path.startswith("/")]


def _local_paths(lines: Iterable[str]) -> dict[str, Path]:
    """What `name @ file:…` requirements name."""
    return {
        name_of(line): Path(unquote(urlsplit(line.partition(" @ ")[2]).path)) for line in lines if " @ file:" in line
    }


def _stamp(path: Path) -> list[Any]:
    """Changes with the file, or with any file of the folder."""
    files = (
        [path]
        if path.is_file()
        else sorted(item for item in path.rglob("*") if item.is_file() and "__pycache__" not in item.parts)
    )
    return [[str(item.relative_to(path)), item.stat().st_size, item.stat().st_mtime_ns] for item in files]
