"""Which files belong to a unit, and what happens to those that can't be read."""

from __future__ import annotations

import os

import pytest

from integrity.checks.sources import Sources
from tests.checks.harness import write


def files(folder, *others):
    return Sources(str(folder), str(folder), [str(folder / other) for other in others]).files


def test_files_of_other_units_are_theirs(tmp_path):
    """A folder of another unit is left out, also where it lies deep inside."""
    write(tmp_path, {"a.py": "", "libs/one/b.py": "", "libs/two/c.py": ""})

    assert files(tmp_path, "libs/two") == ("a.py", "libs/one/b.py")


def test_each_unit_gets_its_part_of_one_walk(tmp_path):
    """Of nested units the innermost has the file; what lies in none is under '.'."""
    write(tmp_path, {"noxfile.py": "", "a/x.py": "", "a/b/y.py": "", "a/bc/z.py": ""})

    found = Sources.by_folder(str(tmp_path), ["a", "a/b"])

    assert {folder: sources.files for folder, sources in found.items()} == {
        ".": ("noxfile.py",),
        "a": ("a/bc/z.py", "a/x.py"),
        "a/b": ("a/b/y.py",),
    }
    assert found["a"].folder == f"{tmp_path}/a"


@pytest.mark.parametrize(
    "path",
    [
        ".git/a.py",
        ".venv/a.py",
        "node_modules/a.py",
        "env/pyvenv.cfg",
        "conda/conda-meta/a.py",
        "cache/CACHEDIR.TAG",
        "vendored/.git",
        "build/lib/a.py",
        "dist/a.py",
        "shop.egg-info/a.py",
        "pkg/__pycache__/a.py",
        "integrity-results/units/a.py",
    ],
)
def test_left_overs_of_other_programs_are_passed_over(tmp_path, path):
    """Envs, caches, what builds leave and other repositories hold nothing of the unit."""
    write(tmp_path, {"own.py": "", path: "", f"{path.rpartition('/')[0]}/deep/b.py": ""})

    assert files(tmp_path) == ("own.py",)


def test_package_named_like_a_build_is_the_units_own(tmp_path):
    """`build` with an `__init__.py` is code, and so is a unit's folder whatever its name is."""
    write(tmp_path, {"shop/build/__init__.py": "", "shop/build/steps.py": "", "dist/unit/a.py": ""})

    assert files(tmp_path) == ("shop/build/__init__.py", "shop/build/steps.py")
    assert Sources.by_folder(str(tmp_path), ["dist/unit"])["dist/unit"].files == ("dist/unit/a.py",)


def test_links_are_not_followed(tmp_path):
    """Neither to folders, which may lead in circles, nor to files, which are found where they are."""
    write(tmp_path, {"unit/a.py": "", "secret.py": ""})
    (tmp_path / "unit" / "circle").symlink_to(tmp_path / "unit")
    (tmp_path / "unit" / "outside.py").symlink_to(tmp_path / "secret.py")

    assert files(tmp_path / "unit") == ("a.py",)


def test_only_regular_files_are_files(tmp_path):
    """A named pipe, which would wait for ever, is none."""
    os.mkfifo(tmp_path / "pipe.py")

    assert files(tmp_path) == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_without_permission_is_told(tmp_path):
    """The rest is examined."""
    write(tmp_path, {"a.py": "", "closed/b.py": ""})
    (tmp_path / "closed").chmod(0)

    sources = Sources(str(tmp_path), str(tmp_path))

    assert sources.files == ("a.py",)
    assert sources.unreadable == {"closed": "Permission denied"}
    (tmp_path / "closed").chmod(0o700)


def test_file_that_vanishes_is_told(tmp_path):
    """It counts as empty, and as unreadable."""
    write(tmp_path, {"a.py": "x = 1\n", "b.py": "x = 1\n"})
    sources = Sources(str(tmp_path), str(tmp_path))
    assert sources.files == ("a.py", "b.py")
    (tmp_path / "b.py").unlink()

    modules = {module.path: module for module in sources.modules}

    assert modules["a.py"].tree is not None
    assert modules["b.py"].tree is None
    assert sources.unreadable == {"b.py": "No such file or directory"}


def test_folder_that_is_not_there_is_told(tmp_path):
    """Nothing raises for it."""
    sources = Sources(str(tmp_path / "gone"), str(tmp_path))

    assert sources.files == ()
    assert sources.unreadable == {"gone": "No such file or directory"}


def test_names_that_are_not_utf8_are_kept(tmp_path):
    """Such a file is read like any other."""
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("x = 1\n")

    (module,) = Sources(str(tmp_path), str(tmp_path)).modules

    assert os.fsencode(module.path) == b"caf\xe9.py"
    assert module.assignments


def test_nothing_is_read_unasked(tmp_path):
    """Files that are not Python stay closed until a check asks for them."""
    write(tmp_path, {"a.py": "", "dump.sql": "", ".env": "A=1\n"})
    sources = Sources(str(tmp_path), str(tmp_path))

    assert len(sources.modules) == 1
    assert sources.text(".env") == "A=1\n"
    assert sources.read == {"a.py", ".env"}


def test_deep_folders_need_no_recursion(tmp_path):
    """Hundreds of levels are walked."""
    deep = tmp_path.joinpath(*["d"] * 900)
    deep.mkdir(parents=True)
    (deep / "a.py").touch()

    assert len(files(tmp_path)) == 1


def test_paths_lead_from_unit_to_root_and_back(tmp_path):
    """A unit's own paths and the root's are told apart."""
    write(tmp_path, {"services/shop/.env": ""})
    sources = Sources(str(tmp_path / "services/shop"), str(tmp_path))

    assert sources.files == ("services/shop/.env",)
    assert sources.in_unit("services/shop/.env") == ".env"
    assert sources.from_unit(".env") == "services/shop/.env"
    assert sources.from_unit("../../compose.yaml") == "compose.yaml"
    assert sources.in_unit("compose.yaml") == "../../compose.yaml"


def test_what_was_parsed_can_be_let_go_of(tmp_path):
    """Whoever still holds the sources, or a module, keeps no tree alive with it."""
    write(tmp_path, {"a.py": "x = {}\n"})
    sources = Sources(str(tmp_path), str(tmp_path))
    (module,) = sources.modules
    assert module.dicts

    sources.forget()

    assert not module.is_parsed
    assert sources.module("a") is not module
