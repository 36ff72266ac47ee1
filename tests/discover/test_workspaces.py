"""uv workspaces: members, kinds, sources, nested ones, and those below the root."""

from __future__ import annotations

from integrity.model.unit import Kind
from tests.discover.finding import edges, found, lines, only, paths, reasons, texts
from tests.monorepo import pep621


def workspace(members, more=""):
    return f"[tool.uv.workspace]\nmembers = {members!r}\n{more}"


def project(name, dependencies=()):
    return {f"{name}/pyproject.toml": pep621(name.rpartition("/")[2], dependencies=dependencies)}


def test_members_are_units_without_a_glob(tmp_path):
    """A member that no glob matches is a package; the root, though a member, is none unless a glob says so."""
    files = {"pyproject.toml": pep621("root", more=workspace(["libs/*"])), **project("libs/a"), **project("libs/b")}

    monorepo = found(tmp_path, files)

    assert [(unit.path, unit.kind, unit.workspace) for unit in monorepo.units] == [
        ("libs/a", Kind.PACKAGE, "."),
        ("libs/b", Kind.PACKAGE, "."),
    ]


def test_member_inside_a_folder_of_services_is_a_service(tmp_path):
    """`services/*` matches `services/shop`, so the member `services/shop/api` is a service."""
    files = {
        "pyproject.toml": workspace(["services/*/*", "libs/*"]),
        **project("services/shop/api"),
        **project("libs/a"),
    }

    monorepo = found(tmp_path, files)

    assert {unit.path: unit.kind for unit in monorepo.units} == {
        "libs/a": Kind.PACKAGE,
        "services/shop/api": Kind.SERVICE,
    }


def test_missing_and_empty_members_are_passed_over(tmp_path):
    """A member that is gone, or has no manifest, is said to be so; the workspace's own exclusion holds."""
    files = {
        "pyproject.toml": workspace(["libs/*", "lib_test"], 'exclude = ["libs/old"]\n'),
        **project("libs/a"),
        **project("libs/old"),
        "libs/notes/README.md": "",
    }

    monorepo = found(tmp_path, files)

    assert paths(monorepo) == ["libs/a"]
    assert reasons(monorepo) == {
        "lib_test": "a member of the uv workspace '.' that does not exist",
        "libs/notes": "a member of the uv workspace '.' without pyproject.toml",
        "libs/old": "excluded by the uv workspace '.'",
    }


def test_root_exclusion_holds_for_members(tmp_path):
    """`exclude` of the root takes members out, too."""
    files = {"pyproject.toml": workspace(["libs/*"]), **project("libs/a")}

    monorepo = found(tmp_path, files, exclude=("libs/a",))

    assert paths(monorepo) == []
    assert reasons(monorepo) == {"libs/a": "excluded by 'libs/a'"}


def test_workspace_below_the_root_is_found(tmp_path):
    """A workspace in a folder of the root has its members found, and its own project, which is a member."""
    files = {
        "python/pyproject.toml": pep621("whole", more=workspace(["packages/*"])),
        **project("python/packages/core"),
        "dotnet/x.cs": "",
    }

    monorepo = found(tmp_path, files)

    assert [(unit.path, unit.workspace) for unit in monorepo.units] == [
        ("python", "python"),
        ("python/packages/core", "python"),
    ]


def test_workspace_inside_a_unit_is_its_members_workspace(tmp_path):
    """Nested workspaces each have their own members, whatever lies around them."""
    files = {
        "pyproject.toml": workspace(["apps/*"]),
        "apps/shop/pyproject.toml": pep621("shop", more=workspace(["plugins/*"])),
        **project("apps/shop/plugins/a"),
        **project("examples/deep/one/pyproject"),
        "examples/deep/one/pyproject.toml": pep621("one", more=workspace(["libs/*"])),
        **project("examples/deep/one/libs/x"),
    }

    monorepo = found(tmp_path, files, packages=("examples/deep/*",))

    assert {unit.path: unit.workspace for unit in monorepo.units} == {
        "apps/shop": "apps/shop",
        "apps/shop/plugins/a": "apps/shop",
        "examples/deep/one": "examples/deep/one",
        "examples/deep/one/libs/x": "examples/deep/one",
    }


def test_innermost_workspace_is_a_members_own(tmp_path):
    """A folder that two nested workspaces claim belongs to the inner one."""
    files = {
        "python/pyproject.toml": workspace(["*/*", "a/*/*"]),
        "python/a/shop/pyproject.toml": pep621("shop", more=workspace(["plugin"])),
        **project("python/a/shop/plugin"),
    }

    assert only(found(tmp_path, files), "python/a/shop/plugin").workspace == "python/a/shop"


def test_sources_of_the_workspace_hold_for_its_members(tmp_path):
    """What the root says of a name counts where a member has nothing to say; a member's own word wins."""
    files = {
        "pyproject.toml": workspace(
            ["libs/*"], '[tool.uv.sources]\nb = { workspace = true }\nc = { path = "vendor/c" }\n'
        ),
        "libs/a/pyproject.toml": pep621("a", dependencies=["b", "c"]),
        "libs/own/pyproject.toml": pep621(
            "own", dependencies=["c"], more='[tool.uv.sources]\nc = { url = "https://example.org/c.zip" }\n'
        ),
        **project("libs/b"),
        **project("vendor/c"),
    }

    monorepo = found(tmp_path, files, packages=("vendor/*",))

    assert edges(monorepo) == [("libs/a", "libs/b"), ("libs/a", "vendor/c")]
    assert texts(only(monorepo, "libs/own")) == ["c @ https://example.org/c.zip"]


def test_sources_of_every_form(tmp_path):
    """Paths, git URLs, indexes, lists with markers, and entries for one extra or group only."""
    more = """
        [dependency-groups]
        test = ["grouped", "both"]
        [tool.uv.sources]
        sibling = { path = "../renamed", editable = true }
        foreign = { git = "https://example.org/foreign", rev = "abc", subdirectory = "py" }
        indexed = { index = "internal" }
        vendored = { path = "../../vendor/v" }
        split = [
            { path = "../linux", marker = "sys_platform == 'linux'" },
            { git = "https://example.org/split", marker = "sys_platform != 'linux'" },
        ]
        grouped = { path = "../renamed", group = "test" }
        both = { path = "../renamed", group = "dev" }
        extra = { path = "../renamed", extra = "gpu" }
        """
    names = ["sibling>=9", "foreign[x]>=1; python_version > '3.8'", "indexed", "vendored>=1", "split", "extra"]
    files = {
        "packages/a/pyproject.toml": pep621("a", dependencies=names, more=more),
        "packages/renamed/pyproject.toml": pep621("other", version="1.0"),
        **project("packages/linux"),
    }

    monorepo = found(tmp_path, files)

    assert edges(monorepo) == [
        ("packages/a", "packages/renamed"),
        ("packages/a", "packages/linux"),
        ("packages/a", "packages/renamed"),
    ]
    assert texts(only(monorepo, "packages/a")) == [
        "sibling>=9",
        "foreign[x] @ git+https://example.org/foreign@abc#subdirectory=py ; python_version > '3.8'",
        "indexed",
        f"vendored @ file://{tmp_path}/vendor/v",
        "split ; sys_platform == 'linux'",
        "split @ git+https://example.org/split ; sys_platform != 'linux'",
        "extra",
        "grouped",
        "both",
    ]


def test_malformed_workspace_tables_do_no_harm(tmp_path):
    """Wrong types in uv's tables are uv's to report; discovery finds the rest."""
    for table in (
        'workspace = "x"',
        "workspace = { members = 3 }",
        'workspace = { members = [1, "/etc", "../x"] }',
        "sources = []",
    ):
        files = {"pyproject.toml": f"[tool.uv]\n{table}\n", **project("packages/a")}

        assert paths(found(tmp_path, files)) == ["packages/a"]


def test_broken_manifest_above_units_is_mentioned(tmp_path):
    """A folder that could be a workspace, but whose manifest is no TOML, is passed over with its line."""
    monorepo = found(
        tmp_path, {"python/pyproject.toml": "[tool\n", **project("python/packages/a")}, packages=("python/packages/*",)
    )

    assert paths(monorepo) == ["python/packages/a"]
    assert "python/pyproject.toml:1: not TOML" in reasons(monorepo)["python"]


def test_duplicate_names_resolve_inside_their_workspace(tmp_path):
    """Of two units of one name, the one in the same workspace is meant; without that, none, and it is said."""
    files = {
        "one/pyproject.toml": workspace(["*"]),
        "two/pyproject.toml": workspace(["*"]),
        **project("one/agent", ["shared"]),
        **project("one/shared"),
        **project("two/agent", ["shared"]),
        **project("two/shared"),
        **project("packages/other", ["shared"]),
    }

    monorepo = found(tmp_path, files)

    assert lines(monorepo) == [
        ("one/agent", "one/shared", "one/agent/pyproject.toml:6"),
        ("two/agent", "two/shared", "two/agent/pyproject.toml:6"),
    ]
    assert "could be any of one/shared, two/shared" in reasons(monorepo)["packages/other/pyproject.toml:6"]
