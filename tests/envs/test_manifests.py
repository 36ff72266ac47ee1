"""Envs of units of every kind of manifest. Everything here uses the real uv."""

from __future__ import annotations

import asyncio
import os
import subprocess
import zipfile

import pytest

from integrity.discover import Globs, discover
from integrity.envs.env import Allowance
from integrity.envs.interpreter import Interpreters
from integrity.envs.uv_settings import UvSettings
from integrity.errors import UnitFault
from integrity.model.outcome import ErrorKind
from integrity.system.environment import tool_environment
from integrity.system.uv import Uv
from tests.envs.preparing import Free, answer, found, prepare, request, store_of, unit_at
from tests.monorepo import make_monorepo, pep621, unit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

HANGING = "import time\nfrom setuptools import setup\n\nprint('waiting for a license', flush=True)\ntime.sleep(600)\nsetup()\n"
SETUP = "from setuptools import setup\n\nsetup(name='old', version='1.' + '5', packages=['old'], install_requires=['shared', 'six'])\n"
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


def test_setup_py_is_built_and_its_siblings_found(tmp_path):
    """A unit that only setup.py describes is built once; its computed requirements lead to siblings too."""
    files = {**unit("packages/shared"), "packages/old/setup.py": SETUP, "packages/old/old/__init__.py": ""}
    root = make_monorepo(tmp_path, files)

    env = prepare(root, "packages/old")

    assert (
        answer(env, "import old, shared, six; from importlib.metadata import version; print(version('old'))") == "1.5"
    )
    assert sorted(path.name for path in (root / "packages/old").iterdir()) == ["old", "setup.py"]


def test_build_is_reused_until_a_manifest_changes(tmp_path):
    """An edit of the source builds nothing; an edit of setup.py builds again."""
    files = {"packages/old/setup.py": SETUP.replace("'shared', ", ""), "packages/old/old/__init__.py": ""}
    root = make_monorepo(tmp_path, files)
    prepare(root, "packages/old")
    builds = root / ".integrity/builds/v1"
    before = {path.name for path in builds.iterdir()}
    (root / "packages/old/old/__init__.py").write_text("EDITED = 1\n", encoding="utf-8")

    env = prepare(root, "packages/old")
    assert {path.name for path in builds.iterdir()} == before
    assert answer(env, "import old; print(old.EDITED)") == "1"

    (root / "packages/old/setup.py").write_text(SETUP.replace("'shared', ", "").replace("'5'", "'6'"), encoding="utf-8")
    assert (
        answer(prepare(root, "packages/old"), "from importlib.metadata import version; print(version('old'))") == "1.6"
    )


def test_hanging_build_hook_is_ended_at_its_deadline(tmp_path):
    """A build that waits for ever is the unit's error, and nothing of it goes on running."""
    root = make_monorepo(
        tmp_path,
        {"packages/slow/setup.py": HANGING, "packages/slow/pyproject.toml": SETUPTOOLS, "packages/slow/slow.py": ""},
    )

    with pytest.raises(UnitFault) as caught:
        prepare(root, "packages/slow", timeout_s=6)

    assert caught.value.error.kind is ErrorKind.ENV
    assert "packages/slow did not end within 6 s" in caught.value.message
    running = subprocess.run(["pgrep", "-f", str(root)], capture_output=True, text=True, check=False)
    assert running.stdout == ""


def test_failing_build_shows_its_output(tmp_path):
    """What a build hook prints before it fails is in the detail."""
    setup = "from setuptools import setup\nprint('no compiler for this')\nraise SystemExit(3)\nsetup(name='bad')\n"
    root = make_monorepo(tmp_path, {"packages/bad/setup.py": setup})

    with pytest.raises(UnitFault) as caught:
        prepare(root, "packages/bad")

    assert "packages/bad could not be built" in caught.value.message
    assert "no compiler for this" in caught.value.error.detail


def test_version_in_a_file_needs_no_build(tmp_path):
    """A dynamic version that the manifest says is in a source file is read from there."""
    manifest = pep621("counted").replace('version = "1.0"', 'dynamic = ["version"]')
    manifest += '\n[tool.hatch.version]\npath = "src/counted/__init__.py"\n'
    source = '__version__ = "2.5"\n'
    root = make_monorepo(
        tmp_path, {"packages/counted/pyproject.toml": manifest, "packages/counted/src/counted/__init__.py": source}
    )

    env = prepare(root, "packages/counted")

    assert answer(env, "from importlib.metadata import version; print(version('counted'))") == "2.5"
    assert not (root / ".integrity/builds").exists()


def test_poetry_unit(tmp_path):
    """Poetry's tables give requirements, siblings by path, and scripts."""
    manifest = """
        [tool.poetry]
        name = "poet"
        version = "0.3.0"
        packages = [{ include = "poet", from = "src" }]

        [tool.poetry.dependencies]
        python = "^3.9"
        six = "^1.15"
        shared = { path = "../../packages/shared", develop = true }

        [tool.poetry.scripts]
        recite = "poet:recite"

        [build-system]
        requires = ["poetry-core"]
        build-backend = "poetry.core.masonry.api"
    """
    source = "def recite():\n    print('verse')\n"
    root = make_monorepo(
        tmp_path,
        {
            **unit("packages/shared"),
            "packages/poet/pyproject.toml": manifest,
            "packages/poet/src/poet/__init__.py": source,
        },
    )

    env = prepare(root, "packages/poet")

    assert (
        answer(env, "import poet, six, shared; from importlib.metadata import version; print(version('poet'))")
        == "0.3.0"
    )
    assert (
        subprocess.run([env.directory / "bin/recite"], capture_output=True, text=True, check=True).stdout == "verse\n"
    )


def test_requirements_folder(tmp_path):
    """A folder with only requirements.txt runs from where it lies, with its constraints file."""
    files = {
        "services/web/requirements.txt": "-c constraints.txt\nsix  # for numbers\n",
        "services/web/constraints.txt": "six==1.16.0\n",
        "services/web/web.py": "",
    }
    root = make_monorepo(tmp_path, files)

    env = prepare(root, "services/web")

    assert env.packages["six"] == "1.16.0"
    assert answer(env, "import web; print(web.__name__)") == "web"


def test_sibling_never_comes_from_an_index(tmp_path):
    """A unit with the name of a public package is the one in the tree, also where a third-party package asks for it."""
    files = {**unit("packages/iniconfig"), **unit("packages/user")}
    files["packages/iniconfig/src/iniconfig/__init__.py"] = "HERE = True\n"
    root = make_monorepo(tmp_path, files)

    env = prepare(root, "packages/user")

    assert "iniconfig" not in env.packages
    assert answer(env, "import iniconfig; print(iniconfig.HERE)") == "True"


def test_name_of_a_unit_with_a_broken_manifest_is_not_looked_up_elsewhere(tmp_path):
    """A requirement that may be a unit whose manifest can't be read is an error, not a public package of that name."""
    files = {**unit("packages/user", dependencies=["six"]), **unit("packages/six")}
    files["packages/six/pyproject.toml"] = "[project\n"
    root = make_monorepo(tmp_path, files)

    with pytest.raises(UnitFault) as caught:
        prepare(root, "packages/user")

    assert "packages/six" in caught.value.message


def test_locked_versions_are_used(tmp_path):
    """What uv.lock holds is what the env gets, and pytest is added to it."""
    root = workspace(tmp_path)

    env = prepare(root, "packages/one")

    assert env.packages["six"] == "1.15.0"
    assert "pytest" in env.packages


def test_stale_lock_is_refused(tmp_path):
    """A lock that does not fit the manifests is an error that says what to do."""
    root = workspace(tmp_path)
    manifest = root / "packages/one/pyproject.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"six",', '"six", "toml",'), encoding="utf-8")

    with pytest.raises(UnitFault) as caught:
        prepare(root, "packages/one")

    assert "uv.lock is out of date" in caught.value.message
    assert "uv lock" in caught.value.hint


@pytest.mark.parametrize("is_locked", [False, True])
def test_path_source_of_a_third_party_package(tmp_path, is_locked):
    """`[tool.uv.sources]` of a package that is no unit is obeyed, with and without a lock, and an edit of it is seen."""
    vendored = pep621("vendored")
    files = {
        **unit(
            "packages/one",
            dependencies=["vendored"],
            more='[tool.uv.sources]\nvendored = { path = "../../vendor/vendored" }\n',
        ),
        "vendor/vendored/pyproject.toml": vendored,
        "vendor/vendored/src/vendored/__init__.py": "EDITED = False\n",
    }
    root = make_monorepo(tmp_path, files)
    if is_locked:
        make_lock(root / "packages/one")

    env = prepare(root, "packages/one")
    assert answer(env, "import vendored; print(vendored.EDITED)") == "False"

    (root / "vendor/vendored/src/vendored/__init__.py").write_text("EDITED = 'yes'\n", encoding="utf-8")
    assert answer(prepare(root, "packages/one"), "import vendored; print(vendored.EDITED)") == "yes"


def test_python_that_is_not_there(tmp_path):
    """A Python that nobody has is an error that names those that are there."""
    root = make_monorepo(tmp_path, unit("packages/one"))
    monorepo = found(root)
    store = store_of(monorepo, environment={**os.environ, "UV_PYTHON_DOWNLOADS": "never"})

    with pytest.raises(UnitFault) as caught:
        asyncio.run(store.prepare(request(unit_at(monorepo, "packages/one"), python="3.77"), Free))

    assert "needs Python 3.77" in caught.value.message
    assert "3.11" in caught.value.message


@pytest.mark.parametrize("minor", ["3.9", "3.12"])
def test_explicit_python(tmp_path, minor):
    """The Python that is asked for is the one that runs."""
    uv = Uv(tool_environment(os.environ))
    versions = Interpreters(uv, UvSettings({}), tmp_path / "known", tmp_path)
    allowance = Allowance(slot=Free, timeout_s=60)
    if asyncio.run(versions.find(minor, allowance)) is None:
        pytest.skip(f"no Python {minor} here")
    manifest = pep621("one").replace(">=3.11", ">=3.9")
    root = make_monorepo(tmp_path, {"packages/one/pyproject.toml": manifest, "packages/one/src/one/__init__.py": ""})

    env = prepare(root, "packages/one", python=minor)

    assert env.version.startswith(f"{minor}.")
    assert answer(env, "import one, pytest, sys; print('%d.%d' % sys.version_info[:2])") == minor


def workspace(folder):
    """A uv workspace with a lock that holds an old six."""
    member = unit("packages/one", dependencies=["six"])
    root = make_monorepo(
        folder,
        {
            **member,
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n\n[tool.uv]\nconstraint-dependencies = ["six==1.15.0"]\n',
        },
    )
    make_lock(root)
    return root


def make_lock(folder):
    """What `uv lock` makes there."""
    uv = Uv(tool_environment(os.environ))
    subprocess.run([uv.binary, "lock", "--quiet"], cwd=folder, env=uv.environment, check=True)


def test_named_index_of_a_third_party_package(tmp_path):
    """A package that `[tool.uv.sources]` ties to an index comes from there, and from nowhere else."""
    wheel = tmp_path / "wheels" / "six-77.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("six.py", "OURS = True\n")
        archive.writestr("six-77.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: 77.0\n")
        archive.writestr("six-77.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("six-77.0.dist-info/RECORD", "six.py,,\n")
    settings = f"""
        [tool.uv.sources]
        six = {{ index = "ours" }}

        [[tool.uv.index]]
        name = "ours"
        url = "{wheel.parent.as_uri()}"
        format = "flat"
        explicit = true
    """
    root = make_monorepo(tmp_path, unit("packages/one", dependencies=["six"], more=settings))

    env = prepare(root, "packages/one")

    assert answer(env, "import six; print(six.OURS)") == "True"


def test_built_unit_finds_the_sibling_that_its_sources_name(tmp_path):
    """Where two units share a name, what the unit's sources say holds for the metadata that its build gives, too."""
    built = pep621(
        "app",
        dependencies=["shared"],
        more="[tool.hatch.build.targets.wheel.sources]\n'src/app' = 'app'\n[tool.uv.sources]\nshared = { path = '../../one/shared' }\n",
    )
    root = make_monorepo(
        tmp_path,
        {
            "pyproject.toml": "",
            **unit("packages/app"),
            "packages/app/pyproject.toml": built,
            **unit("one/shared"),
            "one/shared/src/shared/__init__.py": "PLACE = 'one'\n",
            **unit("two/shared"),
        },
    )
    monorepo = discover(root, Globs(packages=("packages/*", "one/*", "two/*")))

    env = asyncio.run(store_of(monorepo).prepare(request(unit_at(monorepo, "packages/app")), Free))

    assert answer(env, "import app, shared; print(shared.PLACE)") == "one"
