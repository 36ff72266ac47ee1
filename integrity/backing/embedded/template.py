"""PostgreSQL's data folders: `initdb` runs once for each version of the program, and each server gets a copy of what it made."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import shutil
import signal
import tempfile
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from integrity.backing.embedded.copying import Copied, copy_private, to_the_end
from integrity.backing.embedded.ending import remove_folder
from integrity.backing.server import service_fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from integrity.backing.embedded.account import ServerUser
    from integrity.backing.embedded.folders import RunFolders
    from integrity.backing.embedded.locate import Program
    from integrity.backing.server import Progress

ADMIN = "integrity"
_STAMP = "stamp.json"
_DATA = "data"
_FORMAT = "1"
_BUILTIN_LOCALE_SINCE = 17
_SETTINGS_SINCE = 16
_LOCK_POLL_S = 0.05
_INITDB_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMaker:
    """What `initdb` is run with. `cache` is kept between runs, `folders` are this run's, `program` is the original."""

    cache: Path
    folders: RunFolders
    user: ServerUser
    environment: Mapping[str, str]

    async def copy_to(self, folder: Path, program: Program, initdb: Path, progress: Progress) -> str:
        """Make `folder` a data folder of the servers' user; returns the administrator's password in it. Raises UnitFault, OSError."""
        place = self.cache / _name(program)
        if (password := await self._copied(place, folder)) is not None:
            return password
        self.cache.mkdir(parents=True, exist_ok=True)
        async with _locked(place.with_name(f"{place.name}.lock")):
            if (password := await self._copied(place, folder)) is None:
                progress(f"preparing PostgreSQL {program.version}: initdb, once")
                await self._make(place, program, initdb)
                password = await self._copied(place, folder)
        if password is None:
            raise service_fault(
                f"{place}, just made, is not what was written there",
                hint=f"See whether the disk of {self.cache} is well, or remove {place}.",
            )
        return password

    async def _copied(self, place: Path, folder: Path) -> str | None:
        """The password, or None where there is no template, or one of which something is missing."""
        try:
            stamp = json.loads((place / _STAMP).read_text(encoding="utf-8"))
            expected, password = Copied(**stamp["copied"]), str(stamp["password"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        try:
            copied = await to_the_end(lambda: copy_private(place / _DATA, folder, self.user))
        except FileNotFoundError:  # another run is making it anew
            copied = None
        if copied == expected:
            return password
        shutil.rmtree(folder, ignore_errors=True)
        return None

    async def _make(self, place: Path, program: Program, initdb: Path) -> None:
        """The template, put in its place in one step. The lock is held."""
        working = Path(tempfile.mkdtemp(prefix="initdb-", dir=self.folders.for_data()))
        making = place.with_name(f"{place.name}.making")
        try:
            password = secrets.token_urlsafe(24)
            await self._initdb(working, program, initdb, password)
            await to_the_end(lambda: _put(working / _DATA, making, password))
            shutil.rmtree(place, ignore_errors=True)
            making.rename(place)
        finally:
            remove_folder(working / _DATA)
            shutil.rmtree(working, ignore_errors=True)
            shutil.rmtree(making, ignore_errors=True)

    async def _initdb(self, working: Path, program: Program, initdb: Path, password: str) -> None:
        passwords = working / "password"
        passwords.write_text(password, encoding="utf-8")
        self.user.take(passwords)
        self.user.take(working)
        command: list[str | Path] = [
            initdb,
            f"--pgdata={working / _DATA}",
            f"--pwfile={passwords}",
            *_arguments(program),
        ]
        status, output = await self._output_of(command, working)
        if status != 0:
            raise service_fault(
                f"initdb of PostgreSQL {program.version} ({initdb}) ended with status {status}",
                hint=_hint(output, working),
                detail=output,
            )

    async def _output_of(self, command: list[str | Path], working: Path) -> tuple[int, str]:
        with tempfile.TemporaryFile() as stream:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=working,
                env=dict(self.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                **self.user.rights,
            )
            try:
                async with asyncio.timeout(_INITDB_S):
                    status = await process.wait()
            except TimeoutError:
                return -signal.SIGKILL, f"killed after {_INITDB_S:g} s"
            finally:
                await asyncio.shield(_ended(process))
            stream.seek(0)
            return status, stream.read().decode(errors="replace")


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Asked first: the servers that `initdb` starts for itself then free the memory that they share."""
    for number, grace_s in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 1.0)):
        with suppress(OSError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace_s)


def _name(program: Program) -> str:
    """It differs where what `initdb` would make, or who may read it, differs."""
    status = program.path.stat()
    identity = (_FORMAT, status.st_size, status.st_mtime_ns, os.geteuid(), _arguments(program))
    return f"postgres-{program.version}-{hashlib.sha256(repr(identity).encode()).hexdigest()[:16]}"


def _arguments(program: Program) -> tuple[str, ...]:
    """The same text, order and letters on every machine, as far as the version can: by code points, with all of Unicode's letters."""
    major = int(program.version.partition(".")[0])
    locale: tuple[str, ...] = ("--locale=C", "--lc-ctype=C.UTF-8")
    if major >= _BUILTIN_LOCALE_SINCE:
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    in_folder = ("--set=dynamic_shared_memory_type=mmap",) if major >= _SETTINGS_SINCE else ()
    return (
        f"--username={ADMIN}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        *locale,
        *in_folder,
        "--wal-segsize=1",
        "--no-sync",
        "--no-clean",
        "--no-instructions",
    )


def _put(data: Path, making: Path, password: str) -> None:
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    copied = copy_private(data, making / _DATA)
    stamp = making / _STAMP
    stamp.touch(mode=0o600)
    stamp.write_text(json.dumps({"copied": asdict(copied), "password": password}), encoding="utf-8")


def _hint(output: str, working: Path) -> str:
    if "No space left" in output:
        return f"Free some space in {working.parent.parent}: PostgreSQL needs about 100 MB there."
    if "could not look up effective user" in output:
        return "Run as a user that has an entry in /etc/passwd: initdb refuses to work for any other."
    return "What it printed says why."


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    """Hold a lock against other runs, for as long as they may need for `initdb`."""
    lock = FileLock(path, thread_local=False)
    deadline = asyncio.get_running_loop().time() + 2 * _INITDB_S
    while True:
        try:
            lock.acquire(blocking=False)
            break
        except Timeout:
            if asyncio.get_running_loop().time() > deadline:
                raise service_fault(f"another run holds {path}", hint="Wait for it, or end it.") from None
            await asyncio.sleep(_LOCK_POLL_S)  # a lock between processes can only be polled
    try:
        yield
    finally:
        lock.release()
