"""What was kept is never believed once what it was made from has changed. Everything here uses the real uv."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess

import pytest

from integrity.errors import UnitFault
from integrity.system.environment import tool_environment
from integrity.system.uv import Uv
from tests.envs.preparing import Free, answer, found, prepare, request, run, store_of, unit_at
from tests.monorepo import make_monorepo, pep621, unit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SETUP = {
    "packages/old/setup.cfg": "[metadata]\nname = old\nversion = attr: old.__version__\n[options]\npackages = find:\n",
    "packages/old/setup.py": "from setuptools import setup\n\nsetup()\n",
    "packages/old/old/__init__.py": "__version__ = '1.0'\n",
}
SIX = "import six; print(six.__version__)"


def rewritten(root, text) -> None:
    """Every document that the tool keeps, as another release may have left it."""
    for document in (root / ".integrity").rglob("*.json"):
        if "site-packages" not in document.parts:
            document.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("text", ["{}", "[]", '{"format": 1, "lines": 5, "packages": {}, "interpreter": {}}'])
def test_documents_of_another_release_are_as_good_as_absent(tmp_path, text):
    """Fields that lack, or mean something else, end no run."""
    root = make_monorepo(tmp_path, {**unit("packages/one", dependencies=["six", "old"]), **SETUP})
    before = prepare(root, "packages/one")
    rewritten(root, text)

    assert prepare(root, "packages/one") == before
    assert answer(before, "import six, old; print(old.__version__)") == "1.0"


def test_moved_and_copied_repositories_use_their_own_source(tmp_path):
    """Also where a build named the source by its whole path."""
    first = make_monorepo(tmp_path / "first", {**unit("packages/one", dependencies=["old"]), **SETUP})
    prepare(first, "packages/one")
    second = tmp_path / "second place"
    subprocess.run(["cp", "-a", first, second], check=True)

    env = prepare(second, "packages/one")

    assert answer(env, "import old; print(old.__file__)").startswith(f"{second}/")
    first.rename(tmp_path / "third")
    assert str(tmp_path / "third") in answer(
        prepare(tmp_path / "third", "packages/one"), "import old; print(old.__file__)"
    )


def test_built_unit_follows_its_version_and_its_packages(tmp_path):
    """Both stand outside of its manifests."""
    root = make_monorepo(tmp_path, SETUP)
    version = "import importlib.metadata as m; print(m.version('old'))"
    assert answer(prepare(root, "packages/old"), version) == "1.0"

    make_monorepo(root, {"packages/old/old/__init__.py": "__version__ = '2.0'\n", "packages/old/more/__init__.py": ""})
    env = prepare(root, "packages/old")

    assert answer(env, version) == "2.0"
    assert answer(env, "import more; print(more.__name__)") == "more"


def test_damaged_build_is_made_again(tmp_path):
    """A build that lost its files is not taken for one without metadata."""
    root = make_monorepo(tmp_path, SETUP)
    prepare(root, "packages/old")
    for built in (root / ".integrity/builds/v1").glob("*/site"):
        shutil.rmtree(built)

    assert answer(prepare(root, "packages/old"), "import old; print(old.__version__)") == "1.0"


def test_damaged_copy_of_what_runs_inside_is_made_again(tmp_path):
    """A file that somebody deleted there would end every unit's tests."""
    root = make_monorepo(tmp_path, unit("packages/one"))
    prepare(root, "packages/one")
    for module in (root / ".integrity/inside").rglob("plugin.py"):
        module.unlink()

    assert answer(prepare(root, "packages/one"), "import integrity.inside.plugin as p; print(p.__name__)")


def test_package_installed_by_hand_is_gone(tmp_path):
    """An env holds what is declared, whatever was put into it since."""
    root = make_monorepo(tmp_path, unit("packages/one"))
    env = prepare(root, "packages/one")
    site = next(env.directory.glob("lib/*/site-packages"))
    (site / "undeclared.py").touch()

    assert "ModuleNotFoundError" in run(prepare(root, "packages/one"), "import undeclared").stderr


def test_file_that_a_setting_names_is_part_of_the_settings(tmp_path):
    """Constraints may change while the variable that names them stays."""
    constraints = tmp_path / "constraints.txt"
    monorepo = found(make_monorepo(tmp_path / "root", unit("packages/one", dependencies=["six"])))
    environment = {**os.environ, "UV_CONSTRAINT": str(constraints)}
    versions = []
    for version in ("1.15.0", "1.14.0"):
        constraints.write_text(f"six=={version}\n", encoding="utf-8")
        store = store_of(monorepo, environment=environment)
        env = asyncio.run(store.prepare(request(unit_at(monorepo, "packages/one")), Free))
        versions.append(answer(env, SIX))

    assert versions == ["1.15.0", "1.14.0"]


def test_lock_speaks_for_the_siblings_that_it_takes_from_folders(tmp_path):
    """A sibling that lost a dependency makes the lock out of date."""
    sources = '[tool.uv.sources]\nlib = { path = "../../packages/lib", editable = true }\n'
    files = {**unit("services/app", dependencies=["lib"], more=sources), **unit("packages/lib", dependencies=["six"])}
    root = make_monorepo(tmp_path, files)
    uv = Uv(tool_environment(os.environ))
    subprocess.run([uv.binary, "lock", "--quiet"], cwd=root / "services/app", env=uv.environment, check=True)
    prepare(root, "services/app")

    make_monorepo(root, {"packages/lib/pyproject.toml": pep621("lib")})

    with pytest.raises(UnitFault, match="out of date"):
        prepare(root, "services/app")
