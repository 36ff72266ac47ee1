"""An env holds exactly what its unit declares. Everything here uses the real uv."""

from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.envs.preparing import Free, answer, found, prepare, request, run, store_of, unit_at
from tests.monorepo import make_monorepo, unit

if TYPE_CHECKING:
    from pathlib import Path

    from integrity.envs import Env

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PLUGIN = "import pytest\n\n@pytest.fixture\ndef answer():\n    return 42\n"
BILLING = """
[project.optional-dependencies]
numbers = ["six"]

[dependency-groups]
extra-tests = ["iniconfig<2"]

[project.scripts]
billing = "billing:main"

[tool.hatch.build.targets.wheel]
packages = ["src/billing"]
"""
FILES = {
    **unit("services/billing", dependencies=["shared"], more=BILLING),
    "services/billing/src/billing/__init__.py": "def main():\n    print('billed')\n",
    "services/billing/test_integrity.py": "def test_answer(answer):\n    assert answer == 42\n",
    **unit(
        "packages/shared",
        dependencies=["base>=1", "six; python_version < '3'"],
        more='[project.entry-points.pytest11]\nshared = "shared.plugin"\n',
    ),
    "packages/shared/src/shared/plugin.py": PLUGIN,
    **unit("packages/base", dependencies=["toml"]),
    **unit("packages/other"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return make_monorepo(tmp_path_factory.mktemp("isolation"), FILES)


@pytest.fixture(scope="module")
def billing(root) -> Env:
    return prepare(root, "services/billing")


@pytest.mark.parametrize("module", ["billing", "shared", "base", "toml", "pytest"])
def test_declared_can_be_imported(billing, module):
    """The unit itself, a sibling, a sibling's sibling, a sibling's third-party package and pytest are there."""
    assert answer(billing, f"import {module}; print({module}.__name__)") == module


@pytest.mark.parametrize("module", ["six", "other", "click", "nox", "xdist"])
def test_undeclared_can_not_be_imported(billing, module):
    """What only an extra, a false marker, another unit or the tool itself asks for is not there."""
    done = run(billing, f"import {module}")

    assert "ModuleNotFoundError" in done.stderr


def test_user_site_does_not_leak(billing, tmp_path):
    """A package in the user's own site-packages is not seen."""
    version = ".".join(billing.version.split(".")[:2])
    site = tmp_path / "lib" / f"python{version}" / "site-packages"
    site.mkdir(parents=True)
    (site / "leaked.py").touch()

    assert "ModuleNotFoundError" in run(billing, "import leaked", PYTHONUSERBASE=str(tmp_path)).stderr


def test_extra_brings_its_packages(root):
    """An extra that is asked for is installed."""
    env = prepare(root, "services/billing", extras=("numbers",))

    assert env.packages["six"]
    assert answer(env, "import six; print(six.__name__)") == "six"


def test_group_brings_its_packages(root):
    """A dependency group that is asked for is installed, with its bounds."""
    env = prepare(root, "services/billing", groups=("extra-tests",))

    assert env.packages["iniconfig"].startswith("1.")


def test_workers_bring_xdist(root):
    """Workers need pytest-xdist, which is installed then and only then."""
    assert "pytest-xdist" in prepare(root, "packages/other", workers=True).packages


def test_metadata_of_first_party_is_real(billing):
    """importlib.metadata knows version, requirements and origin of the unit and its siblings."""
    code = "from importlib.metadata import version, requires; print(version('billing'), requires('shared')[0])"

    assert answer(billing, code) == "1.0 base>=1"


def test_console_script_of_unit_runs(billing):
    """A `[project.scripts]` entry is a program in the env."""
    done = subprocess.run([str(billing.directory / "bin" / "billing")], capture_output=True, text=True, check=True)

    assert done.stdout == "billed\n"


@pytest.mark.parametrize("command", [("python", "-m", "pytest"), ("pytest",)])
def test_pytest_works_by_hand(billing, root, command):
    """Both spellings run the unit's tests, with the pytest plugin that a sibling declares."""
    program = [str(billing.directory / "bin" / command[0]), *command[1:], "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(program, cwd=root / "services/billing", capture_output=True, text=True, check=False)

    assert "1 passed" in done.stdout, done.stdout


def test_source_edit_is_seen_at_once(billing, root):
    """Nothing has to be built again for an edit of a sibling."""
    (root / "packages/base/src/base/__init__.py").write_text("EDITED = True\n", encoding="utf-8")

    assert answer(billing, "import base; print(base.EDITED)") == "True"


def test_equal_closures_share_a_layer(root):
    """Units with the same third-party packages have the same layer, and other units another."""
    monorepo = found(root)

    async def prepare_all() -> list[Env]:
        store = store_of(monorepo)
        paths = ("packages/shared", "packages/base", "packages/other")
        return await asyncio.gather(*(store.prepare(request(unit_at(monorepo, path)), Free) for path in paths))

    shared, base, other = asyncio.run(prepare_all())

    assert shared.layer == base.layer != other.layer


def test_second_run_starts_no_process(root, billing):
    """When nothing changed an env is verified without uv: here there is none."""
    monorepo = found(root)
    store = store_of(monorepo)
    store._layers._uv.binary = store._resolver._uv.binary = root / "no-uv"

    again = asyncio.run(store.prepare(request(unit_at(monorepo, "services/billing")), Free))

    assert again == billing
