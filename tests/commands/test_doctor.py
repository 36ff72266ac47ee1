"""What `doctor` finds, and what it advises."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from integrity.commands import doctor
from integrity.errors import ExitCode
from integrity.system.process import Completed
from tests.monorepo import make_monorepo, unit

PYTHONS = [{"version": "3.11.7", "variant": "default"}, {"version": "3.13.0", "variant": "freethreaded"}]


def answers(pythons=PYTHONS):
    """A machine on which every program answers."""

    def ask(command, environment):
        assert "PYTHONPATH" not in environment
        text = json.dumps(pythons) if "list" in command else "9.9"
        return Completed(status=0, stdout=f"{text}\n", stderr="")

    return ask


def silence(command, environment):
    """A machine on which no program can be started."""


def diagnosed(root, ask=None, **environ):
    """The diagnosis of a root, with no engine and nothing of this machine's own environment but its PATH."""
    return doctor.run(
        root,
        {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix:///nowhere", "PYTHONPATH": "/x", **environ},
        ask=ask or answers(),
    )


def item(diagnosis, name, state=None):
    """The first item of a name (and state)."""
    return next(item for item in diagnosis.items if item.name == name and state in {None, item.state})


@pytest.fixture
def root(tmp_path):
    """A healthy monorepo of one unit."""
    return make_monorepo(tmp_path / "root", unit("services/a"))


def test_healthy_machine_has_nothing_to_mend(root):
    """Where everything is in order, each item is ok, nothing is advised and the exit code is 0."""
    diagnosis = diagnosed(root)

    assert {item.state.value for item in diagnosis.items if item.name not in {"disk", "temporary"}} == {"ok"}
    assert diagnosis.exit_code == ExitCode.PASSED
    assert f"ok    configuration     {root} (the defaults), 1 unit\n" in diagnosis.text()
    assert item(diagnosis, "uv").message.startswith("9.9 (")


def test_diagnosis_changes_nothing(root):
    """Looking leaves no file behind, in the root or in the results."""
    before = sorted(root.rglob("*"))

    diagnosed(root)

    assert sorted(root.rglob("*")) == before


def test_programs_that_do_not_answer_are_told(root):
    """Without uv nothing runs; without git runs only know less."""
    diagnosis = diagnosed(root, silence)

    assert item(diagnosis, "uv").state is doctor.State.FAIL
    assert item(diagnosis, "git").state is doctor.State.WARN
    assert diagnosis.exit_code == ExitCode.ERROR
    assert "→ pip install" in diagnosis.text()


def test_git_that_is_absent_is_told(root):
    """A PATH without git is a warning with an advice."""
    found = item(diagnosed(root, PATH="/nowhere"), "git")

    assert (found.state, found.message) == (doctor.State.WARN, "there is no git on PATH")
    assert "Install git" in found.advice


def test_wrong_configuration_of_the_root_is_listed(root):
    """Every error of the root's configuration is shown with its place, on a line of its own."""
    make_monorepo(root, {"integrity.toml": "job = 1\nretries = -1\n"})

    text = diagnosed(root).text()

    assert "fail  configuration     integrity.toml:1: unknown key" in text
    assert "\n                        integrity.toml:2: retries has to be" in text


def test_wrong_variable_is_a_configuration_error(root):
    """A misspelt INTEGRITY_ variable is found before a run."""
    assert "Did you mean 'INTEGRITY_JOBS'" in item(diagnosed(root, INTEGRITY_JOBB="1"), "configuration").message


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"services/b/pyproject.toml": '[project]\nname = "b"\n[tool.integrity]\ntimeot = 1\n'},
            "services/b/pyproject.toml:4: unknown key",
        ),
        (
            {"services/b/pyproject.toml": '[project]\nname = "b"\n[tool.integrity]\nenv-file = [".env"]\n'},
            "services/b/.env does not exist",
        ),
        ({"services/b/pyproject.toml": "[project\n"}, "services/b"),
    ],
    ids=["key", "env-file", "manifest"],
)
def test_trouble_of_a_unit_is_listed_beside_the_others(root, files, words):
    """A unit's broken table, env file or manifest fails, and names the unit; the others are still looked at."""
    make_monorepo(root, files)

    found = item(diagnosed(root), "configuration")

    assert found.state is doctor.State.FAIL
    assert words in found.message


def test_repository_without_units_is_told(tmp_path):
    """No unit is no success."""
    found = item(diagnosed(tmp_path), "configuration")

    assert found.state is doctor.State.FAIL
    assert "has no units" in found.message


def test_variable_that_a_unit_passes_but_nobody_sets_is_told(root):
    """A name in pass-env that the environment lacks is a warning; a glob is none."""
    make_monorepo(
        root, {"services/b/pyproject.toml": '[project]\nname = "b"\n[tool.integrity]\npass-env = ["B_KEY", "B_*"]\n'}
    )

    assert "services/b passes B_KEY, which" in item(diagnosed(root), "variables").message
    assert not [item for item in diagnosed(root, B_KEY="x").items if item.name == "variables"]


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        ("3.11", "ok"),
        ("3.11.7", "ok"),
        ("3.13t", "ok"),
        ("3.13", "warn"),
        ("3.12", "warn"),
        ("3.9", "ok"),
        ("3.10.1", "warn"),
    ],
)
def test_python_that_a_unit_asks_for_is_looked_for(root, asked, state):
    """Each asked version is matched part by part with what uv lists and pyenv holds."""
    make_monorepo(
        root,
        {
            "pyenv/versions/3.9.18/bin/python": "",
            "pyenv/versions/3.12.1/empty": "",
            "pyenv/versions/3.10.13/bin/python": "",
            "pyenv/versions/system/bin/python": "",
        },
    )
    make_monorepo(root, {"integrity.toml": f'python = ["{asked}"]\n'})

    found = item(diagnosed(root, PYENV_ROOT=str(root / "pyenv")), "pythons")

    assert found.state.value == state
    assert state == "ok" or f"no Python {asked} is installed; services/a asks for it" in found.message


def test_python_that_a_manifest_requires_is_looked_for(root):
    """Without a `python` of its own a unit asks for what its manifest requires."""
    make_monorepo(root, {"services/b/pyproject.toml": '[project]\nname = "b"\nrequires-python = ">=3.14"\n'})

    assert "no Python >=3.14 is installed; services/b asks" in item(diagnosed(root), "pythons").message


def test_missing_python_fails_where_uv_may_not_download(root):
    """Where uv's settings forbid downloads, a missing Python keeps the unit from running."""
    make_monorepo(root, {"integrity.toml": 'python = ["3.12"]\n'})

    assert item(diagnosed(root, UV_PYTHON_DOWNLOADS="never"), "pythons").state is doctor.State.FAIL


@pytest.mark.parametrize("listed", ["no json", [{"x": 1}], {"a": 1}, None])
def test_listing_that_is_not_understood_lists_nothing(root, listed):
    """Another format of uv's listing makes Pythons unknown, never the diagnosis fail."""
    make_monorepo(root, {"integrity.toml": 'python = ["3.11"]\n'})

    assert item(diagnosed(root, answers(listed), HOME="/nowhere"), "pythons").state is doctor.State.WARN


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody can make files")
def test_folders_that_cannot_be_written_are_told(root):
    """Results and temporary files need a folder in which files can really be made."""
    diagnosis = diagnosed(root, INTEGRITY_RESULTS="/proc/self/results", TMPDIR="/proc/self")

    assert "no file can be made in /proc/self" in item(diagnosis, "results").message
    assert "Set TMPDIR" in item(diagnosis, "temporary", doctor.State.FAIL).advice
    assert diagnosis.exit_code == ExitCode.ERROR


def test_ci_and_its_summary_are_recognised(root):
    """The CI system is named, and a summary that can't be written is a warning."""
    assert item(diagnosed(root, CI="true", GITHUB_ACTIONS="true"), "ci").message == "GitHub Actions"
    assert item(diagnosed(root, CI="true"), "ci").message == "some CI"
    assert item(diagnosed(root), "ci").message == "none"


def test_document_holds_every_item(root):
    """The JSON form has all that the text has."""
    diagnosis = diagnosed(root)
    document = json.loads(json.dumps(diagnosis.as_json()))

    assert document["schema"] == "integrity.doctor/1"
    assert [entry["name"] for entry in document["items"]] == [item.name for item in diagnosis.items]


def test_hostile_names_are_only_text():
    """A terminal escape in a message is shown, not obeyed."""
    diagnosis = doctor.Diagnosis(items=(doctor.Item(name="x", state=doctor.State.FAIL, message="a\x1b[2Jb"),))

    assert "\x1b" not in diagnosis.text()


@pytest.mark.parametrize(
    ("need", "environ", "state", "words"),
    [
        ("rabbitmq", {}, "fail", "rabbitmq for services/a: nobody has it here"),
        ("rabbitmq", {"INTEGRITY_RABBITMQ_URL": "amqp://localhost"}, "ok", "INTEGRITY_RABBITMQ_URL"),
        ("redis", {}, "ok", "embedded: "),
    ],
)
def test_services_that_units_need_are_looked_for(tmp_path, need, environ, state, words):
    """Each kind is said to come from somewhere; one that nobody has fails, with what to do."""
    root = make_monorepo(tmp_path / "root", unit("services/a", more=f'[tool.integrity]\nneeds = ["{need}"]\n'))

    found = item(diagnosed(root, **environ), "services")

    assert found.state.value == state
    assert words in found.message
    assert ("INTEGRITY_RABBITMQ_URL" in found.advice) == (state == "fail")
