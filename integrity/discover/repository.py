# ruff: noqa: PTH113, PTH118, PTH120, PTH123 - paths are strings in discovery: pathlib would cost more than all else
"""Git URLs in manifests, and whether they mean the very repository they stand in."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from integrity.discover.draft import Source
from integrity.discover.tree import resolved

if TYPE_CHECKING:
    from integrity.discover.tree import Tree

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_USER_AND_PORT = re.compile(r"^[^/@]*@|(?<=[^/:]):\d+(?=/)")
_REMOTE_SECTION = re.compile(r'\[\s*remote\s+"', re.IGNORECASE)
_URL_KEY = re.compile(r"\s*(?:push)?url\s*=\s*(.+?)\s*$", re.IGNORECASE)


def has_scheme(target: str) -> bool:
    """Whether `target` is a URL."""
    return _SCHEME.match(target) is not None


def git_source(url: str, subdirectory: str | None = None) -> Source:
    """A git URL as pip and uv write it (`git+https://…@ref#subdirectory=…`), or a plain one."""
    location, _, fragment = url.partition("#")
    given = dict(pair.partition("=")[::2] for pair in fragment.split("&"))
    folder = subdirectory if subdirectory is not None else given.get("subdirectory", "")
    return Source(git=(repository_key(location), resolved(".", unquote(folder)) or "."))


def egg_name(url: str) -> str | None:
    """The name in `#egg=name[extra]`."""
    fragment = url.partition("#")[2]
    return next((pair[4:] for pair in fragment.split("&") if pair.startswith("egg=")), None)


def repository_key(url: str) -> str:
    """`host/owner/name` of a git URL, however it is spelled: https, ssh, scp-like, with user, port, `.git` or `@ref`."""
    key = _SCHEME.sub("", url.strip().removeprefix("git+"))
    key = _USER_AND_PORT.sub("", key)
    key = key.partition("@")[0].replace(":", "/", 1)
    return key.rstrip("/").removesuffix(".git").lower()


def git_url(url: str, reference: str) -> str:
    """A git URL as PEP 508 has it."""
    if not has_scheme(url):  # scp-like: git@host:owner/name
        host, _, path = url.partition(":")
        url = f"ssh://{host}/{path}"
    return f"git+{url.removeprefix('git+')}" + (f"@{reference}" if reference else "")


class Repository:
    """The git repository around the root, read as text only when a git URL has to be compared."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: tuple[frozenset[str], str] | None = None

    def own_folder(self, git: tuple[str, str], tree: Tree) -> str | None:
        """The folder below the root that a git URL means when it is of this repository, else None.

        A fork's remote differs from the URL in its manifests: there, the same repository name and a folder of that path are taken as proof.
        """
        remotes, prefix = self._remotes()
        key, subdirectory = git
        if key not in remotes and not self._is_fork(key, remotes):
            return None
        if subdirectory != "." and prefix:
            if not f"{subdirectory}/".startswith(f"{prefix}/"):
                return None
            subdirectory = subdirectory[len(prefix) + 1 :] or "."
        return subdirectory if key in remotes or (subdirectory != "." and tree.folder(subdirectory)) else None

    @staticmethod
    def _is_fork(key: str, remotes: frozenset[str]) -> bool:
        name = key.rpartition("/")[2]
        return not remotes or any(remote.rpartition("/")[2] == name for remote in remotes)

    def _remotes(self) -> tuple[frozenset[str], str]:
        if self._known is None:
            folder, prefix = self._root, ""
            while folder != "/" and not os.path.lexists(f"{folder}/.git"):
                folder, _, name = folder.rpartition("/")
                folder = folder or "/"
                prefix = f"{name}/{prefix}" if prefix else name
            self._known = _remote_keys(f"{folder}/.git"), "" if folder == "/" else prefix
        return self._known


def _remote_keys(git: str) -> frozenset[str]:
    """Keys of all remotes in the configuration behind `.git`, which in a worktree is a file that points elsewhere."""
    if os.path.isfile(git):
        pointer = _read(git).removeprefix("gitdir:").strip()
        git = os.path.join(os.path.dirname(git), pointer)
        common = _read(f"{git}/commondir").strip()
        git = os.path.join(git, common) if common else git
    found: set[str] = set()
    in_remote = False
    for line in _read(f"{git}/config").splitlines():
        if line.lstrip().startswith("["):
            in_remote = _REMOTE_SECTION.match(line.lstrip()) is not None
        elif in_remote and (match := _URL_KEY.match(line)):
            found.add(repository_key(match[1].strip('"')))
    return frozenset(found)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""
