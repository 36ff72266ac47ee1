"""The symbolic links that git keeps: what one leads to is read as if it lay where the link is."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integrity.system.git import Answer

LISTING = ("ls-files", "-z", "--stage")
_LINK = "120000 "
_HOPS = 40  # what Linux follows


def links_in(folder: Path, listing: Answer) -> dict[str, tuple[str, ...]]:
    """Each link that git's answer to `LISTING` names, with all paths to which it leads, step by step, inside of the folder."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in listing.output.decode("utf-8", "surrogateescape").split("\0"):
        head, _, path = entry.partition("\t")
        if head.startswith(_LINK):
            ways = dict.fromkeys(way for way in _ways(folder, path) if way != ".." and not way.startswith(("../", "/")))
            found[path] = tuple(ways)
    return found


def _ways(folder: Path, link: str) -> Iterator[str]:
    """Where it leads as it is written, as what that leads to is written, and in the end."""
    at = link
    for _ in range(_HOPS):
        try:
            said = os.readlink(folder / at)  # noqa: PTH115 - a Path would take a trailing slash away, and more
        except OSError:
            break
        at = posixpath.normpath(posixpath.join(posixpath.dirname(at), said))
        yield at
    yield os.path.relpath(os.path.realpath(folder / link), os.path.realpath(folder))
