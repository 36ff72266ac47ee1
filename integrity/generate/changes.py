"""Files to be made, and text to be added to the end of files; shown as a diff, or written. Nothing is ever overwritten."""

from __future__ import annotations

import difflib
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrity.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A new file (`before` is None), or one that gets longer: `after` begins with `before`. `path` is relative to the root."""

    path: str
    after: str
    before: str | None = None
    is_program: bool = False

    @property
    def is_new(self) -> bool:
        """Whether the file is to be made."""
        return self.before is None


def appended(path: str, before: str, addition: str) -> Change:
    """Adds text after an empty line, with the line ends that the file has."""
    gap = "" if not before.strip() else "\n" if before.endswith("\n") else "\n\n"
    tail = gap + addition
    if "\r\n" in before:
        tail = tail.replace("\n", "\r\n")
    return Change(path=path, before=before, after=before + tail)


def write(root: Path, changes: Iterable[Change]) -> None:
    """Write all of them. Raises UsageError, before anything is written, where a file is not what the change begins with."""
    changes = tuple(changes)
    for change in changes:
        if text_of(root / change.path) != change.before:
            raise UsageError(
                f"{change.path} has changed or is there already; it is not overwritten.", hint="Try again."
            )
    for change in changes:
        path = root / change.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb" if change.before is None else "ab") as stream:
            stream.write(change.after[len(change.before or "") :].encode())
        if change.is_program:
            path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def text_of(path: Path) -> str | None:
    """A file's text with its own line ends; None where there is nothing of this path. Raises UsageError for what is no text."""
    if not path.is_symlink() and not path.exists():
        return None
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {error}") from error


def diff(changes: Iterable[Change]) -> str:
    """All of them as one unified diff, as `git apply` reads it."""
    return "".join(line for change in changes for line in _lines(change))


def _lines(change: Change) -> Iterator[str]:
    origin = "/dev/null" if change.before is None else f"a/{change.path}"
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (change.before or "", change.after))
    yield f"diff --git a/{change.path} b/{change.path}\n"
    if change.before is None:
        yield f"new file mode {'100755' if change.is_program else '100644'}\n"
    for line in difflib.unified_diff(before, after, origin, f"b/{change.path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
