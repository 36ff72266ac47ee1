"""A unit's pytest takes the unit's own configuration, and no other."""

import os
from pathlib import Path

import pytest

from integrity.envs import Env
from integrity.execute.command import has_own_configuration, pytest_command

ENV = Env(directory=Path("/env"), python=Path("/env/bin/python"), version="3.11.7", layer="l", packages={})
CACHE = Path("/scratch/cache")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", ""),
        ("pytest.toml", ""),
        (".pytest.ini", ""),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'\n"),
        ("pyproject.toml", "[tool.pytest]\naddopts = ['-q']\n"),
        ("tox.ini", "[pytest]\n"),
        ("setup.cfg", "[tool:pytest]\n"),
    ],
)
def test_own_configuration_is_left_alone(tmp_path, name, text):
    """Where the unit has a configuration, pytest finds it itself."""
    (tmp_path / name).write_text(text)

    assert has_own_configuration(tmp_path)
    assert "-c" not in pytest_command(ENV, tmp_path, "test_integrity.py", CACHE, ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project]\nname = 'x'\n"),
        ("pyproject.toml", "[broken"),
        ("tox.ini", "[tox]\n"),
        ("setup.cfg", "[metadata]\n"),
    ],
)
def test_without_one_pytest_gets_an_empty_one(tmp_path, name, text):
    """Else pytest would walk up and take the monorepo's."""
    (tmp_path / name).write_text(text)

    command = pytest_command(ENV, tmp_path, "test_integrity.py", CACHE, ("-k", "plans"))

    assert command[command.index("-c") + 1] == "/env/pytest.ini"
    assert command[-3:] == ("test_integrity.py", "-k", "plans")


def test_cache_is_the_attempts_own(tmp_path):
    """What an earlier run left can't choose the tests of this one."""
    assert f"cache_dir={CACHE}" in pytest_command(ENV, tmp_path, "test_integrity.py", CACHE, ())


def test_configuration_that_is_no_file_is_not_opened(tmp_path):
    """A FIFO would hold up the whole run."""
    os.mkfifo(tmp_path / "tox.ini")
    os.mkfifo(tmp_path / "pyproject.toml")

    assert not has_own_configuration(tmp_path)
