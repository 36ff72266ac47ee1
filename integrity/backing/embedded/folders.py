"""The run's own folders for embedded servers: in memory where there is room, each with the name of its owner; and the end of folders."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from integrity.backing.server import Unavailable
from integrity.system.owner import Owner, this_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from integrity.backing.embedded.account import ServerUser
    from integrity.backing.server import Site

PREFIX = "integrity-"
OWNER = "owner.json"
PROCESS = ".process"
PROGRAMS = "programs"
RUN, MARK, KEPT = "integrity.run", "integrity.mark", "integrity.kept"
ROOM_BYTES = 512 * 1024 * 1024
_MODE = 0o711  # the servers' user passes through, and nobody looks around


def usual_places() -> tuple[Path, ...]:
    """Where run folders are made: in memory, else in the folder for temporary files (as root also the usual ones)."""
    places = [Path("/dev/shm"), Path(tempfile.gettempdir())]  # noqa: S108 - a folder of our own is made in it
    if os.geteuid() == 0:
        places += [Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - likewise, where root's own can't be passed by others
    return tuple(dict.fromkeys(place for place in places if place.is_dir()))


class RunFolders:
    """At most one folder in each place. `on_made` is told of each while it is still empty."""

    def __init__(self, site: Site, user: ServerUser, places: Sequence[Path], on_made: Callable[[Path], None]) -> None:
        self._site = site
        self._user = user
        self._places = places
        self._on_made = on_made
        self._made: dict[Path, Path] = {}

    def for_data(self) -> Path:
        """Where servers' data goes: the first place with plenty of room, else the last."""
        places = self._passable()
        return self._folder(next((place for place in places if _free_bytes(place) >= ROOM_BYTES), places[-1]))

    def for_programs(self) -> Path:
        """Where copies of programs go: the first place that lets them run."""
        places = [place for place in self._passable() if not os.statvfs(place).f_flag & os.ST_NOEXEC]
        if not places:
            raise Unavailable(
                f"{_listed(self._places)} don't let programs run (mounted noexec), and {self._user_name()} can't reach the wheel",
                hint="Install the project's environment in a folder that every user can enter, or run as an ordinary user.",
            )
        return self._folder(next((place for place in places if _free_bytes(place) >= ROOM_BYTES), places[-1]))

    def remove(self) -> None:
        """Remove them with all that is in them."""
        for folder in self._made.values():
            shutil.rmtree(folder, ignore_errors=True)
        self._made.clear()

    def remove_unused(self) -> None:
        """Remove those in which no server is left."""
        for folder in self._made.values():
            remove_if_unused(folder)

    def _passable(self) -> list[Path]:
        places = [place for place in self._places if self._user.can_pass(place) and os.access(place, os.W_OK)]
        if not places:
            raise Unavailable(
                f"{self._user_name()} can't get to {_listed(self._places)}, where its files would go",
                hint="Set TMPDIR to a folder that every user can enter, such as /tmp.",
            )
        return places

    def _folder(self, place: Path) -> Path:
        if place not in self._made:
            folder = place / f"{PREFIX}{self._site.run_id}"
            folder.mkdir(mode=_MODE)
            self._made[place] = folder
            self._on_made(folder)
            folder.chmod(_MODE)  # whatever the umask
            (folder / OWNER).write_text(json.dumps(self._labels(), indent=1), encoding="utf-8")
        return self._made[place]

    def _labels(self) -> dict[str, str]:
        kept = {KEPT: "true"} if self._site.keep else {}
        return {**this_process().as_labels(), RUN: self._site.run_id, MARK: self._site.mark, **kept}

    def _user_name(self) -> str:
        return "the servers' user" if self._user.uid is None else f"the user {self._user.uid}, as whom servers run,"


def labels_of(folder: Path) -> Mapping[str, str]:
    """What its owner wrote into a run's folder; empty where it is none, or not the caller's own."""
    with suppress(OSError, ValueError):
        if folder.is_dir() and folder.lstat().st_uid == os.geteuid() and not folder.is_symlink():
            labels = json.loads((folder / OWNER).read_text(encoding="utf-8"))
            return labels if isinstance(labels, dict) else {}
    return {}


def abandoned_folders(places: Sequence[Path]) -> dict[Path, str]:
    """The run folders in `places` whose owner is provably dead, with the marks of their processes."""
    found: dict[Path, str] = {}
    for folder in (folder for place in places for folder in place.glob(f"{PREFIX}*")):
        labels = labels_of(folder)
        owner = Owner.from_labels(labels)
        if owner is None or not owner.is_dead() or not labels.get(MARK):
            continue
        if KEPT in labels and owner.boot == this_process().boot:  # what was kept did not survive the machine's restart
            continue
        found[folder] = labels[MARK]
    return found


def remove_if_unused(folder: Path) -> None:
    """Remove a run's folder in which no server's folder is left."""
    with suppress(OSError):
        if not any(each.is_dir() and each.name != PROGRAMS for each in folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)


def _free_bytes(place: Path) -> int:
    status = os.statvfs(place)
    return status.f_bavail * status.f_frsize


def _listed(places: Sequence[Path]) -> str:
    return " and ".join(map(str, places))
