"""Which units a change affects: the rules one by one, and all of them against the slow way on random monorepos."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.model.change import Changes, Unknown
from integrity.model.outcome import ErrorKind, UnitError
from integrity.model.unit import Dependency, Kind, ManifestKind, Monorepo, Place, Unit
from integrity.planning.affected import affected, computes_dependencies
from integrity.planning.graph import graph_of
from integrity.planning.touched import ROOT_FILES, Inputs, Want

IGNORED = ("**/*.md", "docs/**")


def unit(path, *dependencies, **more):
    name = path.rpartition("/")[2]
    return Unit(
        path=path,
        name=name,
        kind=Kind.PACKAGE,
        manifest=more.pop("manifest", ManifestKind.PEP621),
        manifest_path=more.pop("manifest_path", f"{path}/pyproject.toml"),
        distribution=more.pop("distribution", name),
        dependencies=dependencies,
        **more,
    )


def on(target, *, extra=None, group=None, target_extras=(), name=None):
    name = name or (target or "").rpartition("/")[2]
    return Dependency(
        text=name,
        name=name,
        via="project.dependencies",
        place=Place(path="pyproject.toml", line=1),
        extra=extra,
        group=group,
        target=target,
        target_extras=tuple(target_extras),
    )


def of(*units):
    return Monorepo(root=Path("/root"), units=tuple(sorted(units, key=lambda one: one.path)))


def reasons(monorepo, files, *, wants=None, shared=(), changes=None, written=()):
    every = {one.path: Want() for one in monorepo.units} | (wants or {})
    inputs = Inputs(shared=shared, ignored=IGNORED, written=written)
    changes = changes or Changes(files=tuple(sorted(files)))
    return affected(monorepo, graph_of(monorepo.units), every, inputs, changes)


SMALL = of(
    unit("packages/base"),
    unit("packages/kit", on("packages/base")),
    unit("services/a", on("packages/kit"), on("packages/tools", group="test")),
    unit("services/b", on("packages/tools", extra="fast")),
    unit("packages/tools"),
)


def test_change_affects_its_unit_and_what_holds_it():
    """A unit's own file affects it, and everything whose env holds it, each with its reason."""
    found = reasons(SMALL, ["packages/kit/src/kit.py", "packages/kit/pyproject.toml"])

    assert found.reasons == {
        "packages/kit": "changed: packages/kit/pyproject.toml (and 1 more)",
        "services/a": "depends on packages/kit, which changed",
    }
    assert found.everything is None


def test_extras_and_groups_count_where_they_are_installed():
    """An edge under an extra or a group is followed for units whose settings install it, and for no other."""
    plain = reasons(SMALL, ["packages/tools/x.py"])
    installed = reasons(
        SMALL,
        ["packages/tools/x.py"],
        wants={"services/a": Want(groups=("Test",)), "services/b": Want(extras=("fast",))},
    )

    assert set(plain.reasons) == {"packages/tools"}
    assert set(installed.reasons) == {"packages/tools", "services/a", "services/b"}


def test_unit_that_runs_beside_the_tests_counts_with_its_env():
    """Who needs a unit running is affected by it, by what it depends on, and by what that needs running in turn."""
    monorepo = of(unit("web"), unit("api"), unit("auth", on("lib")), unit("lib"), unit("other"))
    wants = {"web": Want(needs=("api",)), "api": Want(needs=("auth",))}

    found = reasons(monorepo, ["lib/x.py"], wants=wants)

    assert found.reasons == {
        "lib": "changed: lib/x.py",
        "auth": "depends on lib, which changed",
        "api": "needs auth running: depends on lib, which changed",
        "web": "needs auth running: depends on lib, which changed",
    }


def test_running_unit_is_no_matter_of_dependents():
    """Who only imports a unit does not run what that needs running."""
    monorepo = of(unit("web", on("api")), unit("api"), unit("auth"))

    found = reasons(monorepo, ["auth/x.py"], wants={"api": Want(needs=("auth",))})

    assert set(found.reasons) == {"auth", "api"}


def test_extra_input_is_as_a_file_of_the_unit():
    """It affects the unit and its dependents, whoever owns it, and is no file that nobody lists."""
    wants = {"packages/kit": Want(extra_inputs=("schemas/**", "packages/tools/*.json"))}

    unowned = reasons(SMALL, ["schemas/deep/plan.json"], wants=wants)
    owned = reasons(SMALL, ["packages/tools/a.json"], wants=wants)

    assert unowned.everything is None
    assert unowned.reasons == {
        "packages/kit": "extra input changed: schemas/deep/plan.json",
        "services/a": "depends on packages/kit, which changed",
    }
    assert set(owned.reasons) == {"packages/tools", "packages/kit", "services/a"}


def test_file_that_configuration_names_is_an_input():
    """A file, or a folder of files, that the unit's settings name outside of its folder affects it."""
    wants = {"services/b": Want(files=frozenset({"packages/tools/.env", "db"}))}

    assert set(reasons(SMALL, ["packages/tools/.env"], wants=wants).reasons) == {"packages/tools", "services/b"}
    assert set(reasons(SMALL, ["db/schema/1.sql"], wants=wants).reasons) == {"services/b"}


@pytest.mark.parametrize("path", ["proto/a.proto", *sorted(ROOT_FILES)])
def test_shared_input_affects_every_unit(path):
    """What the root lists, and its own configuration and lock, affect all; it says which file it was."""
    found = reasons(SMALL, [path], shared=("proto/**",))

    assert found.everything == f"shared input changed: {path}"
    assert set(found.reasons.values()) == {f"everything: {found.everything}"}
    assert len(found.reasons) == len(SMALL.units)


def test_shared_input_wins_over_an_ignored_and_an_owned_one():
    """A file is shared also where it is documentation, and where it lies in a unit."""
    assert reasons(SMALL, ["docs/api.md"], shared=("docs/api.md",)).everything is not None
    owned = reasons(SMALL, ["packages/kit/api.json"], shared=("**/api.json",))
    assert owned.reasons["packages/kit"] == "changed: packages/kit/api.json"
    assert len(owned.reasons) == len(SMALL.units)


def test_file_that_nobody_owns_or_lists_affects_every_unit():
    """Green means checked: what nobody knows anything about may matter to all."""
    found = reasons(SMALL, ["scripts/deploy.sh", "scripts/b.sh"])

    assert found.everything == "no unit owns scripts/b.sh (and 1 more), which changed"
    assert found.unowned == ("scripts/b.sh", "scripts/deploy.sh")
    assert len(found.reasons) == len(SMALL.units)


def test_ignored_file_affects_none_unless_a_unit_owns_it():
    """Documentation outside of units affects none; in a unit's folder it is a file as any other."""
    assert reasons(SMALL, ["README.md", "docs/a/b.png"]).reasons == {}
    assert set(reasons(SMALL, ["services/b/README.md"]).reasons) == {"services/b"}


def test_own_reason_is_kept_where_everything_is_affected():
    """Among all units, those that changed themselves still say so."""
    found = reasons(SMALL, ["services/b/x.py", "uv.lock"])

    assert found.reasons["services/b"] == "changed: services/b/x.py"
    assert found.reasons["services/a"] == "everything: shared input changed: uv.lock"


def test_unknown_changes_affect_every_unit():
    """Where git can't tell what changed, all units are affected, and the reason is passed on."""
    found = reasons(SMALL, [], changes=Unknown(reason="the history is too short"))

    assert found.everything == "the history is too short"
    assert len(found.reasons) == len(SMALL.units)


def test_nothing_changed_affects_nothing():
    """No change, no unit."""
    assert reasons(SMALL, []).reasons == {}


def test_innermost_unit_owns_a_file():
    """Of nested units only the inner one has changed; the outer one is affected where it depends on it."""
    monorepo = of(unit("a"), unit("a/plugin"), unit("b", on("a/plugin")))

    assert set(reasons(monorepo, ["a/plugin/x.py"]).reasons) == {"a/plugin", "b"}
    assert set(reasons(monorepo, ["a/x.py"]).reasons) == {"a"}


@pytest.mark.parametrize("name", ["uv.toml", ".python-version", "pyproject.toml", "uv.lock"])
def test_configuration_above_a_unit_affects_it(name):
    """Uv looks for it upwards, so that a nested unit is affected by its outer unit's."""
    monorepo = of(unit("a"), unit("a/plugin"), unit("b", on("a/plugin")))

    found = reasons(monorepo, [f"a/{name}"])

    assert found.reasons["a/plugin"] == f"configuration above it changed: a/{name}"
    assert set(found.reasons) == {"a", "a/plugin", "b"}


@pytest.mark.parametrize("name", ["uv.lock", "pyproject.toml"])
def test_lock_of_a_nested_workspace_affects_its_members(name):
    """It is no file that nobody owns; members are affected, and who depends on them."""
    monorepo = of(
        unit("libs/x", workspace="libs"), unit("libs/y", workspace="libs"), unit("z", on("libs/x")), unit("q")
    )

    found = reasons(monorepo, [f"libs/{name}"])

    assert found.everything is None
    assert set(found.reasons) == {"libs/x", "libs/y", "z"}


def test_folder_between_units_is_nobodys():
    """`services/conftest.py` belongs to no unit: every one is affected, whatever lies below."""
    assert reasons(SMALL, ["services/conftest.py"]).everything == "no unit owns services/conftest.py, which changed"


def test_unit_that_is_the_root_owns_only_its_own_code():
    """All files lie in its folder; what is not evidently its code may matter to all."""
    monorepo = of(unit(".", distribution="our-tool"), unit("services/a"))

    assert set(reasons(monorepo, ["our_tool/x.py", "src/y.py", "tests/test_z.py"]).reasons) == {"."}
    assert reasons(monorepo, ["proto/a.proto"]).everything == "no unit owns proto/a.proto, which changed"


def test_removed_unit_affects_every_unit():
    """A manifest that is gone, where no unit is now, may have been what others were made of; also inside of a unit."""
    gone = Changes(files=("docs/old/pyproject.toml",), deleted=frozenset({"docs/old/pyproject.toml"}))
    inside = Changes(files=("services/a/plugin/setup.py",), deleted=frozenset({"services/a/plugin/setup.py"}))
    replaced = Changes(files=("services/a/setup.cfg",), deleted=frozenset({"services/a/setup.cfg"}))

    assert reasons(SMALL, [], changes=gone).everything == "gone: docs/old/pyproject.toml, perhaps a unit's manifest"
    assert reasons(SMALL, [], changes=inside).everything is not None
    assert reasons(SMALL, [], changes=replaced).everything is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("packages/base/pyproject.toml", '[project]\nname = "foundation"\n'),
        ("packages/base/pyproject.toml", '[tool.poetry]\nname = "foundation"\n'),
        ("packages/base/setup.cfg", "[metadata]\nname = foundation\n"),
        ("packages/base/setup.py", 'setup(\n    name="foundation",\n)\n'),
    ],
)
def test_renamed_unit_affects_every_unit(path, text):
    """Who asked for the former name now gets it from elsewhere, and no edge tells of it any more."""
    changes = Changes(files=(path,), before={path: text})

    assert reasons(SMALL, [], changes=changes).everything == "packages/base was called foundation"


@pytest.mark.parametrize("text", ['[project]\nname = "Base"\n', "[broken", "[project]\n", ""])
def test_manifest_that_kept_its_name_affects_its_own(text):
    """A changed manifest of the same name is a change as any other."""
    path = "packages/base/pyproject.toml"

    found = reasons(SMALL, [], changes=Changes(files=(path,), before={path: text}))

    assert found.everything is None
    assert set(found.reasons) == {"packages/base", "packages/kit", "services/a"}


def test_changed_manifest_affects_who_asks_for_its_name_and_gets_another():
    """A version that no longer fits takes the edge away; that is the very change to be looked at."""
    monorepo = of(unit("kit"), unit("a", on(None, name="kit")), unit("b", on("a")))

    assert set(reasons(monorepo, ["kit/pyproject.toml"]).reasons) == {"kit", "a", "b"}
    assert set(reasons(monorepo, ["kit/x.py"]).reasons) == {"kit"}


def test_unreadable_manifest_affects_every_unit():
    """Nobody can tell what the broken unit depends on, or who on it."""
    broken = unit("c", problem=UnitError(kind=ErrorKind.CONFIG, message="c/pyproject.toml:1: no TOML"))

    found = reasons(of(unit("a"), broken), ["a/x.py"])

    assert found.everything == "the manifest of c can't be used, so that nobody can tell what depends on what"
    assert set(found.reasons) == {"a", "c"}


def test_unit_whose_settings_cannot_be_used_is_affected_by_any_change():
    """What it depends on is not known; all others are judged as always."""
    wants = {"services/b": None}

    found = reasons(SMALL, ["packages/base/x.py"], wants=wants)

    assert "configuration can't be used" in found.reasons["services/b"]
    assert "packages/tools" not in found.reasons
    assert reasons(SMALL, ["README.md"], wants=wants).reasons == {}


def test_computed_dependencies_may_be_any_unit():
    """Only a build knows what such a unit depends on: any changed unit affects it, and who depends on it."""
    computing = unit("dyn", dynamic=frozenset({"dependencies"}))
    monorepo = of(computing, unit("user", on("dyn")), unit("kit"), unit("other"))

    found = reasons(monorepo, ["kit/x.py"])

    assert found.reasons == {
        "kit": "changed: kit/x.py",
        "dyn": "only its build can tell what it depends on, and kit changed",
        "user": "depends on dyn, of which only its build can tell what it depends on, and kit changed",
    }


def test_dependencies_in_files_that_the_manifest_names_are_not_computed():
    """What setuptools or hatch take from a file was read from it; Poetry's own tables are static."""
    dynamic = frozenset({"dependencies"})

    def with_tool(**tool):
        return unit("a", dynamic=dynamic, document={"tool": tool})

    assert computes_dependencies(with_tool())
    assert not computes_dependencies(with_tool(setuptools={"dynamic": {"dependencies": {"file": ["r.txt"]}}}))
    assert not computes_dependencies(with_tool(hatch={"metadata": {"hooks": {"requirements_txt": {"files": ["r"]}}}}))
    assert not computes_dependencies(with_tool(poetry={"dependencies": {"x": "*"}}))
    setup = unit("a", dynamic=dynamic, manifest=ManifestKind.SETUPTOOLS, manifest_path="a/setup.py")
    assert computes_dependencies(setup)


def test_submodule_touches_what_is_at_above_or_below_it():
    """Nobody sees what changed in it, so that each unit around it counts, and each glob that reaches into it."""
    monorepo = of(unit("libs/x"), unit("libs/y"), unit("a"), unit("b"))
    wants = {"b": Want(extra_inputs=("libs/**/*.json",))}

    below = reasons(monorepo, [], changes=Changes(files=(), folders=("libs",)))
    inside = reasons(monorepo, [], changes=Changes(files=(), folders=("a/vendor",)))
    listed = reasons(monorepo, [], changes=Changes(files=(), folders=("libs",)), wants=wants)
    nowhere = reasons(monorepo, [], changes=Changes(files=(), folders=("vendor",)))
    shared = reasons(monorepo, [], changes=Changes(files=(), folders=("libs",)), shared=("libs/schema/*.json",))

    assert set(below.reasons) == {"libs/x", "libs/y"}
    assert set(inside.reasons) == {"a"}
    assert set(listed.reasons) == {"libs/x", "libs/y", "b"}
    assert nowhere.everything == "no unit owns vendor, which changed"
    assert shared.everything == "shared input changed: libs"


@pytest.mark.parametrize(
    "path", ["a/src/a.egg-info/PKG-INFO", "a/build/lib/x.py", "a/__pycache__/x.pyc", "venv/lib/x.py", "out/report.json"]
)
def test_left_overs_are_no_changes(path):
    """What installs, builds and runs leave behind counts only once git knows it; a run's results never do."""
    monorepo = of(unit("a"), unit("b"))
    left = Changes(files=(path,), untracked=frozenset({path}))

    assert reasons(monorepo, [], changes=left, written=("out",)).reasons == {}
    assert bool(reasons(monorepo, [path], written=("out",)).reasons) == (not path.startswith("out/"))


def test_new_folder_called_build_inside_a_package_counts():
    """Only right below a unit is it what a build leaves."""
    path = "a/src/a/build/x.py"

    assert set(reasons(of(unit("a")), [], changes=Changes(files=(path,), untracked=frozenset({path}))).reasons) == {"a"}


def test_any_name_of_a_file_can_be_told():
    """A reason goes into documents and onto one line, whatever the file is called."""
    path = "packages/tools/a\nb\udcff\x1b.py"

    (reason,) = reasons(SMALL, [path]).reasons.values()

    assert reason.encode().isascii()
    assert reason == r"changed: packages/tools/a\nb\udcff\x1b.py"


# All rules against the slow way, on random monorepos and edits.

PATHS = ("libs/a", "libs/b", "libs/b/inner", "svc/c", "svc/d", "e")
GLOBS = ("schemas/**", "schemas/*.json", "svc/c/api.json", "shared.txt", "**/api.json")
FILES = (
    *(f"{path}/{name}" for path in PATHS for name in ("x.py", "api.json", "deep/y.py")),
    "schemas/a.json",
    "schemas/deep/b.json",
    "shared.txt",
    "README.md",
    "docs/x.png",
    "odd.sh",
    "uv.lock",
    "libs/README.md",
)
DEPENDENCIES = st.builds(
    lambda target, condition, extras: on(
        target, extra=condition[0], group=condition[1], target_extras=tuple(sorted(extras))
    ),
    st.sampled_from(PATHS),
    st.sampled_from([(None, None), (None, None), ("x", None), ("y", None), (None, "dev")]),
    st.sets(st.sampled_from("xy")),
)
WANTS = st.builds(
    lambda extras, groups, needs, globs: Want(
        extras=tuple(extras), groups=tuple(groups), needs=tuple(needs), extra_inputs=tuple(globs)
    ),
    st.sets(st.sampled_from("xy")),
    st.sets(st.sampled_from(["dev"])),
    st.lists(st.sampled_from(PATHS), max_size=2),
    st.sets(st.sampled_from(GLOBS), max_size=2),
)


def slow_matches(glob, path):
    """Whether the glob means the path or a folder above it, part by part, by trying everything."""

    def match(parts, names):
        if not parts:
            return True
        if parts[0] == "**":
            return bool(names) and (match(parts[1:], names) or match(parts, names[1:]))
        if not names:
            return False
        head, tail = parts[0].partition("*")[::2]
        is_same = names[0] == parts[0] if "*" not in parts[0] else names[0].startswith(head) and names[0].endswith(tail)
        return is_same and match(parts[1:], names[1:])

    return match(glob.split("/"), path.split("/"))


def slow_env(units, path, extras, groups):
    """Everything in a unit's env, by applying every dependency until nothing is added."""
    nodes = {(path, None), *((path, extra) for extra in extras)}
    while True:
        more = {
            (dependency.target, extra)
            for one in units
            for dependency in one.dependencies
            for extra in (None, *dependency.target_extras)
            if (dependency.group is None and (one.path, dependency.extra) in nodes)
            or (dependency.group in groups and one.path == path)
        }
        if more <= nodes:
            return {node for node, _ in nodes}
        nodes |= more


def slow_affected(units, wants, shared, files):
    """The units that are affected, or None for every one: each file and each unit by itself, nothing remembered."""
    changed = set()
    for file in files:
        owners = [one.path for one in units if file.startswith(f"{one.path}/")]
        listing = [path for path, want in wants.items() if any(slow_matches(glob, file) for glob in want.extra_inputs)]
        changed |= {max(owners, key=len)} if owners else set()
        changed |= set(listing)
        if file == "uv.lock" or any(slow_matches(glob, file) for glob in shared):
            return None
        if not owners and not listing and not file.endswith(".md") and not file.startswith("docs/"):
            return None
    result = set()
    for one in units:
        together = {one.path}
        while (more := {need for path in together for need in wants[path].needs}) - together:
            together |= more
        if any(slow_env(units, path, wants[path].extras, wants[path].groups) & changed for path in together):
            result.add(one.path)
    return result


@given(
    dependencies=st.lists(st.lists(DEPENDENCIES, max_size=3), min_size=len(PATHS), max_size=len(PATHS)),
    wanted=st.lists(WANTS, min_size=len(PATHS), max_size=len(PATHS)),
    shared=st.sets(st.sampled_from(GLOBS), max_size=1),
    files=st.sets(st.sampled_from(FILES), max_size=4),
)
def test_affected_equals_the_slow_way(dependencies, wanted, shared, files):
    """On any monorepo, with cycles of dependencies and of needs, the affected units are those that the slow way finds."""
    units = [unit(path, *edges) for path, edges in zip(PATHS, dependencies, strict=True)]
    wants = dict(zip(PATHS, wanted, strict=True))

    found = reasons(of(*units), files, wants=wants, shared=tuple(shared))

    slow = slow_affected(units, wants, shared, files)
    assert set(found.reasons) == (set(PATHS) if slow is None else slow)
    assert (found.everything is None) == (slow is not None)


LINKS = {
    "services/a/data": ("services/b/data",),
    "services/a/notes.md": ("docs/notes.md",),
    "tools/data": ("services/b/data",),
    "services/far/data": ("tools/data", "services/b/data"),
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("services/b/data/x.json", {"services/a", "services/b", "services/far", "services/lists"}),
        ("services/b/data", {"services/a", "services/b", "services/far", "services/lists"}),
        ("services/b/database.py", {"services/b"}),
        ("docs/notes.md", {"services/a"}),
        ("tools/data", {"services/far", "services/lists"}),  # the link that another one leads through
    ],
)
def test_what_a_symbolic_link_leads_to_is_its_units(path, expected):
    """Whoever else's it is, and also where it counts for nothing by itself; a link that nobody owns leads on to who lists it."""
    monorepo = of(unit("services/a"), unit("services/b"), unit("services/far"), unit("services/lists"))
    wants = {"services/lists": Want(extra_inputs=("tools/**/*.json", "tools/data"))}

    found = reasons(monorepo, [], changes=Changes(files=(path,), links=LINKS), wants=wants)

    assert found.reasons.keys() == expected


def test_link_is_named_in_the_reason():
    """With the path by which the unit knows the file."""
    found = reasons(
        of(unit("services/a"), unit("services/b")), [], changes=Changes(files=("services/b/data/x.json",), links=LINKS)
    )

    assert found.reasons["services/a"] == "changed behind a symbolic link: services/a/data/x.json"
