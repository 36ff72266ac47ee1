"""What differs from a commit: committed, staged or not, untracked, gone. Renames are a file that is gone and one that is new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from integrity.model.change import Changes, Unknown
from integrity.system.base import base_commit
from integrity.system.environment import tool_environment
from integrity.system.git import Git
from integrity.system.links import LISTING, links_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_DIFF = (
    "diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=none", "--relative", "--no-ext-diff",
)  # fmt: skip
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_GITLINK = "160000"
_NOTHING = "000000"


class _Entry(NamedTuple):
    """One difference, with the modes before and now, and what was there before."""

    path: str
    before: str
    now: str
    blob: str


def changes(root: Path, base: str, host: Mapping[str, str]) -> Changes | Unknown:
    """What differs between the files below `root` and the commit where they began to.

    `base` is a name that git knows, or empty for the one that `host`, the environment of the caller, tells. Files outside of the
    root are none of its business. Raises UsageError for a base that is no commit here.
    """
    git = Git(folder=root, environment=tool_environment(host))
    if reason := _without_repository(git):
        return Unknown(reason=reason)
    commit = base_commit(git, base, host)
    found = commit if isinstance(commit, Unknown) else _since(git, commit)
    if isinstance(found, Unknown):
        return found
    listing = git.ask(*LISTING)
    if listing.problem:
        return Unknown(reason=listing.problem, base=found.base)
    return replace(found, links=links_in(root, listing))


def _without_repository(git: Git) -> str:
    """Why git can't be asked here, as a clause; empty where it can."""
    inside = git.ask("rev-parse", "--is-inside-work-tree")
    if inside.problem:
        return inside.problem
    if inside.line != "true":
        return "this is no working tree of git"
    if git.commit("HEAD") is None:
        return "there is no commit yet"
    prefix = git.ask("rev-parse", "--show-prefix").line
    is_ignored = bool(prefix) and not git.ask("check-ignore", "--quiet", ".").problem
    return "git ignores this folder" if is_ignored else ""


def _since(git: Git, commit: str) -> Changes | Unknown:
    differing = git.ask(*_DIFF, commit, "--")
    others = git.ask("ls-files", "-z", "--others", "--exclude-standard")
    if problem := differing.problem or others.problem:
        return Unknown(reason=problem, base=commit)
    entries = list(_entries(differing.output))
    untracked = list(_names(others.output))
    found = Changes(
        base=commit,
        files=tuple(entry.path for entry in entries if not _is_repository(entry)),
        deleted=frozenset(entry.path for entry in entries if entry.now == _NOTHING),
        untracked=frozenset(name for name in untracked if not name.endswith("/")),
        folders=tuple(name.rstrip("/") for name in untracked if name.endswith("/")),
        before=_before(git, entries),
    )
    for entry in entries:
        if _is_repository(entry):
            found = _with(found, entry.path, _within(git, entry))
    files = {*found.files, *found.untracked}
    return replace(found, files=tuple(sorted(files)), folders=tuple(sorted(set(found.folders))))


def _entries(output: bytes) -> Iterator[_Entry]:
    parts = list(_names(output))
    for said, path in zip(parts[::2], parts[1::2], strict=True):
        before, now, blob, *_ = said.removeprefix(":").split(" ")
        yield _Entry(path=path, before=before, now=now, blob=blob)


def _names(output: bytes) -> Iterator[str]:
    return (name.decode("utf-8", "surrogateescape") for name in output.split(b"\x00") if name)


def _is_repository(entry: _Entry) -> bool:
    return _GITLINK in {entry.before, entry.now}


def _within(git: Git, entry: _Entry) -> Changes | None:
    """What changed in a submodule; None where it can't be seen: it is new, gone, not checked out, or too shallow."""
    folder = git.folder / entry.path
    if entry.before != entry.now or not (folder / ".git").exists():
        return None
    found = _since(Git(folder=folder, environment=git.environment), entry.blob)
    return None if isinstance(found, Unknown) else found


def _with(whole: Changes, path: str, part: Changes | None) -> Changes:
    if part is None:
        return replace(whole, folders=(*whole.folders, path))

    def below(names: Iterable[str]) -> Iterator[str]:
        return (f"{path}/{name}" for name in names)

    return replace(
        whole,
        files=(*whole.files, *below(part.files)),
        deleted=whole.deleted | frozenset(below(part.deleted)),
        untracked=whole.untracked | frozenset(below(part.untracked)),
        folders=(*whole.folders, *below(part.folders)),
        before={**whole.before, **{f"{path}/{name}": text for name, text in part.before.items()}},
    )


def _before(git: Git, entries: Iterable[_Entry]) -> dict[str, str]:
    """The texts that manifests had, by path."""
    wanted = {
        entry.path: entry.blob
        for entry in entries
        if entry.path.rpartition("/")[2] in _MANIFESTS and entry.before.startswith("100")
    }
    if not wanted:
        return {}
    said = git.ask("cat-file", "--batch", given="".join(f"{blob}\n" for blob in wanted.values()).encode()).output
    return dict(zip(wanted, _texts(said), strict=False))


def _texts(output: bytes) -> Iterator[str]:
    """The contents in an answer of `cat-file --batch`, each behind a line with its size; `missing` is an empty one."""
    while output:
        said, _, rest = output.partition(b"\n")
        last = said.rpartition(b" ")[2]
        size = int(last) if last.isdigit() else None
        yield rest[: size or 0].decode("utf-8", "replace")
        output = rest if size is None else rest[size + 1 :]
