"""Which folders are looked at: globs, hidden folders, left-overs, links, exclusion."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.discover.globs import matched
from integrity.discover.tree import Tree
from integrity.model.unit import Kind
from integrity.planning.globs import parts_of, predicate
from tests.discover.finding import found, only, paths, reasons
from tests.monorepo import pep621


def units(*folders):
    return {f"{folder}/pyproject.toml": pep621(folder.rpartition("/")[2].lstrip(".")) for folder in folders}


def test_glob_tells_the_kind(tmp_path):
    """What `services` matches is a service, what `packages` matches a package, what both match a service."""
    monorepo = found(tmp_path, units("apps/a", "libs/b"), services=("apps/*",), packages=("*/*",))

    assert [(unit.path, unit.kind) for unit in monorepo.units] == [("apps/a", Kind.SERVICE), ("libs/b", Kind.PACKAGE)]


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("a/*", ["a/one", "a/two"]),
        ("a/?ne", ["a/one"]),
        ("a/[!o]*", ["a/two"]),
        ("./a/one/", ["a/one"]),
        ("**", ["a/one", "a/two", "a/two/inner"]),
        ("a/**/inner", ["a/two/inner"]),
        ("**/**/inner", ["a/two/inner"]),
        ("a/.*", ["a/.hidden"]),
        ("a/.hidden", ["a/.hidden"]),
        ("a/[z-a]*", []),
        ("a/[", []),
    ],
)
def test_glob_patterns(tmp_path, glob, expected):
    """`*`, `?` and `[…]` stay in one part, `**` spans parts, and only a dot matches a dot."""
    files = units("a/one", "a/two", "a/two/inner", "a/.hidden")

    monorepo = found(tmp_path, files, services=(), packages=(glob,))

    assert [path for path in paths(monorepo) if only(monorepo, path).problem is None] == expected


def test_files_are_no_units(tmp_path):
    """A file that a glob matches is nothing to speak of."""
    monorepo = found(tmp_path, {"packages/README.md": "", **units("packages/a")})

    assert paths(monorepo) == ["packages/a"]
    assert reasons(monorepo) == {}


def test_root_is_a_unit_only_where_a_glob_says_so(tmp_path):
    """`.` means the root, which is named by its manifest and owns no other unit's folder."""
    files = {"pyproject.toml": pep621("everything"), **units("packages/a")}

    without = found(tmp_path, files)
    with_root = found(tmp_path, files, packages=(".", "packages/*"))

    assert paths(without) == ["packages/a"]
    assert [(unit.path, unit.name) for unit in with_root.units] == [(".", "everything"), ("packages/a", "a")]


def test_excluded_folder_is_named_with_the_glob(tmp_path):
    """`exclude` takes out a folder and what lies in it, and says so."""
    files = units("packages/a", "packages/legacy-a", "packages/legacy-a/inner")

    monorepo = found(tmp_path, files, packages=("packages/*", "packages/*/*"), exclude=("packages/legacy-*",))

    assert paths(monorepo) == ["packages/a"]
    assert reasons(monorepo) == dict.fromkeys(
        ["packages/legacy-a", "packages/legacy-a/inner"], "excluded by 'packages/legacy-*'"
    )


def test_explicit_path_that_is_missing_is_a_unit_with_a_problem(tmp_path):
    """A configured unit that is gone is not silently unchecked."""
    monorepo = found(tmp_path, {"README.md": ""}, services=("services/biling",))

    assert "services/biling: no such folder" in only(monorepo, "services/biling").problem.message


def test_explicit_path_without_manifest_is_a_unit_with_a_problem(tmp_path):
    """Nor is one that has nothing in it."""
    monorepo = found(tmp_path, {"docs/index.md": ""}, packages=("docs",))

    assert "no pyproject.toml" in only(monorepo, "docs").problem.message


@pytest.mark.parametrize("glob", ["../other/*", "/etc", "a/../../b"])
def test_glob_that_leaves_the_repository_finds_nothing(tmp_path, glob):
    """Paths stay inside the root."""
    monorepo = found(tmp_path, {"README.md": ""}, packages=(glob,))

    assert paths(monorepo) == []
    assert "leaves the repository" in reasons(monorepo)[glob]


def test_left_overs_never_match_a_wildcard(tmp_path):
    """build/, dist/, node_modules and egg-info are passed over; one that has a manifest is mentioned, and can be named."""
    folders = ["packages/a", "packages/build", "packages/node_modules", "packages/a.egg-info", "packages/__pycache__"]
    monorepo = found(tmp_path, units(*folders))
    named = found(tmp_path, {}, packages=("packages/build",))

    assert paths(monorepo) == ["packages/a"]
    assert "without a wildcard" in reasons(monorepo)["packages/build"]
    assert paths(named) == ["packages/build"]


def test_linked_folder_stands_for_what_it_leads_to(tmp_path):
    """A link inside the repository is the unit it leads to, once; the link itself is mentioned."""
    files = units("packages/a", "vendor/b")
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages/alias").symlink_to("a")
    (tmp_path / "packages/b").symlink_to("../vendor/b")

    monorepo = found(tmp_path, files)

    assert paths(monorepo) == ["packages/a", "vendor/b"]
    assert reasons(monorepo) == {
        "packages/alias": "a symbolic link to packages/a",
        "packages/b": "a symbolic link to vendor/b",
    }


@pytest.mark.parametrize(
    ("glob", "expected"),
    [("packages/*", ["packages/a"]), ("**", ["packages/a"]), ("packages/*/*", []), ("packages/*/*/*/*/*", [])],
)
def test_link_loops_end(tmp_path, glob, expected):
    """Links to a folder above, to the root and to themselves are no units, no endless walk, and hide nothing."""
    (tmp_path / "packages/a").mkdir(parents=True)
    (tmp_path / "packages/up").symlink_to("..")
    (tmp_path / "packages/a/root").symlink_to("../..")
    (tmp_path / "packages/a/above").symlink_to("..")
    (tmp_path / "packages/self").symlink_to("self")
    (tmp_path / "packages/a/requirements").symlink_to("requirements")

    monorepo = found(tmp_path, units("packages/a"), services=(), packages=(glob,))

    assert paths(monorepo) == expected


def test_link_out_of_the_repository_is_passed_over(tmp_path):
    """What lies outside the root is not this repository's."""
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    (root / "packages").mkdir(parents=True)
    (root / "packages/out").symlink_to(outside)

    monorepo = found(root, units("packages/a"))

    assert paths(monorepo) == ["packages/a"]
    assert reasons(monorepo) == {"packages/out": "a symbolic link out of the repository"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_folder_that_cannot_be_listed_is_mentioned(tmp_path):
    """A folder without permission is said to be unreadable."""
    (tmp_path / "packages").mkdir(mode=0o000)

    assert "cannot be listed" in reasons(found(tmp_path, {}))["packages"]


NAMES = st.sampled_from(["a", "b", "ab", ".h"])
PARTS = st.sampled_from(["a", "b", "*", "a*", "?", "[ab]", "**", ".*"])


@given(
    folders=st.sets(st.lists(NAMES, min_size=1, max_size=3).map("/".join), max_size=6),
    glob=st.lists(PARTS, min_size=1, max_size=3).map("/".join),
)
def test_exclusion_agrees_with_matching(folders, glob):
    """What a glob finds, the same glob would exclude."""

    class Listed(Tree):
        def _scanned(self, path):
            prefix = "" if path == "." else f"{path}/"
            inside = {folder[len(prefix) :].split("/")[0] for folder in folders if folder.startswith(prefix)}
            return [(name, False) for name in sorted(inside)]

        def folder(self, path):
            return path if any(f"{folder}/".startswith(f"{path}/") for folder in folders) else None

    is_excluded = predicate((glob,))

    for path in matched(Listed("/nowhere"), parts_of(glob)):
        if glob.split("/")[-1] != "**":
            assert is_excluded(path) == glob
