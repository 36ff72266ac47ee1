"""What git ignores, and what it keeps, of some paths. Where git has no answer, nothing is ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from integrity.system.git import Git

TRIES = 3  # the end of a run ends all children of this process that it doesn't know, so an answer may stay away
PATHS_ASKED = 500
_FIELDS = 4  # that are told of each path: source, line, pattern, path


def ignored(git: Git, paths: Collection[str]) -> frozenset[str]:
    """Those of the paths that git ignores."""
    given = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    for _ in range(TRIES if paths else 0):
        said = git.ask("check-ignore", "-z", "--verbose", "--non-matching", "--stdin", given=given, statuses=(0, 1))
        fields = said.output.decode("utf-8", "surrogateescape").split("\0")
        if len(fields) == _FIELDS * len(paths) + 1:
            told = zip(fields[2::_FIELDS], fields[3::_FIELDS], strict=True)
            return frozenset(path for pattern, path in told if pattern and not pattern.startswith("!"))
    return frozenset()


def kept(git: Git, paths: Collection[str]) -> frozenset[str]:
    """Those of the paths that git keeps; all of them where they are very many."""
    if not 0 < len(paths) <= PATHS_ASKED:
        return frozenset(paths)
    said = git.ask("--literal-pathspecs", "ls-files", "-z", "--cached", "--", *paths)
    return frozenset(said.output.decode("utf-8", "surrogateescape").split("\0")) & frozenset(paths)
