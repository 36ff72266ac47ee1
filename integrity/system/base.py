"""Since which commit something has to have changed: the one that is named, or the CI event's own, or where the branch began."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrity.errors import UsageError, nearest
from integrity.model.change import SHORT, Unknown
from integrity.system.git import main_branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from integrity.system.git import Git

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NO = frozenset({"", "0", "false", "no"})


def base_commit(git: Git, named: str, host: Mapping[str, str]) -> str | Unknown:
    """The commit to compare with. `named` is what a person gave, empty for none; `host` the environment of the caller.

    Raises UsageError for a name that is no commit here.
    """
    if named:
        return _given(git, named)
    if host.get("CI", "").lower() in _NO:
        return _where_branch_began(git, [main_branch(git.folder, git.environment)])
    found = _of_ci(git, host)
    if found == git.commit("HEAD"):
        return Unknown(reason="the checked-out commit is the base itself, with which there is nothing to compare")
    return found


def _given(git: Git, named: str) -> str | Unknown:
    commit = git.commit(named)
    if commit is not None:
        return _fork_point(git, commit, named)
    if _is_shallow(git):
        return _too_short(named)
    said = git.ask("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags").line or ""
    raise UsageError(
        f"--changed: {named!r} is no commit, branch or tag of this repository.{nearest(named, said.splitlines())}",
        hint="Write --changed=BASE with a commit that is here (perhaps after a git fetch), and units before --changed.",
    )


def _of_ci(git: Git, host: Mapping[str, str]) -> str | Unknown:
    if host.get("GITHUB_ACTIONS"):
        return _of_github(git, _event(host.get("GITHUB_EVENT_PATH", "")))
    if host.get("GITLAB_CI"):
        return _of_gitlab(git, host)
    if branch := host.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH"):
        return _where_branch_began(git, [branch], usual=())
    return _where_branch_began(
        git, [host.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH", ""), main_branch(git.folder, git.environment)]
    )


def _event(path: str) -> Mapping[str, Any]:
    """The event that started the workflow; empty where it can't be read."""
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _of_github(git: Git, event: Mapping[str, Any]) -> str | Unknown:
    if base := _text(event, "pull_request", "base", "sha"):
        if _text(event, "pull_request", "head", "sha") == git.commit("HEAD^2"):
            # It is the merge that GitHub made for this pull request: its first parent is the newest base.
            base = git.commit("HEAD^1") or base
        return _ancestor(git, base)
    if base := _text(event, "merge_group", "base_sha"):
        return _state(git, base)
    if base := _text(event, "before"):
        return _state(git, base)
    return _where_branch_began(
        git, [_text(event, "repository", "default_branch"), main_branch(git.folder, git.environment)]
    )


def _of_gitlab(git: Git, host: Mapping[str, str]) -> str | Unknown:
    if base := host.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        return _ancestor(git, base)
    if host.get("CI_PIPELINE_SOURCE", "push") == "push" and (base := host.get("CI_COMMIT_BEFORE_SHA")):
        return _state(git, base)
    return _where_branch_began(git, [host.get("CI_DEFAULT_BRANCH", ""), main_branch(git.folder, git.environment)])


def _ancestor(git: Git, base: str) -> str | Unknown:
    """Where HEAD and the commit parted."""
    found = _state(git, base)
    return found if isinstance(found, Unknown) else _fork_point(git, found, base)


def _state(git: Git, base: str) -> str | Unknown:
    """The commit itself: what was there before, whatever way led from it."""
    if _COMMIT.fullmatch(base) is None or not base.strip("0"):
        return Unknown(reason="the event names no commit that was there before it")
    return git.commit(base) or _too_short(base[:SHORT])


def _where_branch_began(
    git: Git, branches: Iterable[str], usual: tuple[str, ...] = ("main", "master")
) -> str | Unknown:
    names = [name for name in dict.fromkeys((*branches, *usual)) if name]
    for name in names:
        for reference in (f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
            if (commit := git.commit(reference)) is not None:
                return _fork_point(git, commit, reference.removeprefix("refs/remotes/").removeprefix("refs/heads/"))
    return Unknown(reason=f"there is no branch {' or '.join(names)} here to compare with")


def _fork_point(git: Git, commit: str, named: str) -> str | Unknown:
    """The best common ancestor of HEAD and the commit.

    In a shallow clone only one that is HEAD or the commit itself is certain: the true one may lie behind the cut.
    """
    found = git.ask("merge-base", "HEAD", commit).line
    if _is_shallow(git) and found not in {commit, git.commit("HEAD")}:
        return _too_short(named)
    return found or Unknown(reason=f"{named} and what is checked out have no commit in common")


def _too_short(named: str) -> Unknown:
    return Unknown(reason=f"the history is too short to know what changed since {named} (fetch-depth: 0)")


def _is_shallow(git: Git) -> bool:
    return git.ask("rev-parse", "--is-shallow-repository").line != "false"


def _text(event: Mapping[str, Any], *keys: str) -> str:
    found: Any = event
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
