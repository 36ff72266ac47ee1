"""What git is asked, with the real one: each state that a change can be in, each way to a base, and where it can't tell."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from integrity.errors import UsageError
from integrity.model.change import Changes, Unknown
from integrity.system.changes import changes
from tests.monorepo import commit, make_monorepo

pytestmark = pytest.mark.e2e

HOST = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
ZEROS = "0" * 40


def git(folder, *arguments):
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "protocol.file.allow=always")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, env=HOST)
    return done.stdout.decode().strip()


def write(folder, files):
    return make_monorepo(folder, files)


@pytest.fixture
def repository(tmp_path):
    files = {"a/x.py": "1\n", "a/y.py": "2\n", "b/z.py": "3\n", ".gitignore": "*.log\n"}
    return make_monorepo(tmp_path / "repository", files, git=True)


def since(root, base="HEAD", **host):
    found = changes(root, base, HOST | host)
    assert isinstance(found, Changes), found
    return found


def unknown(root, base="", **host):
    found = changes(root, base, HOST | host)
    assert isinstance(found, Unknown), found
    return found.reason


def test_nothing_changed(repository):
    """A clean tree differs from its commit in nothing, and says which commit that is."""
    assert since(repository) == Changes(files=(), base=git(repository, "rev-parse", "HEAD"))


def test_staged_unstaged_untracked_and_deleted_files_count_and_ignored_ones_do_not(repository):
    """Whatever differs from the commit, in whichever state; `deleted` and `untracked` say which of them are."""
    write(repository, {"a/x.py": "changed\n", "a/staged.py": "", "b/new.py": "", "b/noise.log": "", "a/y.py": "u\n"})
    git(repository, "add", "a/staged.py", "a/y.py")
    (repository / "b/z.py").unlink()

    found = since(repository)

    assert found.files == ("a/staged.py", "a/x.py", "a/y.py", "b/new.py", "b/z.py")
    assert found.deleted == {"b/z.py"}
    assert found.untracked == {"b/new.py"}


def test_rename_is_a_deletion_and_an_addition(repository):
    """Both ends count, whatever git's configuration says of renames."""
    git(repository, "config", "diff.renames", "copies")
    git(repository, "mv", "a/x.py", "b/x.py")

    found = since(repository)

    assert found.files == ("a/x.py", "b/x.py")
    assert found.deleted == {"a/x.py"}


def test_mode_and_kind_of_a_file_count(repository):
    """A file that becomes executable, or a link, has changed."""
    (repository / "a/x.py").chmod(0o755)
    (repository / "a/y.py").unlink()
    (repository / "a/y.py").symlink_to("x.py")

    assert since(repository).files == ("a/x.py", "a/y.py")


def test_names_with_newlines_quotes_and_other_bytes(repository):
    """Names are bytes to git; they come out as the system names them, none cut or quoted."""
    names = ["a/two\nlines.py", 'a/"quoted"\t.py', "a/umläut.py", os.fsdecode(b"a/\xff\xfe.py"), "a/ -z .py"]
    for name in names:
        (repository / name).write_text("x")
    git(repository, "add", *names[:3])

    assert set(since(repository).files) == set(names)


def test_commits_since_the_base_count_and_those_of_the_base_do_not(repository):
    """It is compared with where the branch began: what others did on the base since then is not this branch's."""
    git(repository, "switch", "--quiet", "--create", "topic")
    write(repository, {"a/x.py": "topic\n"})
    commit(repository)
    git(repository, "switch", "--quiet", "main")
    write(repository, {"b/z.py": "main\n"})
    commit(repository)
    git(repository, "switch", "--quiet", "topic")

    for base in ("main", "", git(repository, "rev-parse", "main")):
        assert since(repository, base).files == ("a/x.py",)


def test_default_base_is_the_remotes_before_the_local_branch(repository, tmp_path):
    """What is committed on a local main and not pushed has changed since origin's."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(repository), str(clone))
    write(clone, {"a/x.py": "local\n"})
    commit(clone)

    assert since(clone, "").files == ("a/x.py",)


def test_default_branch_of_another_name(repository, tmp_path):
    """It is the one that the remote calls its own; without a remote, main or master."""
    git(repository, "branch", "--move", "main", "trunk")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(repository), str(clone))
    write(clone, {"a/x.py": "local\n"})
    commit(clone)

    assert since(clone, "").files == ("a/x.py",)
    assert unknown(repository) == "there is no branch main or master here to compare with"


def test_root_below_the_repository(repository):
    """Paths are relative to the root, and what changed outside of it is told by nobody."""
    write(repository, {"a/x.py": "changed\n", "a/new.py": "", "b/z.py": "changed\n", "c.py": ""})

    assert since(repository / "a").files == ("new.py", "x.py")


def test_worktree_and_detached_head(repository, tmp_path):
    """A linked worktree without a branch is a tree as any other."""
    git(repository, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    write(tmp_path / "linked", {"a/x.py": "changed\n"})

    assert since(tmp_path / "linked").files == ("a/x.py",)


def test_former_text_of_changed_manifests(repository):
    """A changed or deleted manifest comes with the text that it had; a new one has none."""
    write(repository, {"a/pyproject.toml": "old = 1\n", "b/setup.cfg": "gone\n"})
    commit(repository)
    write(repository, {"a/pyproject.toml": "new = 1\n", "c/setup.py": "new\n"})
    (repository / "b/setup.cfg").unlink()

    assert since(repository).before == {"a/pyproject.toml": "old = 1\n", "b/setup.cfg": "gone\n"}


@pytest.fixture
def with_submodule(repository, tmp_path):
    inner = make_monorepo(tmp_path / "inner", {"x.py": "1\n", "y.py": "2\n"}, git=True)
    git(repository, "submodule", "--quiet", "add", str(inner), "libs/inner")
    commit(repository)
    return repository


def test_submodule_that_moved_tells_its_own_files(with_submodule):
    """Where both commits are there, only the files that differ between them have changed, uncommitted ones included."""
    inside = with_submodule / "libs/inner"
    write(inside, {"x.py": "moved\n"})
    commit(inside)
    write(inside, {"new.py": ""})

    moved = since(with_submodule)
    commit(with_submodule)
    committed = since(with_submodule, "HEAD~1")

    assert moved.files == committed.files == ("libs/inner/new.py", "libs/inner/x.py")
    assert moved.folders == committed.folders == ()


def test_submodule_that_nobody_can_look_into_is_a_folder(with_submodule, tmp_path):
    """Not checked out, or its former commit is not there: something in it changed, and no more is known."""
    inside = with_submodule / "libs/inner"
    write(inside, {"x.py": "moved\n"})
    commit(inside)
    commit(with_submodule)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(with_submodule), str(clone))

    found = since(clone, "HEAD~1")

    assert (found.files, found.folders) == ((), ("libs/inner",))


def test_submodule_that_is_new_or_gone_is_a_folder(with_submodule):
    """All of it is new, or all of it is gone."""
    assert since(with_submodule, "HEAD~1").folders == ("libs/inner",)
    git(with_submodule, "rm", "--quiet", "--force", "libs/inner")
    assert since(with_submodule).folders == ("libs/inner",)


def test_repository_within_that_is_no_submodule_is_a_folder(repository):
    """A clone that somebody put there is untracked as a whole."""
    make_monorepo(repository / "b/clone", {"x.py": ""}, git=True)

    assert since(repository).folders == ("b/clone",)


def test_base_that_is_no_commit_is_an_error_of_usage(repository):
    """A name that means nothing is answered with the nearest one that does."""
    git(repository, "branch", "release")

    with pytest.raises(UsageError) as caught:
        changes(repository, "relese", HOST)

    assert caught.value.message == (
        "--changed: 'relese' is no commit, branch or tag of this repository. Did you mean 'release'?"
    )


@pytest.mark.parametrize("base", ["--output=stolen", "-h", "a\x00b", "HEAD:a/x.py", "--end-of-options"])
def test_base_is_never_an_option_of_git(repository, base):
    """What is no name of a commit is refused, and git does nothing with it."""
    with pytest.raises(UsageError):
        changes(repository, base, HOST)

    assert not (repository / "stolen").exists()


def test_folder_without_git_is_unknown(tmp_path):
    """Without a repository, without a commit and without git at all, nobody can tell what changed."""
    (tmp_path / "plain").mkdir()
    assert "not a git repository" in unknown(tmp_path / "plain")
    git(tmp_path, "init", "--quiet", "fresh")
    assert unknown(tmp_path / "fresh") == "there is no commit yet"
    assert unknown(tmp_path / "plain", PATH=str(tmp_path)) == "git can't be run (No such file or directory)"


def test_folder_that_git_ignores_is_unknown(repository):
    """All in it is ignored, which must not look as if nothing had changed."""
    write(repository, {".gitignore": "made/\n", "made/services/a/x.py": ""})

    assert unknown(repository / "made", "HEAD") == "git ignores this folder"


def test_branches_without_a_common_commit_are_unknown(repository):
    """Two histories that never met have no base."""
    git(repository, "switch", "--quiet", "--orphan", "other")
    write(repository, {"q.py": ""})
    commit(repository)

    assert unknown(repository, "main") == "main and what is checked out have no commit in common"


@pytest.fixture
def grown(repository):
    """Four commits on main, of which the last two changed `b/z.py`."""
    for number in range(3):
        write(repository, {"b/z.py" if number else "a/x.py": f"{number}\n"})
        commit(repository)
    return repository


def cloned(grown, tmp_path, depth):
    clone = tmp_path / f"depth-{depth}"
    git(tmp_path, "clone", "--quiet", "--depth", str(depth), f"file://{grown}", str(clone))
    return clone


def test_shallow_history_is_unknown(grown, tmp_path):
    """A base behind the cut, by name or by id, says what has to be fetched."""
    base = git(grown, "rev-parse", "HEAD~2")
    clone = cloned(grown, tmp_path, 1)

    for named in (base, "HEAD~1", "origin/release"):
        assert unknown(clone, named) == (
            f"the history is too short to know what changed since {named} (fetch-depth: 0)"
        )


def test_shallow_history_that_holds_the_base_is_enough(grown, tmp_path):
    """An ancestor that is there is certain, however short the history is."""
    clone = cloned(grown, tmp_path, 2)

    assert since(clone, "HEAD~1").files == ("b/z.py",)


def test_shallow_history_of_two_branches_is_unknown(grown, tmp_path):
    """Where the fork point may lie behind the cut, another common commit must not be taken for it."""
    git(grown, "switch", "--quiet", "--create", "topic", "HEAD~2")
    write(grown, {"a/y.py": "topic\n"})
    commit(grown)
    git(grown, "switch", "--quiet", "main")
    clone = cloned(grown, tmp_path, 1)
    git(clone, "fetch", "--quiet", "--depth", "1", "origin", "topic")
    git(clone, "switch", "--quiet", "--detach", "FETCH_HEAD")

    assert "too short" in unknown(clone, "origin/main")
    assert "too short" in unknown(clone)


# The bases that CI systems tell.


def event(tmp_path, content):
    path = tmp_path / "event.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(path)}


@pytest.fixture
def merged(repository):
    """A pull request as GitHub checks it out: its branch merged into a main that has gone on; → (old base, head)."""
    old = git(repository, "rev-parse", "main")
    git(repository, "switch", "--quiet", "--create", "topic")
    write(repository, {"a/x.py": "topic\n"})
    commit(repository)
    head = git(repository, "rev-parse", "HEAD")
    git(repository, "switch", "--quiet", "main")
    write(repository, {"b/z.py": "main\n"})
    commit(repository)
    git(repository, "switch", "--quiet", "--detach", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--no-edit", "topic")
    return old, head


def test_pull_request_is_compared_with_the_base_that_it_was_merged_into(repository, merged, tmp_path):
    """The first parent of GitHub's merge is newer than the base that the event knows: only the pull request's own files count."""
    old, head = merged

    host = event(tmp_path, {"pull_request": {"base": {"sha": old}, "head": {"sha": head}}})

    assert since(repository, "", **host).files == ("a/x.py",)


def test_pull_request_with_a_history_of_two_commits(repository, merged, tmp_path):
    """With the merge alone and its parents (fetch-depth: 2) the base is there; with the merge alone (1) it is not."""
    old, head = merged
    git(repository, "branch", "merge-ref")
    host = event(tmp_path, {"pull_request": {"base": {"sha": old}, "head": {"sha": head}}})
    for depth in (2, 1):
        git(tmp_path, "clone", "-q", "--depth", str(depth), "-b", "merge-ref", f"file://{repository}", f"of-{depth}")

    assert since(tmp_path / "of-2", "", **host).files == ("a/x.py",)
    assert unknown(tmp_path / "of-1", **host) == (
        f"the history is too short to know what changed since {old[:12]} (fetch-depth: 0)"
    )


def test_pull_request_whose_head_is_checked_out(repository, merged, tmp_path):
    """Without GitHub's merge it is compared with where the branch began."""
    old, head = merged
    newer = git(repository, "rev-parse", "main")
    git(repository, "switch", "--quiet", "topic")

    for base in (old, newer):
        host = event(tmp_path, {"pull_request": {"base": {"sha": base}, "head": {"sha": head}}})
        assert since(repository, "", **host).files == ("a/x.py",)


@pytest.mark.parametrize("shape", [lambda sha: {"merge_group": {"base_sha": sha}}, lambda sha: {"before": sha}])
def test_merge_group_and_push_name_the_commit_before_them(grown, tmp_path, shape):
    """All that differs from that commit has changed, also where a forced push left it behind."""
    base = git(grown, "rev-parse", "HEAD~1")
    straight = since(grown, "", **event(tmp_path, shape(base)))
    git(grown, "reset", "--quiet", "--hard", "HEAD~2")
    write(grown, {"a/y.py": "forced\n"})
    commit(grown)

    forced = since(grown, "", **event(tmp_path, shape(base)))

    assert straight.files == ("b/z.py",)
    assert forced.files == ("a/y.py", "b/z.py")


@pytest.mark.parametrize("before", [ZEROS, "main; rm -rf .", "--all", "HEAD~1"])
def test_event_that_names_no_commit_is_unknown(grown, tmp_path, before):
    """A branch that was just pushed has nothing before it; a name in an event is never given to git."""
    assert unknown(grown, **event(tmp_path, {"before": before})) == (
        "the event names no commit that was there before it"
    )


@pytest.mark.parametrize("content", ["{broken", "[]", "{}", '{"pull_request": 7, "before": null}', None])
def test_event_without_a_base_is_compared_with_the_default_branch(grown, tmp_path, content):
    """A scheduled run on the default branch itself has nothing to compare with: all units, never none."""
    host = event(tmp_path, content or "")
    host |= {} if content else {"GITHUB_EVENT_PATH": str(tmp_path / "missing.json")}

    assert unknown(grown, **host) == (
        "the checked-out commit is the base itself, with which there is nothing to compare"
    )
    git(grown, "switch", "--quiet", "--create", "topic")
    write(grown, {"a/y.py": "topic\n"})
    commit(grown)
    assert since(grown, "", **host).files == ("a/y.py",)


def test_default_branch_of_the_event(grown, tmp_path):
    """Where only the event knows its name."""
    git(grown, "branch", "--move", "main", "trunk")
    git(grown, "switch", "--quiet", "--create", "topic")
    write(grown, {"a/y.py": "topic\n"})
    commit(grown)

    assert since(grown, "", **event(tmp_path, {"repository": {"default_branch": "trunk"}})).files == ("a/y.py",)


def test_gitlab_names_its_base(grown):
    """The merge request's base; else the commit before a push; else the default branch."""
    ci = {"CI": "true", "GITLAB_CI": "true", "CI_COMMIT_BEFORE_SHA": ZEROS}
    older, before = git(grown, "rev-parse", "HEAD~3"), git(grown, "rev-parse", "HEAD~1")

    request = since(grown, "", **ci, CI_MERGE_REQUEST_DIFF_BASE_SHA=older)
    push = since(grown, "", **ci | {"CI_COMMIT_BEFORE_SHA": before, "CI_PIPELINE_SOURCE": "push"})

    assert request.files == ("a/x.py", "b/z.py")
    assert push.files == ("b/z.py",)
    assert "names no commit" in unknown(grown, **ci)
    scheduled = ci | {"CI_COMMIT_BEFORE_SHA": before, "CI_PIPELINE_SOURCE": "schedule", "CI_DEFAULT_BRANCH": "main"}
    assert "nothing to compare" in unknown(grown, **scheduled)


def test_buildkite_names_its_branch(grown):
    """The pull request's base branch, which has to be here; without a pull request the pipeline's default branch."""
    git(grown, "branch", "release", "HEAD~1")
    ci = {"CI": "true", "BUILDKITE": "true"}

    assert since(grown, "", **ci, BUILDKITE_PULL_REQUEST_BASE_BRANCH="release").files == ("b/z.py",)
    assert unknown(grown, **ci, BUILDKITE_PULL_REQUEST_BASE_BRANCH="gone") == (
        "there is no branch gone here to compare with"
    )
    pipeline = ci | {"BUILDKITE_PULL_REQUEST_BASE_BRANCH": "", "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "release"}
    assert since(grown, "", **pipeline).files == ("b/z.py",)


def test_nothing_is_written_to_the_repository(repository):
    """Looking at it leaves the index as it was, so that a watch does not wake itself."""
    (repository / "a/x.py").touch()
    index = repository / ".git/index"
    before = index.stat().st_mtime_ns

    since(repository)

    assert index.stat().st_mtime_ns == before


def test_links_are_told_with_every_step_of_their_way(repository):
    """Links to files, to folders, to links, to nothing; those out of the root lead nowhere."""
    links = {
        "a/file": "../b/z.py",
        "a/folder": "../b",
        "b/again": "../a/folder/z.py",
        "gone": "b/nothing",
        "out": "/etc/hosts",
        "up": "../outside",
        "loop": "loop",
        "root": ".",
    }
    for path, target in links.items():
        (repository / path).symlink_to(target)
    commit(repository)

    assert since(repository).links == {
        "a/file": ("b/z.py",),
        "a/folder": ("b",),
        "b/again": ("a/folder/z.py", "b/z.py"),
        "gone": ("b/nothing",),
        "loop": ("loop",),
        "out": (),
        "root": (".",),
        "up": (),
    }
