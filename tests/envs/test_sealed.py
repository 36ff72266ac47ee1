"""A finished folder that is not as it was is not used."""

from __future__ import annotations

import os

import pytest

from integrity.envs.sealed import contents_of, is_whole


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site" / "package" / "__pycache__").mkdir(parents=True)
    (tmp_path / "site" / "package" / "module.py").write_text("A = 1\n", encoding="utf-8")
    (tmp_path / "site" / "package" / "link").symlink_to("module.py")
    return tmp_path


def test_folder_as_it_was_is_whole(folder):
    """Bytecode comes and goes, and packages may keep files of their own beside their code."""
    contents = contents_of(folder)
    (folder / "site" / "package" / "__pycache__" / "module.pyc").touch()
    (folder / "site" / "__pycache__").mkdir()
    (folder / "site" / "package" / "grammar.pickle").touch()

    assert is_whole(folder, contents, "site")


@pytest.mark.parametrize("damage", ["edited", "older", "gone", "link", "added", "all"])
def test_damage_is_seen(folder, damage):
    """A file that was edited, also to the same length, or lost; a link that leads elsewhere; a package that was added."""
    contents = contents_of(folder)
    module = folder / "site" / "package" / "module.py"
    if damage == "edited":
        module.write_text("A = 12\n", encoding="utf-8")
    elif damage == "older":
        os.utime(module, (1, 1))
    elif damage == "gone":
        module.unlink()
    elif damage == "link":
        (folder / "site" / "package" / "link").unlink()
        (folder / "site" / "package" / "link").symlink_to("other.py")
    elif damage == "added":
        (folder / "site" / "intruder").mkdir()
    else:
        (folder / "site").rename(folder / "moved")

    assert not is_whole(folder, contents, "site")
