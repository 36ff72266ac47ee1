"""The command line: what is refused before anything runs, how errors are told, and which exit code each ends with."""

from __future__ import annotations

import gc
import json
import sys

import pytest

from integrity import __version__
from integrity.cli import cli, main, split
from integrity.settings import OPTIONS
from tests.monorepo import make_monorepo, unit


@pytest.fixture
def integrity(monkeypatch, capsys):
    """The command in this process: exit code, stdout and stderr."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["integrity", *map(str, arguments)])
        with pytest.raises(SystemExit) as ending:
            main()
        return ending.value.code, *capsys.readouterr()

    yield call
    gc.enable()  # `list` switches it off for the rest of its process


@pytest.fixture
def shop(tmp_path):
    """A monorepo of a service and the package that it needs."""
    files = {
        "pyproject.toml": "[tool.integrity]\n",
        **unit("services/billing", dependencies=["plans"]),
        **unit("packages/plans"),
    }
    return make_monorepo(tmp_path, files)


@pytest.mark.parametrize(
    ("given", "ours", "pytests"),
    [
        (["run", "billing"], ["run", "billing"], ()),
        (["run", "--", "-k", "plans"], ["run"], ("-k", "plans")),
        (["run", "a", "--", "-x", "--", "b"], ["run", "a"], ("-x", "--", "b")),
        (["run", "--"], ["run"], ()),
    ],
)
def test_pytest_gets_what_follows_the_first_dashes(given, ours, pytests):
    """Only the first `--` is ours; a second one is pytest's."""
    assert split(given) == (ours, pytests)


@pytest.mark.parametrize("command", ["", *cli.commands])
def test_every_command_explains_itself(integrity, command):
    """`--help` is shown without a configuration, on stdout, with exit code 0."""
    status, stdout, stderr = integrity(*command.split(), "--help")

    assert (status, stderr) == (0, "")
    assert stdout.startswith(f"Usage: integrity {command}".rstrip())


def test_run_has_a_flag_for_each_option_that_names_one(integrity):
    """What the table of options calls a flag can be given."""
    _, stdout, _ = integrity("run", "--help")

    flags = [option.flag for option in OPTIONS if option.flag]
    assert flags
    assert [flag for flag in flags if f"  {flag}" not in stdout] == []


def test_version_is_told(integrity):
    """`--version` names the package's version."""
    assert integrity("--version") == (0, f"integrity, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--job", "2"], "--jobs"),
        (["run", "--jobs", "-1"], "--jobs"),
        (["run", "--timeout", "0"], "--timeout"),
        (["run", "--timeout", "soon"], "--timeout"),
        (["list", "--format", "yaml"], "--format"),
        (["completion", "tcsh"], "tcsh"),
        (["lst"], "lst"),
        (["list", "--root", "/nonexistent"], "/nonexistent"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "names",
)
def test_wrong_arguments_are_named(integrity, shop, monkeypatch, arguments, said):
    """Exit code 2, nothing on stdout, and the message names what is wrong."""
    monkeypatch.chdir(shop)

    status, stdout, stderr = integrity(*arguments)

    assert (status, stdout) == (2, "")
    assert said in stderr


def test_unknown_unit_is_answered_with_the_nearest_name(integrity, shop):
    """A misspelt unit is never "0 units, green", and nothing is written for it."""
    status, stdout, stderr = integrity("run", "biling", "--root", shop)

    assert (status, stdout) == (2, "")
    assert "'billing'" in stderr
    assert "hint: " in stderr
    assert not (shop / "integrity-results").exists()
    assert not (shop / ".integrity").exists()


def test_nothing_to_select_is_an_exit_code_of_its_own(integrity, tmp_path):
    """A repository without units is not green: exit code 5, and how to say where they are."""
    make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n"})

    status, _, stderr = integrity("run", "--root", tmp_path)

    assert status == 5
    assert "[tool.integrity]" in stderr


def test_wrong_configuration_names_file_and_line(integrity, tmp_path):
    """A misspelt key of the root ends each command with 2, the place, and the right key."""
    make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\nservces = []\n"})

    told = [integrity(command, "--root", tmp_path) for command in ("run", "list", "clean")]

    assert [status for status, _, _ in told] == [2, 2, 2]
    assert all("pyproject.toml:2: " in stderr and "'services'" in stderr for _, _, stderr in told)


def test_results_that_can_not_be_made_are_an_error_and_no_bug(integrity, shop):
    """A file in the place of the results folder is named, without a traceback."""
    (shop / "taken").write_text("x")

    status, _, stderr = integrity("run", "--root", shop, "--results", "taken")

    assert status == 3
    assert f"{shop / 'taken'}" in stderr
    assert "Traceback" not in stderr
    assert (shop / "taken").read_text() == "x"


def test_message_is_only_text(integrity, tmp_path):
    """What an error repeats, such as the name of a folder, can neither steer the terminal nor command a CI runner."""
    hostile = tmp_path / "x\x1b[2J\n::error::owned"
    make_monorepo(hostile, {"pyproject.toml": "[tool.integrity]\n"})

    _, _, stderr = integrity("run", "--root", hostile)

    assert "\x1b" not in stderr
    assert [line for line in stderr.splitlines() if line.startswith("::")] == []
    assert "owned" in stderr


def test_listing_is_text_or_json(integrity, shop):
    """`list` shows the same units either way, and stdout holds nothing else."""
    text = integrity("list", "--root", shop)
    document = integrity("list", "--root", shop, "--format", "json")

    assert text[0] == document[0] == 0
    assert text[2] == document[2] == ""
    assert text[1].endswith("2 units, 1 service, 1 package, 1 edge\n")
    assert [each["path"] for each in json.loads(document[1])["units"]] == ["packages/plans", "services/billing"]


def test_listing_gives_no_command_to_a_runner(integrity, tmp_path):
    """A folder named like a workflow command is shown, and is none."""
    make_monorepo(tmp_path, {"pyproject.toml": '[tool.integrity]\nservices = ["*"]\n', "::error::owned/notes.md": ""})

    _, stdout, _ = integrity("list", "--root", tmp_path)

    assert "error::owned" in stdout
    assert [line for line in stdout.splitlines() if line.lstrip().startswith("::")] == []


def test_json_gives_no_command_to_a_runner(integrity, tmp_path):
    """So is one in a document, whose strings are what they were."""
    make_monorepo(tmp_path, {"pyproject.toml": '[tool.integrity]\nservices = ["*"]\n', "##[error]owned/notes.md": ""})

    _, stdout, _ = integrity("list", "--root", tmp_path, "--format", "json")

    assert "##" not in stdout
    assert "##[error]owned" in str(json.loads(stdout))


def test_plan_needs_a_folder_for_its_file(integrity, shop):
    """A folder that is missing is named, and is no bug."""
    status, _, stderr = integrity("plan", "--root", shop, "--output", shop / "missing" / "plan.json")

    assert status == 2
    assert "missing is no folder" in stderr


def test_clean_says_what_it_would_remove(integrity, shop):
    """Without anything made there is nothing to remove, with or without `--dry-run`."""
    assert integrity("clean", "--root", shop, "--dry-run") == (0, "nothing to remove\n", "")
