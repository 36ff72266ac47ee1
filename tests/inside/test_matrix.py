"""The plugin in real envs: every supported Python and pytest, alone in its folder, with the plugins that units use."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.inside.recording import ROOT, record
from tests.inside.zoo import EXPECTED, SOURCE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Env:
    """An env with one Python and one pytest, and a copy of what enters a unit's env."""

    python: str
    package: Path


@pytest.fixture(
    scope="module",
    params=[
        ("3.9", "pytest==7.0.1", "pytest-xdist==2.5.0"),
        ("3.10", "pytest==7.4.*", "pytest-xdist"),
        ("3.11", "pytest==8.0.*", "pytest-xdist"),
        ("3.12", "pytest==8.4.*", "pytest-xdist"),
        ("3.13", "pytest>=9", "pytest-xdist"),
    ],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def env(request, tmp_path_factory) -> Env:
    """One env of the matrix."""
    version, *packages = request.param
    return make_env(tmp_path_factory.mktemp("env"), version, *packages)


def make_env(folder: Path, version: str, *packages: str) -> Env:
    """Build an env; skip where this machine has no such Python."""
    interpreter = find_python(version)
    if interpreter is None:
        pytest.skip(f"no Python {version} on this machine")
    python = str(folder / "env" / "bin" / "python")
    subprocess.run([find_uv_bin(), "venv", "-q", "-p", interpreter, str(folder / "env")], check=True)
    subprocess.run([find_uv_bin(), "pip", "install", "-q", "-p", python, *packages], check=True)
    inside = folder / "site" / "integrity"
    shutil.copytree(ROOT / "integrity" / "inside", inside / "inside", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "integrity" / "__init__.py", inside)
    return Env(python, inside.parent)


def find_python(version: str) -> str | None:
    """What uv finds on this machine, or else pyenv's."""
    command = [find_uv_bin(), "python", "find", "--no-python-downloads", "--system", version]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    folders = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(folders[-1]) if folders else None


@pytest.mark.parametrize("options", [(), ("-n2",), ("-p", "no:terminal")], ids=["plain", "xdist", "no terminal"])
def test_zoo_everywhere(env, options, tmp_path):
    """Each test of the zoo ends as it does in the newest pytest, with a place and the message."""
    files = {"pytest.ini": "[pytest]\nfilterwarnings = error::DeprecationWarning\n", "test_unit.py": SOURCE}

    recording = record(tmp_path / "unit", files, "--doctest-modules", *options, python=env.python, package=env.package)

    ends = {name.removesuffix(".py"): end for name, end in recording.ends.items()}
    assert {name: end["outcome"] for name, end in ends.items()} == {name: end.outcome for name, end in EXPECTED.items()}
    assert len(recording.planned) == len(recording.of("test-start")) == len(recording.of("test-end")) == len(EXPECTED)
    assert recording.one("session-end")["exit"] == recording.status == 1
    assert recording.malformed == 0
    assert not recording.of("note")
    for name, expected in EXPECTED.items():
        if "no:terminal" not in options:  # several versions of pytest can't compare values without their terminal
            assert expected.message in ends[name]["message"]
        assert ends[name]["path"] == str(tmp_path / "unit" / "test_unit.py")
        assert ends[name]["line"] > 0


@pytest.mark.parametrize("options", [(), ("-n1",)], ids=["plain", "xdist"])
@pytest.mark.parametrize(
    "files",
    [
        {"test_import.py": "import os\nimport no_such_module\n", "test_syntax.py": "\ndef test(:\n"},
        {"deep/conftest.py": "\nraise ValueError('conftest')\n", "deep/test_deep.py": "def test_deep(): pass\n"},
    ],
    ids=["tests", "conftest"],
)
def test_broken_files_everywhere(env, files, options, tmp_path):
    """Broken test files, and the conftest of a subfolder, are told with their line."""
    files = {"pytest.ini": "[pytest]\n", "test_fine.py": "def test_fine(): pass\n", **files}

    recording = record(tmp_path / "unit", files, *options, python=env.python, package=env.package)

    places = {(event["path"].rpartition("unit/")[2], event["line"]) for event in recording.of("collect-error")}
    assert places == {(name, 2) for name in files if name in {"test_import.py", "test_syntax.py", "deep/conftest.py"}}
    assert recording.status != 0


def test_broken_conftest_everywhere(env, tmp_path):
    """A conftest that can't be imported ends pytest before its session, and is told."""
    files = {
        "pytest.ini": "[pytest]\n",
        "conftest.py": "\nimport no_such_module\n",
        "test_a.py": "def test_a(): pass\n",
    }

    recording = record(tmp_path / "unit", files, python=env.python, package=env.package)

    error = recording.one("collect-error")
    assert (error["path"], error["line"]) == (str(tmp_path / "unit" / "conftest.py"), 2)
    assert "No module named 'no_such_module'" in error["message"]
    assert recording.status == 4


def test_dead_worker_everywhere(env, tmp_path):
    """A test that kills its xdist worker has failed."""
    files = {
        "pytest.ini": "[pytest]\n",
        "test_a.py": "import os\ndef test_dies(): os._exit(1)\ndef test_lives(): pass\n",
    }

    recording = record(tmp_path / "unit", files, "-n1", python=env.python, package=env.package)

    assert {name: end["outcome"] for name, end in recording.ends.items()} == {
        "test_dies": "failed",
        "test_lives": "passed",
    }


@pytest.fixture(scope="module")
def plugins(tmp_path_factory) -> Env:
    """An env with plugins that change how tests run."""
    packages = (
        "pytest",
        "pytest-django",
        "django",
        "pytest-rerunfailures",
        "pytest-xdist",
        "pytest-cov",
        "pytest-asyncio",
    )
    return make_env(tmp_path_factory.mktemp("plugins"), "3.12", *packages)


@pytest.mark.parametrize("options", [(), ("-n1",)], ids=["plain", "xdist"])
def test_reruns(plugins, options, tmp_path):
    """With pytest-rerunfailures the last try counts, its parts too, and each test ends once."""
    test = """
from pathlib import Path

def tries(name):
    with Path(name).open("a") as file:
        file.write("x")
    return Path(name).stat().st_size

def test_mended():
    assert tries("test") == 3

def test_parts(subtests):
    number = tries("parts")
    with subtests.test("part"):
        assert number == 2

def test_lost():
    assert 0
"""
    files = {"pytest.ini": "[pytest]\naddopts = --reruns 3 --cov --cov-report=\n", "test_a.py": test}

    recording = record(tmp_path / "unit", files, *options, python=plugins.python, package=plugins.package)

    ends = [(event["id"].rpartition("::")[2], event["outcome"]) for event in recording.of("test-end")]
    assert ends == [("test_mended", "passed"), ("test_parts", "passed"), ("test_lost", "failed")]
    assert recording.one("session-end")["exit"] == recording.status == 1


@pytest.mark.parametrize("options", [(), ("-n1",)], ids=["plain", "xdist"])
def test_mended_unit_is_green(plugins, options, tmp_path):
    """Where retries mend all, status, stream and results agree."""
    test = """
from pathlib import Path

def test_mended():
    if not Path("once").exists():
        Path("once").touch()
        assert 0
"""
    files = {"pytest.ini": "[pytest]\naddopts = --reruns 1\n", "test_a.py": test}

    recording = record(tmp_path / "unit", files, *options, python=plugins.python, package=plugins.package)

    assert recording.ends["test_mended"]["outcome"] == "passed"
    assert recording.one("session-end")["exit"] == recording.status == 0


def test_rerun_after_a_dead_worker(plugins, tmp_path):
    """A test that killed its worker and passes on the next one has passed."""
    test = "import os\nfrom pathlib import Path\ndef test_dies():\n    if not Path('once').exists():\n        Path('once').touch()\n        os._exit(1)\n"
    files = {"pytest.ini": "[pytest]\n", "test_a.py": test}

    recording = record(tmp_path / "unit", files, "-n1", "--reruns=2", python=plugins.python, package=plugins.package)

    assert recording.ends["test_dies"]["outcome"] == ("passed" if recording.status == 0 else "failed")
    assert len(recording.of("test-end")) == 1


@pytest.mark.parametrize(
    ("settings", "outcome"),
    [
        (
            "SECRET_KEY = 'x'\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n",
            "passed",
        ),
        ("raise ValueError('settings')\n", None),
    ],
)
def test_django(plugins, settings, outcome, tmp_path):
    """Database tests of pytest-django are told; settings that break pytest's start are too."""
    test = "import pytest\n@pytest.mark.django_db\ndef test_db():\n    from django.db import connection\n    connection.ensure_connection()\n"
    files = {
        "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = conf\npythonpath = .\n",
        "conf.py": settings,
        "test_a.py": test,
    }

    recording = record(tmp_path / "unit", files, python=plugins.python, package=plugins.package)

    if outcome is None:
        (error,) = recording.of("collect-error") + recording.of("internal-error")
        assert "settings" in error["text"]
        assert recording.status != 0
    else:
        assert recording.ends["test_db"]["outcome"] == outcome, recording.output
        assert recording.status == 0
