"""Starts real servers as processes of this machine, each in a folder of its own, and removes all of it."""

from __future__ import annotations

import asyncio
import errno
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.backing.embedded import plain, postgres
from integrity.backing.embedded.account import server_user
from integrity.backing.embedded.ending import remove_folder, start_of, sweep
from integrity.backing.embedded.folders import RunFolders, usual_places
from integrity.backing.embedded.programs import INSTALL, Programs
from integrity.backing.embedded.server import EmbeddedServer, Launch, ReservedPort, launched
from integrity.backing.embedded.template import TemplateMaker
from integrity.backing.embedded.wanted import check_served, command_of, description_of
from integrity.backing.ready import wait_until_ready
from integrity.backing.server import Account, Endpoint, Unavailable, service_fault
from integrity.backing.threads import in_thread
from integrity.errors import UnitFault
from integrity.inside.wire import ATTEMPT_VARIABLE
from integrity.system.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from integrity.backing.embedded.locate import Program
    from integrity.backing.server import Progress, Site, Spec

_TRIES = 3
_PORT_IS_TAKEN = b"address already in use"
_DISK_IS_FULL = (b"no space left on device", b"disk quota exceeded")
_NAME_LENGTH = 80
_STANDARD_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """What is started: `binary` is the program, or the copy of it that can be reached."""

    spec: Spec
    program: Program
    binary: Path
    folder: Path
    log: Path


class EmbeddedProvider:
    """The embedded servers of one run.

    `on_started` is told of each folder that is to be removed should the run be killed (with 0, while it is still empty),
    and then of each server's main process, with its folder. `places` are where folders may be made.
    """

    name = "embedded"

    def __init__(
        self,
        site: Site,
        on_started: Callable[[int, Path], None] = lambda _pid, _folder: None,
        places: Sequence[Path] | None = None,
    ) -> None:
        places = usual_places() if places is None else places
        path = site.host.get("PATH", _STANDARD_PATH)
        self._site = site
        self._on_started = on_started
        self._user = server_user()
        self._environment = {"PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", ATTEMPT_VARIABLE: site.mark}
        self._folders = RunFolders(site, self._user, places, lambda folder: on_started(0, folder))
        self._programs = Programs(path, self._user, self._folders)
        self._templates = TemplateMaker(
            cache=site.cache, folders=self._folders, user=self._user, environment=self._environment
        )
        self._servers: list[EmbeddedServer] = []
        self._names: set[str] = set()
        threading.Thread(target=lambda: sweep(places), daemon=True, name="sweep").start()

    async def start(self, spec: Spec, progress: Progress) -> EmbeddedServer:
        """A server that is ready. Raises Unavailable, or UnitFault (service); leaves nothing then."""
        check_served(spec)
        name = self._name(spec)
        try:
            program, binary = await self._programs.program(spec)
            folder = self._folders.for_data() / name
            log = self._site.logs / f"{name}.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            chosen = _Chosen(spec=spec, program=program, binary=binary, folder=folder, log=log)
            return await self._server(chosen, progress)
        except OSError as problem:
            raise _system_fault(spec, problem) from problem

    async def close(self, *, keep: bool) -> None:
        """Stop what still runs and remove the run's folders; with `keep`, remove only those that hold no server."""
        if keep:
            self._folders.remove_unused()
            return
        await asyncio.gather(*(server.stop() for server in self._servers), return_exceptions=True)
        self._folders.remove()

    async def _server(self, chosen: _Chosen, progress: Progress) -> EmbeddedServer:
        """The server, on another port where somebody took the one that was free."""
        for _ in range(_TRIES):
            position = chosen.log.stat().st_size if chosen.log.exists() else 0
            try:
                return await self._ready(chosen, progress)
            except UnitFault:
                said = chosen.log.read_bytes()[position:].lower() if chosen.log.exists() else b""
                if any(words in said for words in _DISK_IS_FULL):
                    raise _full(chosen.spec, chosen.folder.parent) from None
                if _PORT_IS_TAKEN not in said:
                    raise
        raise service_fault(
            f"{chosen.spec.kind.name}: {_TRIES} times another program took the free port before it could listen there",
            hint="Run again; if it stays so, look for what takes every port of this machine.",
        )

    async def _ready(self, chosen: _Chosen, progress: Progress) -> EmbeddedServer:
        """One try. What it made is gone when it raises."""
        is_postgres = chosen.program.product == "postgres"
        try:
            admin = await self._prepared(chosen, progress) if is_postgres else self._in_empty_folder(chosen)
        except BaseException:
            remove_folder(chosen.folder)
            raise
        with ReservedPort() as port:
            server = self._launched(chosen, port.number, admin)
            try:
                await wait_until_ready(server, chosen.spec.kind.ready, chosen.spec.timeout_s)
                if is_postgres:
                    await postgres.exchange_password(server)
            except BaseException:
                server.end_now()
                raise
        self._servers.append(server)
        return server

    async def _prepared(self, chosen: _Chosen, progress: Progress) -> Account:
        """A data folder; meanwhile the library is loaded with which databases are made, which takes as long."""
        loading = asyncio.ensure_future(in_thread(_load_psycopg))
        initdb = chosen.binary.with_name("initdb")
        try:
            password = await self._templates.copy_to(chosen.folder, chosen.program, initdb, progress)
            await loading
        finally:
            loading.cancel()
        return postgres.template_account(password)

    def _in_empty_folder(self, chosen: _Chosen) -> Account:
        chosen.folder.mkdir(mode=0o700)
        self._user.take(chosen.folder)
        return plain.admin_of(chosen.spec)

    def _launched(self, chosen: _Chosen, port: int, admin: Account) -> EmbeddedServer:
        spec, folder = chosen.spec, chosen.folder
        endpoint = Endpoint(host=LOOPBACK, port=port, ports={spec.kind.port: port})
        asked = command_of(spec, endpoint, admin)
        if chosen.program.product == "postgres":
            arguments = (*postgres.default_arguments(), *asked, *postgres.fixed_arguments(port, folder))
        else:
            arguments = (*asked, *plain.own_arguments(chosen.program.product, port, folder))
        launch = Launch(
            command=(chosen.binary, *arguments),
            folder=folder,
            log=chosen.log,
            environment=self._environment,
            user=self._user,
        )
        try:
            process = launched(launch, self._on_started)
        except BaseException:
            remove_folder(folder)
            raise
        return EmbeddedServer(
            spec=spec,
            endpoint=endpoint,
            admin=admin,
            description=description_of(spec, chosen.program),
            process=process,
            folder=folder,
            log_file=chosen.log,
            mark=self._site.mark,
            started=start_of(process.pid),
            steps=postgres.STOPPING if chosen.program.product == "postgres" else (),
        )

    def _name(self, spec: Spec) -> str:
        """Of the server's folder and log: its kind with the version asked for, and whose it is."""
        words = "-".join(filter(None, (spec.kind.name, spec.version, spec.owner)))
        plain_name = re.sub(r"[^A-Za-z0-9._-]+", ".", words)[:_NAME_LENGTH]
        number, name = 1, plain_name
        while name in self._names:
            number += 1
            name = f"{plain_name}-{number}"
        self._names.add(name)
        return name


def _load_psycopg() -> None:
    try:
        import psycopg  # noqa: F401, PLC0415 - loaded where PostgreSQL is used
    except ImportError as problem:
        raise Unavailable(
            f"psycopg, which logs in to PostgreSQL, can't be loaded: {problem}", hint=f"Install it: `{INSTALL}`."
        ) from problem


def _system_fault(spec: Spec, problem: OSError) -> UnitFault:
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _full(spec, Path(problem.filename or "its folder"))
    return service_fault(
        f"the embedded {spec.kind.name} can't be started: {problem}",
        hint="See that the folder for temporary files (TMPDIR) and the project's .integrity can be written.",
    )


def _full(spec: Spec, place: Path) -> UnitFault:
    return service_fault(
        f"the embedded {spec.kind.name} needs more room than there is at {place}: the disk is full",
        hint="Free some space on it; PostgreSQL needs about 100 MB for each server.",
    )
