"""Whom servers run as: PostgreSQL refuses root. No account of the machine is made or changed, and only what is ours changes hands."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NOBODY = 65534
_OTHERS_PASS = 0o001


class Rights(TypedDict, total=False):
    """Arguments of subprocess.Popen."""

    user: int
    group: int
    extra_groups: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerUser:
    """`uid` and `gid` are None where servers run as whoever runs this."""

    uid: int | None = None
    gid: int | None = None

    @property
    def rights(self) -> Rights:
        """What makes a child process run as this user."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": ()}

    def take(self, made: int | Path) -> None:
        """Make a file or folder, which must be one that this run made, this user's own."""
        if self.uid is not None and self.gid is not None:
            os.chown(made, self.uid, self.gid)

    def can_pass(self, folder: Path) -> bool:
        """Whether this user gets to what is in `folder` (by the rights of others; of itself, whoever runs this is not asked)."""
        return self.uid is None or all(each.stat().st_mode & _OTHERS_PASS for each in (folder, *folder.parents))


def server_user() -> ServerUser:
    """`nobody` for root, otherwise the caller itself."""
    if os.geteuid() != 0:
        return ServerUser()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return ServerUser(uid=_NOBODY, gid=_NOBODY)
    return ServerUser(uid=entry.pw_uid, gid=entry.pw_gid)


def can_become(user: ServerUser) -> bool:
    """Whether a process of that user can be started: a container may have taken this from its root."""
    if user.uid is None:
        return True
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", ":"], cwd="/", env={}, stdin=subprocess.DEVNULL, check=False, **user.rights
        )
    except OSError:
        return False
    return done.returncode == 0
